import { z } from "zod";
import { versions } from "../base/version.ts";
import { capacitySection, growthSection, migrationSection } from "./capacity-schema.ts";
import { compareSection } from "./compare-schema.ts";
import { rolloutSection } from "./rollout-schema.ts";
import {
  amount,
  count,
  duration,
  positiveCount,
  positiveDuration,
  positiveRate,
  rate,
  share,
  size,
} from "./units.ts";

/**
 * The scenario file: the one source of the types, of `scenarios/scenario.schema.json` and of
 * `docs/reference/scenario.md`. Every field is described here and nowhere else.
 */

const version = z.enum(versions);

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
      empirical: z
        .record(
          z.string().regex(/^p\d+(\.\d+)?$/, "must be a percentile such as p0, p50, p99.9 or p100"),
          duration,
        )
        .describe("Percentiles from p0 to p100; values between two of them lie on a straight line."),
    }),
  ])
  .describe("How long the service itself works on a request: a duration, or a law.");

const mock = z
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

const service = z
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
    pid: positiveCount
      .optional()
      .describe("Process id of a real service on this machine, to sample its CPU and memory."),
    health: z
      .strictObject({
        path: z
          .string()
          .startsWith("/")
          .prefault("/health")
          .describe("Page asked by the splitter's health check; any 2xx is healthy."),
        interval: positiveDuration.prefault("500ms").describe("Time between two checks."),
        timeout: positiveDuration.prefault("1s").describe("A check that takes longer has failed."),
        unhealthyAfter: positiveCount
          .prefault(2)
          .describe("Failed checks in a row until traffic goes elsewhere."),
        healthyAfter: positiveCount.prefault(2).describe("Passed checks in a row until traffic comes back."),
      })
      .prefault({})
      .describe("The splitter's active health check of this version."),
  })
  .transform((given) =>
    given.url === undefined && given.mock === undefined ? { ...given, mock: mock.parse({}) } : given,
  )
  .describe("One version of the service: a `mock` to start, or the `url` of a real one.");

const requestBody = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.unknown()),
  z.record(z.string(), z.unknown()),
]);

const request = z.strictObject({
  name: z.string().min(1).max(80).optional().describe("Name in reports; METHOD and path by default."),
  method: z
    .enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    .prefault("GET")
    .describe("HTTP method."),
  path: z
    .string()
    .startsWith("/", "must start with /")
    .regex(/^[^\s\u0000-\u001f\u007f]*$/, "must not hold spaces or control characters")
    .prefault("/")
    .describe(
      "Path and query. `{1..1000}` becomes a random whole number of that range, `{uuid}` a random UUID, `{user}` the user's number.",
    ),
  weight: amount.prefault(1).describe("How often, relative to the other requests."),
  write: z
    .boolean()
    .optional()
    .describe("Whether it changes data. By default, all but GET, HEAD and OPTIONS do."),
  headers: z.record(z.string(), z.string()).prefault({}).describe("Headers to send, by name."),
  body: requestBody.optional().describe("Body to send; anything but a text is sent as JSON."),
});

const rateShape = z.union([
  z.strictObject({
    ramp: z.strictObject({
      from: rate.describe("Rate at the start."),
      to: rate.describe("Rate at the end."),
      over: positiveDuration
        .optional()
        .describe("How long the climb takes; the whole run by default, then `to` is held."),
    }),
  }),
  z.strictObject({
    steps: z
      .array(
        z.strictObject({
          rate: rate.describe("Rate of this step."),
          for: positiveDuration.describe("Length of this step."),
        }),
      )
      .min(1)
      .describe("Constant rates one after another; the last is held to the end."),
  }),
  z.strictObject({
    spike: z.strictObject({
      base: rate.describe("Rate before and after."),
      peak: rate.describe("Rate in the spike."),
      at: duration.describe("When it begins, from the start of the measured part."),
      for: positiveDuration.describe("How long it lasts."),
    }),
  }),
  z.strictObject({
    daily: z.strictObject({
      low: rate.describe("Rate at night."),
      high: rate.describe("Rate at the height of the day."),
      period: positiveDuration
        .prefault("24h")
        .describe("Length of a day; shorten it to run a day in minutes."),
    }),
  }),
]);

