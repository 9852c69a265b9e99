import { z } from "zod";
import { answerSection } from "./answer-schema.ts";
import { autoscalerSection } from "./autoscaler-schema.ts";
import {
  amount,
  count,
  duration,
  positiveCount,
  positiveDuration,
  positiveRate,
  share,
  size,
} from "./units.ts";

const serviceTime = z
  .union([
    duration,
    z.strictObject({ constant: duration.describe("Every request takes exactly this long.") }),
    z.strictObject({ exponential: z.strictObject({ mean: positiveDuration.describe("The mean.") }) }),
    z.strictObject({
      lognormal: z.strictObject({
        mean: positiveDuration.describe("The mean."),
        p99: positiveDuration.describe("The 99th percentile, between the mean and 14 times the mean."),
      }),
    }),
    z.strictObject({
      gamma: z.strictObject({
        mean: positiveDuration.describe("The mean."),
        shape: amount.describe("The shape k: 1 is exponential, larger is steadier."),
      }),
    }),
    z.strictObject({
      hyperexponential: z.strictObject({
        mean: positiveDuration.describe("The mean."),
        scv: amount.describe(
          "The squared coefficient of variation, above 1: many quick requests and few slow ones, with half of the work each.",
        ),
      }),
    }),
    z.strictObject({
      empirical: z
        .record(
          z.string().regex(/^p\d+(\.\d+)?$/, "must be a percentile such as p0, p50, p99.9 or p100"),
          duration,
        )
        .describe("Percentiles from p0 to p100; values between two of them lie on a straight line."),
    }),
  ])
  .describe("How long the service itself works on a request: a duration, or a law.");

export const mock = z
  .strictObject({
    serviceTime: serviceTime.prefault("0ms"),
    concurrency: positiveCount
      .prefault(64)
      .describe("Requests worked on at once, per replica; more wait in the queue."),
    queue: count
      .prefault(1000)
      .describe("Requests that may wait per replica; one more is answered 503 at once."),
    replicas: positiveCount
      .prefault(1)
      .describe("Processes started for this version; the splitter spreads over them."),
    cpuPerRequest: duration.prefault("0ms").describe("CPU time really burned for each request."),
    errors: share.prefault(0).describe("Share of requests answered 500."),
    responseSize: size.prefault("200B").describe("Bytes of body in an answer."),
    answer: answerSection.optional(),
    coldStart: z
      .strictObject({
        for: positiveDuration.describe("How long after its start the service is slow."),
        factor: amount
          .prefault(3)
          .describe("How many times slower it is at its start; falls to 1 in a straight line."),
      })
      .optional()
      .describe("Slowness after a start: cold caches, a compiler warming up."),
  })
  .describe("A built-in mock service, started as its own process.");

export const serviceSection = z
  .strictObject({
    label: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe("What people call this version, for example `checkout 1.4`."),
    mock: mock.optional(),
    url: z
      .string()
      .optional()
      .describe("Base URL of a real service, http:// only; the path of a request is appended."),
    host: z
      .string()
      .regex(/^[A-Za-z0-9._-]+(:\d{1,5})?$/, "must be a name or address, with or without a port")
      .optional()
      .describe("Host header sent to a real service; by default the host and port of its url."),
    pid: positiveCount
      .optional()
      .describe("Process id of a real service on this machine, to sample its CPU and memory."),
    health: z
      .strictObject({
        path: z
          .string()
          .startsWith("/")
          .optional()
          .describe(
            "Page asked by the splitter's health check; any 2xx is healthy. Left out, `/health` is asked, and of a real service any answer below 500 will do.",
          ),
        interval: positiveDuration.prefault("500ms").describe("Time between two checks."),
        timeout: positiveDuration.prefault("1s").describe("A check that takes longer has failed."),
        unhealthyAfter: positiveCount
          .prefault(2)
          .describe("Failed checks in a row until traffic goes elsewhere."),
        healthyAfter: positiveCount.prefault(2).describe("Passed checks in a row until traffic comes back."),
      })
      .prefault({})
      .describe("The splitter's active health check of this version."),
    autoscaler: autoscalerSection.optional(),
  })
  .transform((given) =>
    given.url === undefined && given.mock === undefined ? { ...given, mock: mock.parse({}) } : given,
  )
  .describe("One version of the service: a `mock` to start, or the `url` of a real one.");

export const databaseSection = z
  .strictObject({
    kind: z
      .enum(["modelled", "postgres"])
      .prefault("modelled")
      .describe("`modelled`: time and limits only. `postgres`: a real one."),
    topology: z
      .enum(["shared", "separate"])
      .prefault("shared")
      .describe("One database for both versions, or one each."),
    limitQps: positiveRate.optional().describe("Queries per second that one primary can do."),
    reads: amount.prefault(1).describe("Reads for each request, before the cache."),
    writes: share
      .prefault(0)
      .describe(
        "Share of requests that also write. With a real database, of those that may: GET, HEAD and OPTIONS never do.",
      ),
    readTime: duration.prefault("1ms").describe("Time of one read."),
    writeTime: duration.prefault("2ms").describe("Time of one write."),
    url: z
      .union([
        z.string(),
        z.strictObject({
          old: z.string().describe("Where old's database listens."),
          new: z.string().describe("Where new's database listens."),
        }),
      ])
      .optional()
      .describe(
        "Where a real database listens: postgresql://user@host:port/name, or one for each version where they are separate. The password comes from PGPASSWORD.",
      ),
    spawn: z
      .boolean()
      .optional()
      .describe("Start a private real database for this run, and remove it afterwards."),
    content: z
      .enum(["items", "bank"])
      .prefault("items")
      .describe(
        "What a real database holds. `items`: rows that are read and overwritten. `bank`: accounts between which every write books a transfer.",
      ),
    rows: positiveCount.prefault(1000).describe("Items or accounts in a real database."),
    poolSize: positiveCount
      .prefault(10)
      .describe("Connections to a real database that each process of a version keeps at most."),
    maxConnections: positiveCount
      .prefault(100)
      .describe("Connections that a database started for this run accepts at most."),
  })
  .describe("The database behind both versions.");

export const cacheSection = z
  .strictObject({
    kind: z
      .enum(["modelled", "redis"])
      .prefault("modelled")
      .describe("`modelled`: hit ratio and time only. `redis`: a real one."),
    hitRatio: share.prefault("90%").describe("Share of reads answered by the cache."),
    hitTime: duration.prefault("0.2ms").describe("Time of a hit."),
    url: z
      .string()
      .optional()
      .describe("Where a real cache listens: redis://host:port. The password comes from REDIS_PASSWORD."),
    spawn: z
      .boolean()
      .optional()
      .describe("Start a private real cache for this run, and remove it afterwards."),
    ttl: positiveDuration
      .optional()
      .describe("How long the cache keeps an entry; a real one 60s by default. The model reckons with it."),
  })
  .describe("The cache before the database.");

export type ServiceTimeLaw = z.output<typeof serviceTime>;
export type StoresSection = {
  readonly database?: z.output<typeof databaseSection> | undefined;
  readonly cache?: z.output<typeof cacheSection> | undefined;
};
