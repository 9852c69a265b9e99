import { z } from "zod";

/** How the answers of old and new compared, a part of `result.json`. */

const count = z.int().nonnegative();
const share = z.number().min(0).max(1);

const reasons = z.record(z.string(), count);
const overload = z.strictObject({ compared: count, different: count });

const endpoint = z.strictObject({
  endpoint: z.string(),
  /** Old against new, at normal load; of those with a difference, and of those with one beyond noise. */
  compared: count,
  different: count,
  mismatched: count,
  /** Old against old; of those with a difference, absent in results of before. */
  noiseCompared: count,
  noiseDifferent: count.optional(),
  overload,
  notCompared: reasons,
});

/** One field of one endpoint, by one kind of difference. */
const field = z.strictObject({
  endpoint: z.string(),
  field: z.string(),
  kind: z.enum(["missing", "extra", "type", "value", "order", "length"]),
  /** Pairs that differ here: old and new, old and old, old and new under overload. */
  raw: count,
  noise: count,
  underOverload: count,
  isBeyondNoise: z.boolean(),
  /** Redacted and cut. */
  examples: z
    .array(z.strictObject({ request: z.string(), first: z.string(), second: z.string() }))
    .max(5)
    .readonly(),
});

export const comparisonSection = z.strictObject({
  /** Requests that were to be compared = compared + compared under overload + not compared. */
  wanted: count,
  compared: count,
  mismatched: count,
  /** Absent when nothing was compared. */
  mismatchShare: share.optional(),
  noise: z.enum(["none", "old-twice"]),
  /** Pairs in which a version was overloaded; never judged. */
  overload,
  notCompared: reasons,
  endpoints: z.array(endpoint).readonly(),
  /** Beyond noise first, then by how often. */
  fields: z.array(field).readonly(),
  /** Counted, and not listed for want of room. */
  leftOut: z.strictObject({ endpoints: count, fields: count }),
});

export type ComparisonResult = z.output<typeof comparisonSection>;
