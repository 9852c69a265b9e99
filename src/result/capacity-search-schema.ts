import { z } from "zod";
import { versions } from "../base/version.ts";

/**
 * What a search for capacity found, `capacity-search.json` in the search's directory: for each version the highest
 * rate that met the goals, as measured, with every trial that it rests on.
 */

export const capacitySearchSchemaId = "twinlane/capacity-search@1";
export const capacitySearchFile = "capacity-search.json";

const rate = z.number().positive();

const goalOutcome = z.strictObject({
  goal: z.string(),
  state: z.enum(["met", "missed", "unknown"]),
  /** ms, or a share for errorRate; null: so many requests were never answered; absent: too few requests. */
  value: z.number().nonnegative().nullable().optional(),
});

const searchTrial = z.strictObject({
  purpose: z.enum(["bracket", "bisect", "confirm"]),
  ratePerSecond: rate,
  durationMs: z.number().positive(),
  /** Requests that came due, and answers per second. */
  requests: z.int().nonnegative(),
  throughputPerSecond: z.number().nonnegative(),
  /** `undecided`: something disturbed it, or too few requests. `bound`: the generator can't make this rate. */
  outcome: z.enum(["met", "missed", "undecided", "bound"]),
  /** A value lay within a tenth of its limit, so that the trial was repeated. */
  isClose: z.boolean(),
  goals: z.array(goalOutcome),
  validity: z.strictObject({
    state: z.enum(["VALID", "TAINTED", "GENERATOR-BOUND"]),
    reasons: z.array(z.string()),
  }),
  /** The trial's own run, relative to this file. */
  directory: z.string(),
});

const versionSearch = z.strictObject({
  version: z.enum(versions),
  label: z.string(),
  /** `at least`: the search ended before anything missed a goal. `below`: not even the lowest rate met them. */
  state: z.enum(["found", "at least", "below", "not decided"]),
  /** The highest rate that met every goal, on all servers of the version together. */
  ratePerSecond: rate.optional(),
  lowestMissedPerSecond: rate.optional(),
  /** What ended the search: `goals`, `generator`, `highest rate asked for`, … */
  limit: z.string(),
  /** The goal that was missed first above the found rate. */
  bindingGoal: z.string().optional(),
  /** Servers that made this capacity: replicas of a mock; absent for a real service. */
  servers: z.int().positive().optional(),
  sentence: z.string(),
  trials: z.array(searchTrial),
});

export const capacitySearchSchema = z.strictObject({
  schema: z.literal(capacitySearchSchemaId),
  scenario: z.strictObject({ name: z.string(), hash: z.string() }),
  seed: z.number(),
  twinlane: z.string(),
  startedAt: z.string(),
  goals: z.array(z.string()),
  /** A rate this share above the found one missed a goal. */
  precision: z.number().positive(),
  trialMs: z.number().positive(),
  searches: z.array(versionSearch),
  /** Why it ended before its time; absent when it did not. */
  stopped: z.string().optional(),
});

export type CapacitySearch = z.output<typeof capacitySearchSchema>;
export type VersionSearch = z.output<typeof versionSearch>;
export type SearchTrial = z.output<typeof searchTrial>;
