import { z } from "zod";
import { versions } from "../base/version.ts";

/** What only a simulated result can tell: how sure its figures are, and how they were come by. */

const estimate = {
  mean: z.number(),
  /** Limits of the confidence interval over replications. */
  low: z.number(),
  high: z.number(),
};

const metric = z.enum([
  "responseTime.mean",
  "responseTime.p50",
  "responseTime.p90",
  "responseTime.p95",
  "responseTime.p99",
  "responseTime.p999",
  "throughputPerSecond",
  "errorRate",
  "requestsInSystem",
  "slotUtilisation",
]);

const sizedVersion = z.strictObject({
  servers: z.int().positive(),
  /** Servers simulated together; larger systems are counted in such cells. */
  cellServers: z.int().positive(),
  p99Ms: z.strictObject(estimate),
});

/** Servers whose simulated p99 holds the scenario's, at one user count. */
const growthRow = z.strictObject({
  users: z.number().positive(),
  peakRatePerSecond: z.number().nonnegative(),
  versions: z.partialRecord(z.enum(versions), sizedVersion),
});

/** What an autoscaler did. */
const scaling = z.strictObject({
  /** Servers that were ready, over the measured part of all replications. */
  meanServers: z.number().nonnegative(),
  fewest: z.int().nonnegative(),
  most: z.int().nonnegative(),
  /** Of the mean, where a server has a price. */
  costPerHour: z.number().nonnegative().optional(),
  /** Of the first replication: servers wanted and ready from each change on. */
  steps: z.array(z.strictObject({ atMs: z.number(), wanted: z.int().positive(), ready: z.int().positive() })),
});

export const simulationSection = z.strictObject({
  /** `feed-forward`: recursions without events, where they are exact. */
  engine: z.enum(["event", "feed-forward"]),
  /** Independent runs with seeds of their own; counts of the result are their sums, rates are those of one. */
  replications: z.int().positive(),
  events: z.int().nonnegative(),
  confidence: z.number().min(0).max(1),
  precision: z.strictObject({
    state: z.enum(["reached", "not reached", "not asked for"]),
    /** Half-widths asked for, relative to the estimate. */
    mean: z.number().positive(),
    p99: z.number().positive(),
  }),
  warmUp: z.strictObject({
    configuredMs: z.number().nonnegative(),
    /** Where MSER-5 ends the transient, from the start of the load; absent when the run is too short to tell. */
    foundMs: z.number().nonnegative().optional(),
  }),
  estimates: z.array(z.strictObject({ version: z.enum(versions), metric, ...estimate })),
  /** New less old, paired by replication. */
  differences: z.array(z.strictObject({ metric, ...estimate })),
  overloads: z.array(
    z.strictObject({
      /** For example `old slots`, `new CPU`, `database`. */
      resource: z.string(),
      /** Work offered, as a multiple of what the resource can do. */
      utilisation: z.number().positive(),
      /** Requests per second that it can't serve: by so many its queue would grow without bounds. */
      excessPerSecond: z.number().positive(),
    }),
  ),
  /** Only where servers follow the load. */
  scaling: z.partialRecord(z.enum(versions), scaling).optional(),
  /** Only where it was asked for. */
  growth: z.array(growthRow).optional(),
  /** By how many the requests under way grew each second of the measured part. */
  growthPerSecond: z.strictObject(estimate).optional(),
});

export type SimulationReport = z.output<typeof simulationSection>;
export type SimulatedGrowthRow = z.output<typeof growthRow>;
export type SimulatedMetric = z.output<typeof metric>;
