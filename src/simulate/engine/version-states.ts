import type { HealthPlan, MockPlan } from "../../scenario/service-plan.ts";
import type { SimulatedFault } from "../settings.ts";

/** What the splitter and the faults know of one version at the moment. */
export type VersionState = {
  isUp: boolean;
  /** Nothing moves before this moment; in the past when the version doesn't hang. */
  hungUntilMs: number;
  /** When its processes started: cold starts count from here. */
  startedMs: number;
  slowFactor: number;
  errorShare: number;
  /** The splitter sends its traffic to the other version. */
  isOut: boolean;
  refusedInARow: number;
  checksFailed: number;
  checksPassed: number;
};

export function freshState(startedMs: number, errorShare: number): VersionState {
  return {
    isUp: true,
    hungUntilMs: Number.NEGATIVE_INFINITY,
    startedMs,
    slowFactor: 1,
    errorShare,
    isOut: false,
    refusedInARow: 0,
    checksFailed: 0,
    checksPassed: 0,
  };
}

/** How many times slower the version is at this moment: after a start, the factor falls to 1 in a straight line. */
export function slownessAt(
  state: Pick<VersionState, "slowFactor" | "startedMs">,
  { coldStart }: MockPlan,
  nowMs: number,
): number {
  if (coldStart === undefined) return state.slowFactor;
  const left = 1 - (nowMs - state.startedMs) / coldStart.forMs;
  return left <= 0 ? state.slowFactor : state.slowFactor * (1 + (coldStart.factor - 1) * left);
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
export type FaultTurn = { readonly atMs: number; readonly fault: SimulatedFault; readonly begins: boolean };

export function faultTurns(faults: readonly SimulatedFault[]): readonly FaultTurn[] {
  return faults.flatMap((fault) => {
    const begin = { atMs: fault.atMs, fault, begins: true };
    return fault.forMs === undefined
      ? [begin]
      : [begin, { atMs: fault.atMs + fault.forMs, fault, begins: false }];
  });
}

/** Slowness and errors, which only change numbers; crashes and hangs are the engine's. */
export function turnNumbers(state: VersionState, { fault, begins }: FaultTurn, errorShare: number): void {
  if (fault.kind === "slow") state.slowFactor = begins ? fault.factor : 1;
  if (fault.kind === "errors") state.errorShare = begins ? fault.share : errorShare;
}
