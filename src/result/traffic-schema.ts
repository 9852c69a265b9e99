import { z } from "zod";
import { versions } from "../base/version.ts";
import { count, milliseconds, percentile, percentiles, share } from "./quantity-schema.ts";
import { outcomeClasses, partNames } from "./window.ts";

/** What was asked of each version and what came back, over the whole, a stage, a second, an endpoint. */

/** How requests ended: with those in flight, they make up all that were scheduled. */
const ended = {
  scheduled: count,
  completed: count,
  failed: count,
  timedOut: count,
  notSent: count,
};

const arm = z.strictObject({
  ...ended,
  inFlight: count,
  /** Answered by this version although the split had chosen the other, because that one was out. */
  rerouted: count,
  errors: z.record(z.string(), count),
  offeredPerSecond: z.number().nonnegative(),
  throughputPerSecond: z.number().nonnegative(),
  /** Over all scheduled requests; those not sent count as infinitely slow. */
  responseTimeMs: percentiles,
  /** Over the requests answered well. */
  okResponseTimeMs: percentiles,
  /** The latency budget, part by part, and the round trip. */
  partsMs: z.partialRecord(z.enum(partNames), percentiles),
  /** Response times by outcome: HdrHistogram V2, deflated, base64, in whole microseconds. */
  histograms: z.partialRecord(z.enum(outcomeClasses), z.string()),
  /** Service times of answered requests, encoded likewise; absent where the service doesn't tell them. */
  serviceTimeHistogram: z.string().optional(),
});

export const arms = z.strictObject({ old: arm, new: arm });

export const splitAudit = z.strictObject({
  /** Share of new that the scenario asked for. */
  configured: share,
  /** Share of the requests with a known version that new was given; absent when there were none. */
  realised: share.optional(),
  /** Range in which the realised share lies in 997 of 1,000 runs with that many requests. */
  expected: z.strictObject({ low: share, high: share }),
  requests: count,
  state: z.enum(["as configured", "off", "no requests"]),
});

export const second = z.strictObject({
  second: z.int(),
  stage: count,
  due: count,
  versions: z.partialRecord(
    z.enum(versions),
    z.strictObject({
      ...ended,
      p50Ms: percentile,
      p90Ms: percentile,
      p99Ms: percentile,
      /** p99 over as many of the last seconds as give it samples enough. */
      movingP99: z.strictObject({ ms: milliseconds.nullable(), seconds: count }).optional(),
      maxMs: milliseconds.optional(),
    }),
  ),
});

const endpoint = z.strictObject({
  name: z.string(),
  versions: z.partialRecord(
    z.enum(versions),
    z.strictObject({
      ...ended,
      responseTimeMs: percentiles,
    }),
  ),
});

export const stage = z.strictObject({
  name: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  warmUp: z.boolean(),
  /** Requests that came due, counted when they did. */
  due: count,
  split: splitAudit,
  versions: arms,
  endpoints: z.array(endpoint),
});

const batchArm = z.strictObject({
  ...ended,
  inFlight: count,
  /** Response times of those that were sent, encoded as elsewhere. */
  histogram: z.string().optional(),
});

/** A piece of the measured part, one of a few of equal length. */
export const batch = z.strictObject({
  durationMs: milliseconds,
  versions: z.strictObject({ old: batchArm, new: batchArm }),
});

/** Enough to see how far requests hang together, few enough for each to be longer than most queues last. */
export const mostBatches = 24;

export const mirrorCounts = z.strictObject({
  to: z.enum(versions),
  copied: count,
  answered: count,
  failed: count,
  timedOut: count,
  dropped: count,
  tooLarge: count,
});
