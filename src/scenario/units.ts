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

type Reading = {
  /** What is expected, for the message. */
  readonly expected: string;
  readonly parse: (text: string) => number | undefined;
  readonly max: number;
  readonly atMost: string;
  /** How people write it, for editors. */
  readonly examples: readonly (string | number)[];
  /** Whether a bare number other than 0 leaves open what is meant. */
  readonly needsUnit?: boolean;
};

/** `250ms 10s 5m 1h 1h30m`, at most 30 days; a bare number would leave the unit open and is refused. */
export const duration = quantity("duration", {
  expected: "a duration such as 250ms, 10s, 5m or 1h",
  parse: parseDurationMs,
  max: longestMs,
  atMost: "30 days",
  needsUnit: true,
  examples: ["250ms", "10s", "5m", "1h"],
});

/** `100KB 2MiB 512B`, or a number of bytes. */
export const size = quantity("size", {
  expected: "a size such as 512B, 100KB or 2MiB",
  parse: (text) => parseSizeBytes(text) ?? parsePlainNumber(text),
  max: 1e15,
  atMost: "1000 TB",
  examples: ["512B", "100KB", "2MiB"],
});

/** `10%` or `0.1`, from 0 to 1. */
export const share = quantity("share", {
  expected: "a share such as 10% or 0.1",
  parse: parseShare,
  max: 1,
  atMost: "100 %",
  examples: ["10%", 0.1],
});

/** `60%` or `1.5` of some load, up to ten times it. */
export const multiple = quantity("multiple", {
  expected: "a share of the load such as 60% or 1.5",
  parse: parseShare,
  max: 10,
  atMost: "1000 %",
  examples: ["60%", 1.5],
});

/** `200/s`, `12000/m` or a number per second. */
export const rate = quantity("rate", {
  expected: "a rate such as 200/s or 12000/m",
  parse: parseRatePerSecond,
  max: largestCount,
  atMost: "1e12 per second",
  examples: ["200/s", "12000/m"],
});

/** A number ≥ 0 that may be written with underscores or as 1e6. */
export const amount = quantity("number", {
  expected: "a number such as 10_000 or 1e6",
  parse: parsePlainNumber,
  max: largestCount,
  atMost: "1e12",
  examples: [10000, "10_000"],
});

/** An amount without a fraction. */
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

function quantity(unit: string, reading: Reading) {
  return z
    .union([z.string(), z.number()], { error: `expected ${reading.expected}` })
    .transform((written, context) => {
      const value = typeof written === "number" ? written : reading.parse(written);
      const problem = problemOf(written, value, reading);
      if (problem === undefined && value !== undefined) return value;
      context.addIssue({ code: "custom", message: problem ?? `expected ${reading.expected}` });
      return z.NEVER;
    })
    .meta({ unit, examples: [...reading.examples] });
}

function problemOf(
  written: string | number,
  value: number | undefined,
  reading: Reading,
): string | undefined {
  const found = JSON.stringify(written);
  if (value === undefined || Number.isNaN(value)) return `expected ${reading.expected}, found ${found}`;
  if (reading.needsUnit && typeof written === "number" && value !== 0) {
    return `expected ${reading.expected}, found ${found} without a unit`;
  }
  if (value < 0 || Object.is(value, -0)) return `must not be negative, found ${found}`;
  if (value > reading.max) return `must be at most ${reading.atMost}, found ${found}`;
  return undefined;
}
