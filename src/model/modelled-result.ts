import type { Arm, RunResult } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { modelAssumptions } from "./assumptions.ts";
import { type ErrorBudget, errorBudget } from "./availability.ts";
import type { Evidence } from "./evidence.ts";
import { extrapolationSentences } from "./extrapolation.ts";
import { type Growth, type GrowthEntry, growthTable } from "./growth.ts";
import { type ModelInputs, modelInputs } from "./inputs.ts";
import { type MigrationView, migrationView } from "./migration/growth.ts";
import { modelledVerdict } from "./modelled-verdict.ts";
import { priceRamp, type Ramp } from "./ramp.ts";

/** A plan by formulas: what was read, the growth table in full, and the result that all methods share. */
export type Modelled = {
  readonly inputs: ModelInputs;
  readonly growth: Growth;
  /** The chain at the scenario's own number of users. */
  readonly here: GrowthEntry | undefined;
  /** The ramp from old to new at the scenario's users; absent where no number of servers is enough. */
  readonly ramp: { readonly plain: Ramp; readonly mirrored: Ramp } | undefined;
  /** Present where the scenario has a migration. */
  readonly migration: MigrationView | undefined;
  /** Present where the scenario promises an availability. */
  readonly errorBudget: ErrorBudget | undefined;
  readonly result: RunResult;
};

/**
 * Everything that `twinlane model` knows about a plan.
 *
 * @throws UserError where the plan says nothing about the rate of requests: a trace whose rates are not given
 */
export function modelPlan(plan: RunPlan, evidence: Evidence = {}): Modelled {
  const inputs = modelInputs(plan, evidence);
  const growth = growthTable(inputs, plan.growth.users);
  const atScenario = growthTable(inputs, [plan.users]);
  const here = atScenario.entries[0];
  const { availability } = plan.slo;
  return {
    inputs,
    growth,
    here,
    ramp: rampBothWays(inputs, plan),
    migration: plan.migration && migrationView(inputs, plan.migration, plan.growth.users),
    errorBudget: availability === undefined || availability === 1 ? undefined : errorBudget(availability),
    result: toResult(plan, { inputs, growth, here, verdict: modelledVerdict(atScenario, growth) }),
  };
}

function rampBothWays(inputs: ModelInputs, plan: RunPlan): Modelled["ramp"] {
  const plain = priceRamp(inputs, plan, { users: plan.users, mirrored: false });
  const mirrored = priceRamp(inputs, plan, { users: plan.users, mirrored: true });
  if ("impossible" in plain || "impossible" in mirrored) return undefined;
  return { plain: plain.ramp, mirrored: mirrored.ramp };
}

type Basis = Pick<Modelled, "inputs" | "growth" | "here"> & Pick<RunResult, "verdict">;

function toResult(plan: RunPlan, { inputs, growth, here, verdict }: Basis): RunResult {
  const configured = inputs.split.newShare;
  return {
    // Its type allows nothing else; importing the value would build the whole schema to write one word.
    schema: "twinlane/result@1",
    method: "modelled",
    scenario: {
      name: plan.name,
      hash: plan.hash,
      ...(plan.description === undefined ? {} : { description: plan.description }),
      labels: { old: plan.services.old.label, new: plan.services.new.label },
      users: plan.users,
    },
    seed: plan.seed,
    completeness: { state: "complete" },
    validity: { state: "VALID", reasons: [] },
    verdict,
    stages: [],
    totals: {
      due: 0,
      durationMs: 0,
      split: { configured, expected: { low: 0, high: 1 }, requests: 0, state: "no requests" },
      versions: { old: noRequests, new: noRequests },
    },
    seconds: [],
    resources: [],
    health: [],
    events: [],
    growth: growth.entries.map(toRow),
    bottlenecks: (here?.bottlenecks ?? []).map((limit) => ({
      resource: limit.resource,
      reason: limit.reason,
      atUsers: limit.fullAtUsers,
      atRatePerSecond: limit.fullAtUsers * inputs.demand.peakPerUser,
      remedy: limit.remedy.change,
      ...(limit.remedy.movesToUsers !== undefined && { movesToUsers: limit.remedy.movesToUsers }),
    })),
    assumptions: [
      ...modelAssumptions(inputs),
      ...(plan.secondService === undefined
        ? []
        : ["The second service is left out: its servers and its time come on top."]),
      ...(plan.queue === undefined ? [] : ["Messages and the work on them are left out."]),
      ...growth.entries.flatMap(({ users, extrapolated }) => extrapolationSentences(users, extrapolated)),
    ],
    requirements: [],
  };
}

function toRow({ users, point, bottlenecks }: GrowthEntry): RunResult["growth"][number] {
  const { load, servers, cost } = point;
  const first = bottlenecks[0];
  return {
    users,
    averageRatePerSecond: load.averagePerSecond,
    peakRatePerSecond: load.peakPerSecond,
    concurrentUsers: load.connections,
    servers: {
      total: servers.total,
      old: servers.old,
      new: servers.new,
      spare: servers.spare,
      binding: servers.binding,
    },
    bandwidthBytesPerSecond: point.bandwidthBytesPerSecond,
    ...(cost === undefined ? {} : { costPerHour: cost.perHour }),
    firstBottleneck: first === undefined ? "none stated" : first.resource,
  };
}

/** A model sends no requests. */
const noRequests: Arm = {
  scheduled: 0,
  completed: 0,
  failed: 0,
  timedOut: 0,
  notSent: 0,
  inFlight: 0,
  rerouted: 0,
  errors: {},
  offeredPerSecond: 0,
  throughputPerSecond: 0,
  responseTimeMs: {},
  okResponseTimeMs: {},
  partsMs: {},
  histograms: {},
};