const workload = z
  .strictObject({
    ratePerSecond: z
      .union([positiveRate, rateShape])
      .optional()
      .describe(
        "Open load: requests offered per second, whatever the service answers. A rate, or a shape over time: `ramp`, `steps`, `spike`, `daily`.",
      ),
    thinkTime: positiveDuration
      .optional()
      .describe(
        "Closed load: each of the `users` waits for its answer, then pauses this long (on average, with `arrivals: poisson`).",
      ),
    requestsPerUserPerDay: amount
      .optional()
      .describe("Open load from habits: users × this, spread over a day."),
    peakFactor: amount
      .prefault(1)
      .describe(
        "With requestsPerUserPerDay: how many times the average the busiest time is. A run offers the peak.",
      ),
    arrivals: z
      .union([
        z.enum(["poisson", "constant"]),
        z.strictObject({
          trace: z
            .string()
            .min(1)
            .describe("CSV or NDJSON file of times, optionally with method and path, beside the scenario."),
          speed: amount.prefault(1).describe("2 replays it twice as fast."),
        }),
      ])
      .prefault("poisson")
      .describe(
        "`poisson`: independent random gaps, as many separate people make. `constant`: even gaps. Or the replay of a trace.",
      ),
    requests: z.array(request).min(1).max(1000).prefault([{}]).describe("The mix of requests."),
    timeout: positiveDuration
      .prefault("10s")
      .describe("A request that takes longer is counted as timed out, at its age."),
    maxConnections: positiveCount
      .optional()
      .describe(
        "Most connections that the load opens to the splitter; 1,000 for open loads, one per user for closed ones.",
      ),
    maxQueueAge: positiveDuration
      .prefault("10s")
      .describe("A due request that found no connection for this long is counted as not sent."),
  })
  .describe("Who asks, how often, and for what.");

const database = z
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
    writes: share.prefault(0).describe("Share of requests that also write."),
    readTime: duration.prefault("1ms").describe("Time of one read."),
    writeTime: duration.prefault("2ms").describe("Time of one write."),
    url: z.string().optional().describe("Where a real database listens."),
    spawn: z.boolean().optional().describe("Start a private real database for this run."),
  })
  .describe("The database behind both versions.");

const cache = z
  .strictObject({
    kind: z
      .enum(["modelled", "redis"])
      .prefault("modelled")
      .describe("`modelled`: hit ratio and time only. `redis`: a real one."),
    hitRatio: share.prefault("90%").describe("Share of reads answered by the cache."),
    hitTime: duration.prefault("0.2ms").describe("Time of a hit."),
    url: z.string().optional().describe("Where a real cache listens."),
    spawn: z.boolean().optional().describe("Start a private real cache for this run."),
  })
  .describe("The cache before the database.");

const mirror = z
  .strictObject({
    to: version.prefault("new").describe("The version that gets the copies."),
    share: share.prefault("100%").describe("Share of the other version's requests that are copied."),
    methods: z
      .array(z.string())
      .min(1)
      .prefault(["GET", "HEAD"])
      .describe("Methods that are copied. Copying writes doubles their effects."),
    deadline: positiveDuration.prefault("2s").describe("A copy that takes longer is given up."),
    maxInFlight: positiveCount
      .prefault(128)
      .describe("Copies under way at once; more are dropped and counted."),
    maxBody: size.prefault("1MiB").describe("Requests with a larger body are not copied, and counted."),
  })
  .describe("A copy of the traffic for the other version, whose answers nobody waits for.");

const split = z
  .strictObject({
    new: share.prefault("10%").describe("Share of requests or users that new answers."),
    old: share.optional().describe("Share of old; the rest by default. The two must make 100 %."),
    by: z
      .enum(["user", "request"])
      .prefault("user")
      .describe(
        "`user`: the same user always meets the same version. `request`: each request is dealt anew.",
      ),
    userKey: z
      .union([z.strictObject({ header: z.string().min(1) }), z.strictObject({ cookie: z.string().min(1) })])
      .prefault({ header: "x-user-id" })
      .describe("What identifies a user, for sticky splits."),
    flags: z
      .array(
        z.strictObject({
          header: z.string().min(1).describe("Name of the header looked at."),
          equals: z.string().describe("Value that makes the rule hold."),
          to: version.describe("The version that then answers."),
          share: share.optional().describe("In a run: share of users that send this header."),
        }),
      )
      .max(100)
      .prefault([])
      .describe("Rules that come before the share, first match wins."),
    mirror: mirror.optional(),
  })
  .describe("Who answers: the share of each version, rules before it, copies beside it.");

