import type { Version } from "../base/version.ts";
import type { SearchTrial } from "../result/capacity-search-schema.ts";
import type { RunResult, TaintCause } from "../result/schema.ts";
import { type Goal, isClose, isMissedByService, judgeGoal } from "./goal.ts";
import { instrumentSeconds } from "./validity/instrument-seconds.ts";
import { judgeValidity } from "./validity.ts";

export type JudgedTrial = Pick<SearchTrial, "outcome" | "isClose" | "goals" | "validity">;

/** These come and go whatever the rate; the same trial may go well a moment later. */
const passingCauses: readonly TaintCause[] = [
  "steal",
  "other processes took the cores",
  "process stopped",
  "stalled event loop",
];

/**
 * What a trial says about its rate. Lateness of the generator only makes response times longer: goals that are met
 * in spite of it are met, and one that is missed by more than all that lateness is missed by the version itself.
 */
export function judgeTrial(result: RunResult, version: Version, goals: readonly Goal[]): JudgedTrial {
  const arm = result.totals.versions[version];
  const { state, reasons, windows = [] } = judgeValidity(result, {});
  const judged = goals.map((goal) => ({ goal, outcome: judgeGoal(goal, arm) }));
  const lateMs = state === "VALID" ? 0 : worstLatenessMs(result);
  const missed = judged.filter(({ outcome }) => outcome.state === "missed");
  const isMissed = missed.some(({ goal }) => state === "VALID" || isMissedByService(goal, arm, lateMs));
  const isPassing = windows.length > 0 && windows.every(({ cause }) => passingCauses.includes(cause));
  const isBound = state === "GENERATOR-BOUND" && !isPassing;
  const isMet = judged.every(({ outcome }) => outcome.state === "met");
  return {
    outcome: isMissed ? "missed" : isBound ? "bound" : isMet ? "met" : "undecided",
    isClose: judged.some(({ goal, outcome }) => isClose(goal, outcome)),
    goals: judged.map(({ outcome }) => outcome),
    validity: { state, reasons },
  };
}

function worstLatenessMs(result: RunResult): number {
  return Math.max(0, ...instrumentSeconds(result).map(({ lateP99Ms }) => lateP99Ms));
}
