import { z } from "zod";

/** The quantities that results are made of. */

export const count = z.int().nonnegative();
export const milliseconds = z.number().nonnegative();
export const share = z.number().min(0).max(1);

/** null: not met, so many requests were never answered. Absent: too few samples. */
export const percentile = milliseconds.nullable().optional();

export const percentiles = z.strictObject({
  mean: milliseconds.optional(),
  p50: percentile,
  p90: percentile,
  p95: percentile,
  p99: percentile,
  p999: percentile,
  max: milliseconds.optional(),
});
