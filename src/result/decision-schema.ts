import { z } from "zod";
import { versions } from "../base/version.ts";

/** A decision of the rollout in the journal and the result, with the numbers that led to it. */

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);
/** null: without bound, as of requests that were never answered. */
const figure = z.number().nullable();

const limit = z.strictObject({
  limit: z.enum(["max", "min", "maxRatio", "minRatio"]),
  /** In the metric's unit: ms, a share, per second, rows; or a ratio. */
  limitValue: z.number(),
  state: z.string(),
  value: figure,
  low: figure,
  high: figure,
  /** Of the interval from low to high; 0: the value alone was held against the limit. */
  confidence: share,
});

const measurement = z.strictObject({
  gate: z.string(),
  /** Of its values; ratios have none. */
  unit: z.enum(["ms", "share", "ratePerSecond", "rows"]),
  atMs: z.number(),
  state: z.string(),
  reason: z.string(),
  /** Requests that it rests on. */
  samples: z.partialRecord(z.enum(versions), count),
  limits: z.array(limit),
  /** How many times as much as independent requests they scatter; 1 for independent ones. */
  dependence: z.partialRecord(z.enum(versions), z.number().min(1)),
});

const evidence = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("plan") }),
  z.strictObject({ kind: z.literal("gates"), measurements: z.array(measurement) }),
  z.strictObject({
    kind: z.literal("guard"),
    errorRate: share,
    responseTimeP99Ms: figure.optional(),
    samples: count,
    badSeconds: count,
  }),
  z.strictObject({
    kind: z.literal("outage"),
    sinceMs: z.number(),
    outMs: z.number(),
    limitMs: z.number(),
    cause: z.string(),
  }),
  z.strictObject({
    kind: z.literal("breaker"),
    cause: z.string(),
    consecutiveFailures: count,
    failures: count,
    calls: count,
  }),
  z.strictObject({
    kind: z.literal("requests"),
    newEnded: count,
    windows: count,
    /** Of these windows, those whose figures must not be used. */
    distrusted: count,
    oldInFlight: count.optional(),
  }),
  z.strictObject({ kind: z.literal("person"), by: z.string() }),
]);

/** And the split in force from then on. */
export const rolloutDecision = z.strictObject({
  atMs: z.number(),
  /** Which loop decided: `breaker`, `guard`, `judge`, `ramp` or `person`. */
  loop: z.string(),
  kind: z.string(),
  newShare: share,
  mirrorShare: share,
  headerRoute: z.strictObject({ header: z.string(), equals: z.string() }).optional(),
  /** What was decided and why, with its numbers. */
  sentence: z.string(),
  /** The same numbers as data; absent in a journal of an earlier version. */
  evidence: evidence.optional(),
});

export type RolloutDecision = z.output<typeof rolloutDecision>;
export type DecisionEvidence = z.output<typeof evidence>;
export type MeasuredGate = z.output<typeof measurement>;
