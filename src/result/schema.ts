import { z } from "zod";
import { versions } from "../base/version.ts";
import { chainsSection, messagesSection } from "./behind-schema.ts";
import { comparisonSection } from "./comparison-schema.ts";
import { rolloutDecision } from "./decision-schema.ts";
import { divergenceSection, storesSection } from "./divergence-schema.ts";
import { bottleneck, growthRow } from "./growth-schema.ts";
import { calibration, generatorHealth, taintedWindow } from "./instrument-schema.ts";
import { environment, processResources, systemSample } from "./machine-schema.ts";
import { count, milliseconds } from "./quantity-schema.ts";
import { reactionSection } from "./reaction-schema.ts";
import { retriesSection } from "./retry-schema.ts";
import { simulationSection } from "./simulation-schema.ts";
import { storeUseSection } from "./store-use-schema.ts";
import { arms, batch, mirrorCounts, mostBatches, second, splitAudit, stage } from "./traffic-schema.ts";

/**
 * The result of all three clocks, `result.json`. A quantity that a method can't give is absent, never 0.
 * Readers accept what this version of the schema wrote and say so plainly when it is another.
 */

export const resultSchemaId = "twinlane/result@1";

const event = z.strictObject({
  atMs: z.number(),
  /** For example `fault`, `unhealthy`, `healthy`, `split`, `process-ended`. */
  kind: z.string(),
  version: z.enum(versions).optional(),
  message: z.string(),
});

/** A condition of the scenario and how it came out. */
const check = z.strictObject({
  /** `slo`, `gate`, `split`, `ledger`, `compare`, `rollout`. */
  kind: z.string(),
  /** For example `new: responseTime.p99 ≤ 200 ms`. */
  name: z.string(),
  state: z.enum(["PASS", "FAIL", "INCONCLUSIVE", "NO DATA"]),
  /** The numbers it rests on, in a sentence. */
  reason: z.string(),
});

const requirement = z.strictObject({
  name: z.string(),
  state: z.enum(["met", "not met", "not tested"]),
  evidence: z.string(),
});

const rollout = z.strictObject({
  /** Where it ended, for example `finished` or `rolled back`. */
  phase: z.string(),
  decisions: z.array(rolloutDecision),
});

export const runResultSchema = z.strictObject({
  schema: z.literal(resultSchemaId),
  method: z.enum(["measured", "simulated", "modelled"]),
  scenario: z.strictObject({
    name: z.string(),
    hash: z.string(),
    description: z.string().optional(),
    labels: z.strictObject({ old: z.string(), new: z.string() }),
    users: z.number().positive(),
  }),
  seed: z.number(),
  /** Absent where the machine has no part in the answer. */
  environment: environment.optional(),
  /** Whether the run ended as planned; a partial one holds what was measured until then. */
  completeness: z.strictObject({ state: z.enum(["complete", "partial"]), reason: z.string().optional() }),
  validity: z.strictObject({
    state: z.enum(["VALID", "TAINTED", "GENERATOR-BOUND"]),
    reasons: z.array(z.string()),
    /** The floor: what the instrument itself adds, ms at p99. */
    floorMs: milliseconds.optional(),
    /** The stretches that are not to be trusted, in time order. */
    windows: z.array(taintedWindow).optional(),
  }),
  verdict: z.strictObject({
    state: z.enum(["PASS", "FAIL", "INCONCLUSIVE", "NO DATA"]),
    sentence: z.string(),
    reasons: z.array(z.string()),
    checks: z.array(check),
  }),
  stages: z.array(stage),
  totals: z.strictObject({
    due: count,
    durationMs: milliseconds,
    split: splitAudit,
    versions: arms,
    /** Its course in time, in order; only where a gate is judged on the whole run. */
    batches: z.array(batch).max(mostBatches).optional(),
  }),
  seconds: z.array(second),
  resources: z.array(processResources),
  health: z.array(generatorHealth),
  /** The machine, second by second; only in a measured result. */
  system: z.array(systemSample).optional(),
  calibration: calibration.optional(),
  events: z.array(event),
  /** Only where clients ask again; a request and all its attempts are one in every other figure. */
  retries: retriesSection.optional(),
  mirror: mirrorCounts.optional(),
  comparison: comparisonSection.optional(),
  rollout: rollout.optional(),
  /** One for each fault of new that the scenario made. */
  reaction: reactionSection.optional(),
  /** Only of a run with real stores. */
  divergence: divergenceSection.optional(),
  stores: storesSection.optional(),
  /** Only of a run whose mocks have stores, modelled or real. */
  storeUse: storeUseSection.optional(),
  /** Only of a run with a second service. */
  chains: chainsSection.optional(),
  /** Only of a run with a queue. */
  messages: messagesSection.optional(),
  growth: z.array(growthRow),
  bottlenecks: z.array(bottleneck),
  assumptions: z.array(z.string()),
  requirements: z.array(requirement),
  /** Only in a simulated result. */
  simulation: simulationSection.optional(),
});

export type RunResult = z.output<typeof runResultSchema>;
export type Arm = RunResult["totals"]["versions"]["old"];
export type StageResult = z.output<typeof stage>;
export type SecondResult = z.output<typeof second>;
export type EndpointResult = StageResult["endpoints"][number];
export type Batch = z.output<typeof batch>;
export type SplitAudit = z.output<typeof splitAudit>;
export type ProcessResources = z.output<typeof processResources>;
export type ResourceSample = ProcessResources["samples"][number];
export type RunEvent = z.output<typeof event>;
export type GeneratorHealth = z.output<typeof generatorHealth>;
export type SystemSample = z.output<typeof systemSample>;
export type Calibration = z.output<typeof calibration>;
export type CalibratedPath = Calibration["direct"];
export type TaintCause = TaintedWindow["cause"];
export type TaintedWindow = z.output<typeof taintedWindow>;
export type GrowthRow = z.output<typeof growthRow>;
export type Bottleneck = z.output<typeof bottleneck>;
export type Check = z.output<typeof check>;
export type Environment = z.output<typeof environment>;
export type MirrorCounts = z.output<typeof mirrorCounts>;
export type VerdictState = RunResult["verdict"]["state"];
