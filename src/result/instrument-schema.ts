import { z } from "zod";
import { count, milliseconds, percentiles, share } from "./quantity-schema.ts";

/** How far the instrument itself can be trusted. */

const lagAndRoundTrip = z.strictObject({
  requests: count,
  /** Due to seen by the pacer, sent to answered, due to answered. */
  pacerLagMs: percentiles,
  roundTripMs: percentiles,
  responseTimeMs: percentiles,
});

/** What the instrument adds by itself: the run's own pacing against a service that answers at once. */
export const calibration = z.strictObject({
  ratePerSecond: z.number().positive(),
  direct: lagAndRoundTrip,
  throughSplitter: lagAndRoundTrip,
  /** The splitter's own time, by its own stamps. */
  splitterMs: percentiles,
});

/** Why a stretch of time says something about the machine that made the load, and not of the services. */
const taintCauses = [
  "driver out of CPU",
  "splitter out of CPU",
  "CPU quota",
  "steal",
  "services took the cores",
  "other processes took the cores",
  "too few cores",
  "process stopped",
  "stalled event loop",
] as const;

export const taintedWindow = z.strictObject({
  startMs: z.number(),
  endMs: z.number(),
  /** For example `driver-2`, `splitter`. */
  process: z.string(),
  cause: z.enum(taintCauses),
});

/** How well one driver did in one second; what the validity of a run is judged by. */
export const generatorHealth = z.strictObject({
  driver: count,
  atMs: z.number(),
  windowMs: z.number().nonnegative(),
  due: count,
  sent: count,
  pacerLagP99Ms: milliseconds,
  pacerLagMaxMs: milliseconds,
  pacerLagP50Ms: milliseconds.optional(),
  /** Share of the requests that the pacer saw more than a millisecond late. */
  lateShare: share.optional(),
  loopUtilisation: z.number().nonnegative(),
  loopDelayP99Ms: milliseconds,
  /** Of one core. */
  cpuShare: z.number().nonnegative(),
  /** Failures of this machine and not of a target: out of ports, out of descriptors. */
  generatorFailures: count,
});
