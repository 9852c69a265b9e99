import { z } from "zod";
import { versions } from "../base/version.ts";

/** What model and simulation foretold of loads that were then measured: `agreement.json`. */

export const agreementSchemaId = "twinlane/agreement@1";
export const agreementFile = "agreement.json";

const quantities = ["throughputPerSecond", "cpuCores", "responseTimeMeanMs", "responseTimeP99Ms"] as const;

/** A figure foretold, with the interval that the measured one lies in in 95 of 100 cases. */
const prediction = z.strictObject({
  value: z.number().nonnegative(),
  low: z.number().nonnegative(),
  high: z.number().nonnegative(),
});

const judgedPrediction = prediction.extend({
  /** (foretold − measured) / measured; absent until it is measured, and where the run was generator-bound. */
  error: z.number().optional(),
  isInInterval: z.boolean().optional(),
});

const row = z.strictObject({
  quantity: z.enum(quantities),
  measured: z.number().nonnegative().optional(),
  modelled: judgedPrediction.optional(),
  simulated: judgedPrediction.optional(),
  /** Largest relative error of the simulation that the scenario allows. */
  tolerance: z.number().positive().optional(),
  state: z.enum(["PASS", "FAIL", "INCONCLUSIVE", "NO DATA"]),
});

const comparison = z.strictObject({
  /** Share of the scenario's load. */
  load: z.number().positive(),
  ratePerSecond: z.number().nonnegative(),
  version: z.enum(versions),
  /** Of the busiest resource of the version, by the model. */
  utilisation: z.number().nonnegative(),
  bottleneck: z.string(),
  /** Whether the load lies above the highest that was calibrated on. */
  isBeyond: z.boolean(),
  /** Directory of the measured run, and what its validity is. */
  run: z.string().optional(),
  validity: z.string().optional(),
  rows: z.array(row),
});

/** How many servers new takes for each one of old. */
const capacityRatio = z.strictObject({
  users: z.number().positive(),
  servers: z.strictObject({ old: z.number().nonnegative(), new: z.number().nonnegative() }),
  ratio: prediction,
  binding: z.strictObject({ old: z.string(), new: z.string() }),
  /** Ratio by each constraint on its own. */
  byConstraint: z.record(z.string(), z.number()),
  sentence: z.string(),
});

export const agreementSchema = z.strictObject({
  schema: z.literal(agreementSchemaId),
  scenario: z.strictObject({
    name: z.string(),
    hash: z.string(),
    labels: z.strictObject({ old: z.string(), new: z.string() }),
  }),
  twinlane: z.string(),
  startedAt: z.string(),
  calibratedAt: z.array(
    z.strictObject({ load: z.number().positive(), run: z.string(), validity: z.string() }),
  ),
  comparisons: z.array(comparison),
  capacity: z.array(capacityRatio),
  verdict: z.strictObject({
    state: z.enum(["PASS", "FAIL", "INCONCLUSIVE", "NO DATA"]),
    sentence: z.string(),
  }),
  stopped: z.string().optional(),
});

export type Agreement = z.output<typeof agreementSchema>;
export type LoadComparison = z.output<typeof comparison>;
export type AgreementRow = z.output<typeof row>;
export type AgreementQuantity = (typeof quantities)[number];
export type Prediction = z.output<typeof prediction>;
export type JudgedPrediction = z.output<typeof judgedPrediction>;
export type CapacityRatio = z.output<typeof capacityRatio>;
