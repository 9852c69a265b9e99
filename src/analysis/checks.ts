import { formatDurationMs, formatNumber, formatShare } from "../base/units.ts";
import { type Version, versions } from "../base/version.ts";
import type { Arm, Check, RunResult } from "../result/schema.ts";
import { shareOfNew } from "../result/stages.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { type PercentileName, percentileQuantiles, samplesNeeded } from "../stats/percentiles.ts";
import { compareChecks } from "./compare-check.ts";
import { divergenceChecks } from "./data-consistency.ts";
import { gateChecks } from "./gate-checks.ts";
import { slowShareInCleanSeconds } from "./validity/clean-seconds.ts";

/**
 * Everything a run is held to: its own ledger, the split, the SLO for each version, the gates. No request is no
 * data, never a pass.
 */
export function checkRun(result: RunResult, plan: RunPlan): readonly Check[] {
  const judged = versions.filter((version) => isAsked(plan, version));
  return [
    ledgerCheck(result),
    splitCheck(result),
    ...judged.flatMap((version) => sloChecks(result, plan, version)),
    ...compareChecks(result, plan),
    ...(plan.rollout === undefined ? gateChecks(result, plan) : [rolloutCheck(result)]),
    ...divergenceChecks(result),
  ];
}

/** A version that the scenario gives no traffic is not held to anything. */
function isAsked({ split, timeline }: RunPlan, version: Version): boolean {
  const ofNew = timeline.stages.map((stage) => shareOfNew(stage) ?? stage.newShare);
  const shares = ofNew.map((share) => (version === "new" ? share : 1 - share));
  return (
    shares.some((share) => share > 0) || split.flags.some((flag) => flag.to === version && flag.userShare > 0)
  );
}

function ledgerCheck({ totals, completeness }: RunResult): Check {
  const name = "every request accounted for";
  const booked = versions.reduce((sum, version) => sum + totals.versions[version].scheduled, 0);
  const due = formatNumber(totals.due);
  if (totals.due === 0) return { kind: "ledger", name, state: "NO DATA", reason: "no request came due" };
  if (booked === totals.due)
    return { kind: "ledger", name, state: "PASS", reason: `${due} came due, ${due} are booked` };
  const reason = `${due} came due, ${formatNumber(booked)} are booked`;
  return { kind: "ledger", name, state: completeness.state === "partial" ? "INCONCLUSIVE" : "FAIL", reason };
}

/** A share far off says that something else than the split decides, so that nothing else is certain. */
function splitCheck({ totals }: RunResult): Check {
  const { configured, realised, expected, requests, state } = totals.split;
  const name = `new is given ${formatShare(configured)}`;
  if (realised === undefined) return { kind: "split", name, state: "NO DATA", reason: "no request" };
  const given = `new was given ${formatNumber(Math.round(realised * requests))} of ${formatNumber(requests)} (${formatShare(realised)}), expected between ${formatShare(expected.low)} and ${formatShare(expected.high)}`;
  return { kind: "split", name, state: state === "off" ? "INCONCLUSIVE" : "PASS", reason: given };
}

const sloPercentiles = {
  responseTimeP50: "p50",
  responseTimeP90: "p90",
  responseTimeP95: "p95",
  responseTimeP99: "p99",
  responseTimeP999: "p999",
} as const satisfies Record<string, PercentileName>;

function sloChecks(result: RunResult, { slo }: RunPlan, version: Version): readonly Check[] {
  const arm = result.totals.versions[version];
  const checks: Check[] = [];
  for (const [key, percentile] of Object.entries(sloPercentiles)) {
    const limitMs = slo[key as keyof typeof sloPercentiles];
    if (limitMs !== undefined) checks.push(percentileCheck(result, { version, percentile, limitMs }));
  }
  if (slo.availability !== undefined) checks.push(availabilityCheck(arm, version, slo.availability));
  return checks;
}

type PercentileLimit = {
  readonly version: Version;
  readonly percentile: PercentileName;
  readonly limitMs: number;
};

function percentileCheck(result: RunResult, limited: PercentileLimit): Check {
  const { version, percentile, limitMs } = limited;
  const arm = result.totals.versions[version];
  const label = percentile === "p999" ? "p99.9" : percentile;
  const limit = formatDurationMs(limitMs);
  const name = `${version}: response time ${label} ≤ ${limit}`;
  const value = arm.responseTimeMs[percentile];
  if (arm.scheduled === 0)
    return { kind: "slo", name, state: "NO DATA", reason: `no request went to ${version}` };
  if (value === undefined) {
    const needed = formatNumber(samplesNeeded(percentileQuantiles[percentile]));
    const reason = `${formatNumber(arm.scheduled)} requests; ${label} needs ${needed}`;
    return { kind: "slo", name, state: "INCONCLUSIVE", reason };
  }
  if (value === null) {
    const reason = `${label} not met: ${formatNumber(arm.notSent)} of ${formatNumber(arm.scheduled)} requests were never sent`;
    return { kind: "slo", name, state: "FAIL", reason };
  }
  const reason = `${label} ${formatDurationMs(value)} of ${formatNumber(arm.scheduled)} requests`;
  if (value > limitMs && !isServicesOwn(result, limited)) {
    return { kind: "slo", name, state: "INCONCLUSIVE", reason: `${reason}, in a run whose load was late` };
  }
  return { kind: "slo", name, state: value <= limitMs ? "PASS" : "FAIL", reason };
}

/** Whether a limit was broken by the version itself: also in the seconds in which the load was on time. */
function isServicesOwn(result: RunResult, { version, percentile, limitMs }: PercentileLimit): boolean {
  const { state } = result.validity;
  if (state === "VALID" || result.method !== "measured") return true;
  const allowed = 1 - percentileQuantiles[percentile];
  return state === "TAINTED" && slowShareInCleanSeconds(result, version, limitMs) >= allowed;
}

function availabilityCheck(arm: Arm, version: Version, least: number): Check {
  const name = `${version}: availability ≥ ${formatShare(least)}`;
  if (arm.scheduled === 0)
    return { kind: "slo", name, state: "NO DATA", reason: `no request went to ${version}` };
  const lost = arm.scheduled - arm.completed;
  const reason = `${formatNumber(lost)} of ${formatNumber(arm.scheduled)} requests were not answered well`;
  return { kind: "slo", name, state: arm.completed >= arm.scheduled * least ? "PASS" : "FAIL", reason };
}

/** With a ramp, the gates were judged step by step; what counts is where it ended. */
function rolloutCheck({ rollout }: RunResult): Check {
  const name = "the ramp goes through";
  const last = rollout?.decisions.findLast(({ kind }) => kind !== "note");
  const reason = `${rollout?.phase ?? "never began"}: ${last?.sentence ?? "no decision"}`;
  switch (rollout?.phase) {
    case "finished":
    case "ended below 100 %":
      return { kind: "rollout", name, state: "PASS", reason };
    case "rolled back":
    case "frozen":
      return { kind: "rollout", name, state: "FAIL", reason };
    default:
      return { kind: "rollout", name, state: "INCONCLUSIVE", reason };
  }
}
