import type { FaultPlan } from "../../scenario/fault-plan.ts";
import type { HealthPlan, MockPlan } from "../../scenario/service-plan.ts";

/** What the splitter and the faults know of one version at the moment. */
export type VersionState = {
  isUp: boolean;
  /** Nothing moves before this moment; in the past when the version doesn't hang. */
  hungUntilMs: number;
  /** When its processes started, and how slow they are from then on. */
  startedMs: number;
  coldStart: MockPlan["coldStart"];
  /** The splitter sends its traffic to the other version. */
  isOut: boolean;
  refusedInARow: number;
  checksFailed: number;
  checksPassed: number;
};

export function freshState(startedMs: number, coldStart: MockPlan["coldStart"]): VersionState {
  return {
    isUp: true,
    hungUntilMs: Number.NEGATIVE_INFINITY,
    startedMs,
    coldStart,
    isOut: false,
    refusedInARow: 0,
    checksFailed: 0,
    checksPassed: 0,
  };
}

/** How many times slower than warm it is at this moment: after a start, the factor falls to 1 in a straight line. */
export function coldnessAt(
  { startedMs, coldStart }: Pick<VersionState, "startedMs" | "coldStart">,
  nowMs: number,
): number {
  if (coldStart === undefined) return 1;
  const left = 1 - (nowMs - startedMs) / coldStart.forMs;
  return left <= 0 ? 1 : 1 + (coldStart.factor - 1) * left;
}

/** Connections refused in a row after which the splitter leaves a version alone until its checks pass. */
const refusalsUntilOut = 3;

/** @returns whether the version goes out by this refusal */
export function noteRefusal(state: VersionState): boolean {
  state.refusedInARow++;
  if (state.isOut || state.refusedInARow < refusalsUntilOut) return false;
  state.isOut = true;
  state.checksPassed = 0;
  return true;
}

/** Books a health check. @returns whether the version goes out or comes back by it */
export function noteCheck(state: VersionState, passed: boolean, health: HealthPlan): boolean {
  state.checksPassed = passed ? state.checksPassed + 1 : 0;
  state.checksFailed = passed ? 0 : state.checksFailed + 1;
  const turns = state.isOut
    ? state.checksPassed >= health.healthyAfter
    : state.checksFailed >= health.unhealthyAfter;
  if (!turns) return false;
  state.isOut = !state.isOut;
  state.refusedInARow = 0;
  return true;
}

/** A fault's beginning or end. */
export type FaultTurn = { readonly atMs: number; readonly fault: FaultPlan; readonly begins: boolean };

export function faultTurns(faults: readonly FaultPlan[]): readonly FaultTurn[] {
  return faults.flatMap((fault) => {
    const begin = { atMs: fault.atMs, fault, begins: true };
    return fault.forMs === undefined
      ? [begin]
      : [begin, { atMs: fault.atMs + fault.forMs, fault, begins: false }];
  });
}
