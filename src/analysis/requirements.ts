import { formatDurationMs, formatNumber, formatShare } from "../base/units.ts";
import { versions } from "../base/version.ts";
import type { RunResult } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { dataStaysConsistent, divergenceIsDetected } from "./data-consistency.ts";
import { courseSentence, harmSentence, isAskedAfterZero, isNothingToNew } from "./reaction.ts";

type Requirement = RunResult["requirements"][number];
type Judged = Omit<RunResult, "requirements">;

const concurrentUsers = 10_000;
const p99LimitMs = 200;
const leastAvailability = 0.999;

/**
 * What a system that runs two versions must do, and whether this run has shown it. What a run did not try is
 * "not tested", never "met".
 */
export function judgeRequirements(result: Judged, plan: RunPlan): readonly Requirement[] {
  return [
    twoVersions(result),
    configurableShare(result),
    metricsPerVersion(result),
    tenThousandUsers(result, plan),
    availability(result),
    noUserErrorsWhenNewFails(result),
    dataStaysConsistent(result),
    divergenceIsDetected(result),
    quickRollback(result),
    noDowntime(result),
  ];
}

function twoVersions({ totals }: Judged): Requirement {
  const name = "Two versions at once";
  const answered = versions.map((version) => totals.versions[version].completed);
  const evidence = `old answered ${formatNumber(answered[0] ?? 0)} requests, new ${formatNumber(answered[1] ?? 0)}`;
  return { name, state: answered.every((count) => count > 0) ? "met" : "not met", evidence };
}

function configurableShare({ totals }: Judged): Requirement {
  const name = "Configurable share of traffic";
  const { configured, realised, state } = totals.split;
  if (realised === undefined) return notTested(name, "there was no traffic");
  const evidence = `${formatShare(realised)} went to new, ${formatShare(configured)} was asked for`;
  return { name, state: state === "as configured" ? "met" : "not met", evidence };
}

function metricsPerVersion({ totals, resources }: Judged): Requirement {
  const name = "Metrics for each version";
  const watched = versions.filter((version) => resources.some(({ role }) => role === version));
  const timed = versions.filter((version) => totals.versions[version].responseTimeMs.p50 !== undefined);
  const evidence = `latency of ${listOf(timed)}, CPU and memory of ${listOf(watched)}`;
  return { name, state: timed.length === 2 ? "met" : "not met", evidence };
}

function tenThousandUsers({ totals }: Judged, plan: RunPlan): Requirement {
  const name = "10,000 concurrent users with p99 under 200 ms";
  if (plan.load.kind !== "closed" || plan.load.users < concurrentUsers) {
    return notTested(name, "this run had fewer concurrent users");
  }
  const p99s = versions.map((version) => totals.versions[version].responseTimeMs.p99);
  const isMet = p99s.every((p99) => typeof p99 === "number" && p99 < p99LimitMs);
  const shown = versions.map((version, index) => {
    const p99 = p99s[index];
    return `${version} ${typeof p99 === "number" ? formatDurationMs(p99) : "without a p99"}`;
  });
  return {
    name,
    state: isMet ? "met" : "not met",
    evidence: `${formatNumber(plan.load.users)} users: ${shown.join(", ")}`,
  };
}

function availability({ totals }: Judged): Requirement {
  const name = "99.9 % availability";
  const completed = versions.reduce((sum, version) => sum + totals.versions[version].completed, 0);
  if (totals.due === 0) return notTested(name, "there was no traffic");
  const evidence = `${formatNumber(completed)} of ${formatNumber(totals.due)} requests were answered well`;
  return { name, state: completed >= totals.due * leastAvailability ? "met" : "not met", evidence };
}

/** The case that matters most: new stops answering, and users of old must not notice. */
function noUserErrorsWhenNewFails({ totals, events }: Judged): Requirement {
  const name = "No user of old sees an error when new fails";
  const fault = events.find(({ kind, version }) => kind === "fault" && version === "new");
  if (fault === undefined) return notTested(name, "new did not fail in this run");
  const { failed, timedOut, notSent, rerouted, errors } = totals.versions.old;
  const lost = failed + timedOut + notSent;
  const detected = events.find(
    ({ kind, version, atMs }) => kind === "unhealthy" && version === "new" && atMs >= fault.atMs,
  );
  const when =
    detected === undefined ? "" : `; detected after ${formatDurationMs(detected.atMs - fault.atMs)}`;
  const classes = lost === 0 ? "" : ` (${Object.keys(errors).join(", ")})`;
  const evidence = `old lost ${formatNumber(lost)} requests${classes} and took over ${formatNumber(rerouted)}${when}`;
  return { name, state: lost === 0 ? "met" : "not met", evidence };
}

const quickMs = 10_000;

/** From the fault, where the scenario made one, to the split at 0. */
function quickRollback({ method, rollout, events, reaction }: Judged): Requirement {
  const name = "Rollback is quick";
  const decision = rollout?.decisions.find(({ kind }) => kind === "roll back");
  if (decision === undefined) return notTested(name, "this run made no rollback");
  const caused = reaction?.findLast(({ decidedMs }) => decidedMs === decision.atMs);
  if (caused === undefined && method === "simulated") {
    return notTested(name, "in virtual time the split is at 0 in the very moment of the decision");
  }
  const zeroMs = caused?.zeroMs ?? zeroAfter(events, decision.atMs);
  if (zeroMs === undefined)
    return { name, state: "not met", evidence: "it was decided, but the split never reached 0" };
  const tookMs = zeroMs - (caused?.faultAtMs ?? decision.atMs);
  const from = caused === undefined ? "the decision" : "the fault";
  const evidence = `${formatDurationMs(tookMs)} from ${from} until new was given nothing`;
  const isAsked = caused !== undefined && isAskedAfterZero(caused) === true;
  return {
    name,
    state: tookMs <= quickMs && !isAsked ? "met" : "not met",
    evidence:
      caused === undefined ? evidence : `${evidence}: ${courseSentence(caused)}; ${harmSentence(caused)}`,
  };
}

function zeroAfter(events: Judged["events"], fromMs: number): number | undefined {
  return events.find(
    ({ kind, atMs, message }) => kind === "split" && atMs >= fromMs && isNothingToNew(message),
  )?.atMs;
}

/** From the first request to new alone: whatever failed on the way counts, whoever's fault it was. */
function noDowntime({ rollout, totals }: Judged): Requirement {
  const name = "Switching versions takes no downtime";
  if (rollout?.phase !== "finished") return notTested(name, "this run did not switch to new for good");
  const completed = versions.reduce((sum, version) => sum + totals.versions[version].completed, 0);
  const failed = totals.due - completed;
  const evidence = `${formatNumber(failed)} of ${formatNumber(totals.due)} requests failed while new took over and old was taken away`;
  return { name, state: failed === 0 ? "met" : "not met", evidence };
}

function notTested(name: string, evidence: string): Requirement {
  return { name, state: "not tested", evidence };
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? "neither" : names.join(" and ");
}
