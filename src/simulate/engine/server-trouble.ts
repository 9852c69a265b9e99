import type { FaultPlan } from "../../scenario/fault-plan.ts";
import type { MockPlan } from "../../scenario/service-plan.ts";

/** What is wrong with one server at the moment, by the parameters that a mock is told in a real run. */
export type ServerTrouble = {
  readonly slowFactor: number;
  readonly errorShare: number;
  /** Of a core, taken from each of its processes. */
  readonly theftShare: number;
  /** Between the server and the splitter; undefined where all is well. */
  readonly network: NetworkTrouble | undefined;
};

export type NetworkTrouble = {
  readonly resetShare: number;
  readonly delayMs: number;
  readonly jitterMs: number;
  /** Infinite where the line is wide enough. */
  readonly bytesPerSecond: number;
};

/** Of two faults of one kind the later begun counts. */
export function troubleOf(
  { errorShare }: Pick<MockPlan, "errorShare">,
  active: readonly FaultPlan[],
): ServerTrouble {
  const trouble = { slowFactor: 1, errorShare, theftShare: 0 };
  const network = { resetShare: 0, delayMs: 0, jitterMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY };
  let isPoor = false;
  for (const fault of active) {
    if (fault.kind === "slow") trouble.slowFactor = fault.factor;
    if (fault.kind === "errors") trouble.errorShare = fault.share;
    if (fault.kind === "cpu-theft") trouble.theftShare = fault.share;
    if (fault.kind === "connection-resets") network.resetShare = fault.share;
    if (fault.kind === "bandwidth") network.bytesPerSecond = fault.bytesPerSecond;
    if (fault.kind === "latency") {
      network.delayMs = fault.delayMs;
      network.jitterMs = fault.jitterMs;
    }
    isPoor ||= networkKinds.has(fault.kind);
  }
  return { ...trouble, network: isPoor ? network : undefined };
}

const networkKinds: ReadonlySet<FaultPlan["kind"]> = new Set(["connection-resets", "latency", "bandwidth"]);
