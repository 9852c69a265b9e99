import { z } from "zod";
import {
  parseDurationMs,
  parsePlainNumber,
  parseRatePerSecond,
  parseShare,
  parseSizeBytes,
} from "../base/units.ts";

/**
 * The schema's quantities: written in a person's units, read as plain numbers (ms, bytes, shares 0–1, per
 * second). Their bounds keep absurd input out before it becomes a plan.
 */

const longestMs = 30 * 86_400_000;
const largestCount = 1e12;

type Reading = { readonly name: string; readonly parse: (text: string) => number | undefined };
type Limits = { readonly min: number; readonly max: number };

/** `250ms 10s 5m 1h 1h30m`, at most 30 days; a bare number would leave the unit open and is refused. */
export const duration = z
  .union([z.string(), z.literal(0)])
  .transform((written, context) =>
    read(
      written,
      context,
      { name: "a duration such as 250ms, 10s, 5m or 1h", parse: parseDurationMs },
      { min: 0, max: longestMs },
    ),
  )
  .meta({ unit: "duration" });

/** `100KB 2MiB 512B`, or a number of bytes. */
export const size = z
  .union([z.string(), z.number()])
  .transform((written, context) =>
    read(
      written,
      context,
      {
        name: "a size such as 512B, 100KB or 2MiB",
        parse: (text) => parseSizeBytes(text) ?? parsePlainNumber(text),
      },
      { min: 0, max: 1e15 },
    ),
  )
  .meta({ unit: "size" });

/** `10%` or `0.1`, from 0 to 1. */
export const share = z
  .union([z.string(), z.number()])
  .transform((written, context) =>
    read(written, context, { name: "a share such as 10% or 0.1", parse: parseShare }, { min: 0, max: 1 }),
  )
  .meta({ unit: "share" });

/** `200/s`, `12000/m` or a number per second. */
export const rate = z
  .union([z.string(), z.number()])
  .transform((written, context) =>
    read(
      written,
      context,
      { name: "a rate such as 200/s or 12000/m", parse: parseRatePerSecond },
      { min: 0, max: largestCount },
    ),
  )
  .meta({ unit: "rate" });

/** A number ≥ 0 that may be written with underscores or as 1e6. */
export const amount = z
  .union([z.string(), z.number()])
  .transform((written, context) =>
    read(
      written,
      context,
      { name: "a number such as 10_000 or 1e6", parse: parsePlainNumber },
      { min: 0, max: largestCount },
    ),
  )
  .meta({ unit: "number" });

/** An amount of at least 0 without a fraction. */
export const count = amount
  .refine(Number.isInteger, { error: "must be a whole number" })
  .meta({ unit: "whole number" });

/** A count of at least one. */
export const positiveCount = count
  .refine((value) => value >= 1, { error: "must be at least 1" })
  .meta({ unit: "whole number ≥ 1" });

/** A rate above zero. */
export const positiveRate = rate
  .refine((value) => value > 0, { error: "must be above 0" })
  .meta({ unit: "rate" });

/** A duration above zero. */
export const positiveDuration = duration
  .refine((value) => value > 0, { error: "must be longer than 0" })
  .meta({ unit: "duration" });

function read(written: string | number, context: z.RefinementCtx, reading: Reading, limits: Limits): number {
  const value = typeof written === "number" ? written : reading.parse(written);
  const problem =
    value === undefined || Number.isNaN(value)
      ? `expected ${reading.name}, found ${JSON.stringify(written)}`
      : value < limits.min || Object.is(value, -0)
        ? `must not be negative, found ${written}`
        : value > limits.max
          ? `is beyond the largest value accepted here, found ${written}`
          : undefined;
  if (problem === undefined && value !== undefined) return value;
  context.addIssue({ code: "custom", message: problem ?? "unreadable" });
  return z.NEVER;
}