const fault = z.strictObject({
  at: duration.describe("When it begins, from the start of the measured part."),
  for: positiveDuration
    .optional()
    .describe("How long it lasts; to the end by default. A crashed mock is started again after it."),
  service: z.enum(["old", "new", "splitter", "database", "cache", "driver"]).describe("What it hits."),
  kind: z
    .enum([
      "crash",
      "hang",
      "slow",
      "errors",
      "wrong-answers",
      "memory-leak",
      "cold-start",
      "cpu-theft",
      "connection-resets",
      "latency",
      "bandwidth",
    ])
    .describe("What happens to it."),
  share: share.optional().describe("Share of requests hit, for errors and wrong-answers."),
  factor: amount.optional().describe("How many times slower, for slow."),
});

const run = z
  .strictObject({
    duration: positiveDuration.prefault("30s").describe("Length of the measured part."),
    warmUp: duration.prefault("3s").describe("Load before it, that no figure contains."),
    seed: count
      .prefault(42)
      .describe("Seed of every random choice; the same seed gives the same arrivals and the same split."),
    drivers: positiveCount.prefault(1).describe("Processes that make the load; they share one schedule."),
    grace: duration.prefault("5s").describe("How long answers under way at the end are waited for."),
    engine: z
      .enum(["open-loop", "autocannon"])
      .prefault("open-loop")
      .describe(
        "`autocannon` is a closed-loop saturation probe: as fast as the connections allow, no arrival times.",
      ),
    allowTargets: z
      .array(z.string().min(1))
      .prefault([])
      .describe(
        "Hosts outside loopback and private ranges that this scenario may load; the command line must name them too.",
      ),
  })
  .describe("How long a real run takes and what drives it.");

const slo = z
  .strictObject({
    responseTimeP50: positiveDuration.optional().describe("Highest median response time."),
    responseTimeP90: positiveDuration.optional().describe("Highest 90th percentile of the response time."),
    responseTimeP95: positiveDuration.optional().describe("Highest 95th percentile of the response time."),
    responseTimeP99: positiveDuration.optional().describe("Highest 99th percentile of the response time."),
    responseTimeP999: positiveDuration.optional().describe("Highest 99.9th percentile of the response time."),
    availability: share.optional().describe("Lowest share of requests that are answered well."),
  })
  .describe("What users are promised; each version is held to it.");

const predict = z
  .strictObject({
    calibrateAt: z.array(share).min(1).describe("Loads measured first, as shares of the scenario's."),
    verifyAt: z.array(share).min(1).describe("Loads predicted, then measured."),
    tolerance: z
      .strictObject({
        responseTimeP99: share.optional().describe("Largest relative error of p99."),
        throughput: share.optional().describe("Largest relative error of the throughput."),
      })
      .prefault({})
      .describe("Errors above which the prediction has failed."),
  })
  .describe("Calibrate at some loads, predict others, and check.");

export const scenarioSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$/,
        "must be 1 to 80 letters, digits, spaces, dots, dashes or underscores",
      )
      .describe("Name of the scenario; run directories start with it."),
    description: z.string().max(2000).optional().describe("What it shows, in a sentence or two."),
    users: positiveCount
      .prefault(1000)
      .describe("People who use the system. A growth table scales this number."),
    workload: workload.prefault({}),
    services: z
      .strictObject({ old: service.prefault({}), new: service.prefault({}) })
      .prefault({})
      .describe("The two versions."),
    stores: z
      .strictObject({ database: database.optional(), cache: cache.optional() })
      .prefault({})
      .describe("What stands behind both versions."),
    split: split.prefault({}),
    compare: compareSection.optional(),
    rollout: rolloutSection.prefault({}),
    faults: z.array(fault).max(100).prefault([]).describe("Trouble made on purpose, on time."),
    run: run.prefault({}),
    slo: slo.prefault({}),
    capacity: capacitySection.prefault({}),
    growth: growthSection.prefault({}),
    migration: migrationSection.optional(),
    predict: predict.optional(),
  })
  .meta({
    title: "Twinlane scenario",
    description: "Users, traffic, an old and a new version of a service, and what must hold.",
  });

/** A scenario as read: every quantity a plain number in ms, bytes, shares 0–1 or per second. */
export type Scenario = z.output<typeof scenarioSchema>;
export type ServiceTimeLaw = z.output<typeof serviceTime>;
export type RateShape = Exclude<NonNullable<Scenario["workload"]["ratePerSecond"]>, number>;
