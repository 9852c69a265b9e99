import { z } from "zod";
import { versions } from "../base/version.ts";

/**
 * What measured runs taught about a system, `profile.json`: demands and laws that no longer depend on the load they
 * were measured at. Written by `twinlane calibrate`, used by any scenario that names it.
 */

export const profileSchemaId = "twinlane/profile@1";
export const profileFile = "profile.json";

const milliseconds = z.number().nonnegative();
const positive = z.number().positive();

/** A value with its 95 % interval; without one where the runs don't tell how sure it is. */
const estimate = z.strictObject({
  value: z.number().nonnegative(),
  low: z.number().nonnegative().optional(),
  high: z.number().nonnegative().optional(),
});

const share = z.number().min(0).max(1);

/** A law of service times. */
const law = z.discriminatedUnion("law", [
  z.strictObject({ law: z.literal("lognormal"), meanMs: positive, p99Ms: positive }),
  z.strictObject({ law: z.literal("gamma"), meanMs: positive, shape: positive }),
  z.strictObject({
    law: z.literal("hyperexponential"),
    phases: z.array(z.strictObject({ share, meanMs: positive })).length(2),
  }),
  z.strictObject({
    law: z.literal("empirical"),
    /** Ascending; straight lines between two points, the tail beyond the 95th percentile a fitted one. */
    points: z
      .array(z.strictObject({ quantile: share, ms: milliseconds }))
      .min(2)
      .max(1000),
  }),
]);

/** What a request asks of the stores; absent where nobody counted it. */
const storeDraw = z.strictObject({
  /** Of reads. */
  cacheHitRatio: share.optional(),
  /** Before the cache, where there is one. */
  readsPerRequest: z.number().nonnegative().optional(),
  writesPerRequest: share.optional(),
  /** From asked to answered, at loads at which nobody waits for the database. */
  msPerQuery: milliseconds.optional(),
});

const storeDemand = z.strictObject({
  cacheHitRatio: estimate.optional(),
  readsPerRequest: estimate.optional(),
  writesPerRequest: estimate.optional(),
  /** Reads that the cache didn't answer, and writes. */
  queriesPerRequest: estimate.optional(),
  msPerQuery: estimate.optional(),
  /** The demand: queries times their time. */
  databaseMsPerRequest: estimate.optional(),
});

/** What one draw of the bootstrap says of a version: the parameters that go together. */
const versionDraw = z.strictObject({
  /** CPU time for each request, and what the version uses without any, of one core. */
  cpuMsPerRequest: milliseconds.optional(),
  idleCpuShare: z.number().nonnegative().optional(),
  serviceTime: law,
});

const version = z.strictObject({
  label: z.string(),
  /** Processes that were measured. */
  servers: z.int().positive(),
  cpuMsPerRequest: estimate.optional(),
  idleCpuShare: estimate.optional(),
  /** Scatter of the CPU use in single seconds around the line through the loads, of one core. */
  cpuScatterShare: z.number().nonnegative().optional(),
  serviceTime: z.strictObject({
    law,
    meanMs: estimate,
    p99Ms: estimate,
    requests: z.int().positive(),
    /** Laws that were tried, by their mean log score on the third of the data that they weren't fitted to. */
    tried: z.array(z.strictObject({ law: z.string(), score: z.number(), isPlausible: z.boolean() })),
  }),
  /** Requests that a server works on at once; absent where no queue was seen, so that nothing bounds it. */
  slotsPerServer: estimate.optional(),
  /** At least so many, where no queue was seen. */
  slotsAtLeast: z.int().positive().optional(),
  stores: storeDemand.optional(),
  errorShare: share,
});

const draw = z.strictObject({
  splitterMs: milliseconds,
  networkMs: milliseconds,
  versions: z.partialRecord(z.enum(versions), versionDraw),
  /** Of both versions together. */
  stores: storeDraw.optional(),
});

export const profileSchema = z.strictObject({
  schema: z.literal(profileSchemaId),
  scenario: z.strictObject({ name: z.string(), hash: z.string() }),
  method: z.enum(["measured", "simulated"]),
  /** What it rests on, by rising load. */
  runs: z
    .array(
      z.strictObject({
        scenarioHash: z.string(),
        ratePerSecond: z.number().nonnegative(),
        durationMs: z.number().positive(),
        validity: z.string(),
      }),
    )
    .min(1),
  versions: z.partialRecord(z.enum(versions), version),
  /** CPU time of the splitter for each request. */
  splitterMs: estimate,
  /** Everything else between the driver and the service, there and back. */
  networkMs: estimate,
  /** CPU time of the stores' own processes for each request of either version. */
  storeCpuMsPerRequest: estimate.optional(),
  /** What a request of either version asks of the stores. */
  stores: storeDemand.optional(),
  /** Bootstrap draws; each holds parameters that occur together. */
  draws: z.array(draw).min(2).max(1000),
  notes: z.array(z.string()),
});

export type Profile = z.output<typeof profileSchema>;
export type ProfileDraw = z.output<typeof draw>;
export type VersionProfile = z.output<typeof version>;
export type VersionDraw = z.output<typeof versionDraw>;
export type StoreDemand = z.output<typeof storeDemand>;
export type StoreDraw = z.output<typeof storeDraw>;
export type ProfileEstimate = z.output<typeof estimate>;
export type FittedLaw = z.output<typeof law>;
