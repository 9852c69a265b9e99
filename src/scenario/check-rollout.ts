import { checkHeaderMatch } from "./check-split.ts";
import { below, type Report } from "./finding.ts";
import { readMetric } from "./rollout-plan.ts";
import type { GateMetric } from "./rollout-schema.ts";
import type { Scenario } from "./schema.ts";

type Gate = Scenario["rollout"]["gates"][number];

/** Gates that can judge, and a ramp that leaves them something to judge. */
export function checkRollout(scenario: Scenario, report: Report): void {
  for (const [index, gate] of scenario.rollout.gates.entries())
    checkGate(scenario, gate, below(report, ["rollout", "gates", index]));
  checkRamp(scenario, report);
}

function checkGate(scenario: Scenario, gate: Gate, report: Report): void {
  const relative = gate.maxRatio !== undefined || gate.minRatio !== undefined;
  if (relative && gate.vs === undefined)
    report([], "maxRatio and minRatio need `vs`, the version to compare with");
  if (gate.metric === "responseTime.shift" && (gate.max !== undefined || gate.min !== undefined)) {
    report([], "responseTime.shift compares two versions; give maxRatio or minRatio");
  }
  if (gate.detectRatio !== undefined && gate.detectRatio <= (gate.maxRatio ?? Number.POSITIVE_INFINITY)) {
    report(["detectRatio"], "must be above maxRatio, the limit it is told from");
  }
  if (gate.vs === gate.of) report(["vs"], `compares ${gate.of} with itself`);
  if (gate.metric === "divergence.rows") checkDivergenceGate(scenario, gate, report);
  if (gate.metric === "compare.mismatchShare") checkComparisonGate(scenario, gate, report);
  if (!relative && gate.max === undefined && gate.min === undefined) {
    report([], "sets no limit; give max, min, maxRatio or minRatio");
  }
  for (const limit of ["max", "min"] as const) {
    const written = gate[limit];
    if (written !== undefined && readMetric(gate.metric, written) === undefined) {
      report([limit], `expected ${metricExample(gate.metric)}, found ${JSON.stringify(written)}`);
    }
  }
}

function metricExample(metric: GateMetric): string {
  if (metric === "errorRate" || metric === "availability") return "a share such as 1% or 0.01";
  return metric === "throughput" ? "a rate such as 200/s" : "a duration such as 200ms";
}

function checkComparisonGate(
  { compare }: Scenario,
  { max, min, maxRatio, minRatio, vs }: Gate,
  report: Report,
): void {
  const others = [min, maxRatio, minRatio, vs].some((given) => given !== undefined);
  if (max === undefined || others)
    report([], "compare.mismatchShare knows only `max`: the share of compared answers that may differ");
  if (compare === undefined)
    report([], "compare.mismatchShare needs a `compare` section, by which answers are compared");
}

/** What is wrong with the data is known only where real databases are looked at. */
function checkDivergenceGate(
  { stores }: Scenario,
  { max, min, maxRatio, minRatio, vs }: Gate,
  report: Report,
): void {
  if (
    max === undefined ||
    min !== undefined ||
    vs !== undefined ||
    maxRatio !== undefined ||
    minRatio !== undefined
  )
    report([], "divergence.rows knows only `max`: how many rows may be wrong");
  const { database } = stores;
  const isLookedAt =
    database?.kind === "postgres" && (database.topology === "separate" || database.content === "bank");
  if (!isLookedAt)
    report([], "divergence.rows needs stores.database.kind postgres, with topology separate or content bank");
}

function checkRamp({ rollout, split }: Scenario, report: Report): void {
  for (const [index, gate] of rollout.gates.entries()) {
    if (rollout.bake > 0 && gate.initialDelay >= rollout.bake)
      report(["rollout", "gates", index, "initialDelay"], "leaves nothing of the baking to judge");
  }
  for (const [index, step] of (rollout.steps ?? []).entries()) {
    const path = ["rollout", "steps", index];
    const before = rollout.steps?.[index - 1];
    if (before !== undefined && step.new < before.new)
      report([...path, "new"], "is lower than the step before; a ramp sends users back only by a rollback");
    for (const [gateIndex, gate] of rollout.gates.entries()) {
      if (gate.initialDelay >= step.hold)
        report(
          ["rollout", "gates", gateIndex, "initialDelay"],
          `leaves nothing of step ${index + 1} to judge`,
        );
    }
    if ((step.mirror ?? 0) > 0 && split.mirror?.to === "old")
      report([...path, "mirror"], "copies to new, and split.mirror to old; a run copies one way");
    if (step.headerRoute === undefined) continue;
    checkHeaderMatch(step.headerRoute, below(report, [...path, "headerRoute"]));
  }
}
