import { assertNever } from "../base/invariant.ts";
import type { FaultSection, FaultTarget } from "./fault-schema.ts";

/** A fault with every choice made: times in ms, shares 0–1. */
export type FaultPlan = FaultTiming & FaultEffect;

type FaultTiming = {
  readonly atMs: number;
  /** undefined: to the end of the run. */
  readonly forMs: number | undefined;
  readonly service: FaultTarget;
  /** From 1; absent: all processes of the version. */
  readonly replica?: number;
};

export type FaultEffect =
  | { readonly kind: "crash" | "restart" | "hang" }
  | { readonly kind: "slow" | "cold-start"; readonly factor: number }
  | {
      readonly kind:
        | "errors"
        | "wrong-answers"
        | "connection-resets"
        | "cpu-theft"
        | "lost-writes"
        | "reordering";
      readonly share: number;
    }
  | { readonly kind: "memory-leak"; readonly bytesPerSecond: number; readonly limitBytes: number }
  | { readonly kind: "latency"; readonly delayMs: number; readonly jitterMs: number }
  | { readonly kind: "bandwidth"; readonly bytesPerSecond: number }
  | { readonly kind: "clock-skew" | "replica-lag"; readonly byMs: number };

/** Whether it is trouble of new that somebody ought to notice; a restart in order is not. */
export function isFaultOfNew({ service, kind }: FaultPlan): boolean {
  return service === "new" && kind !== "restart";
}

const standardFactor = 5;
const standardWarmUpMs = 10_000;
const standardShares = {
  errors: 0.5,
  "wrong-answers": 0.01,
  "connection-resets": 0.1,
  "cpu-theft": 0.5,
  "lost-writes": 0.01,
  reordering: 0.01,
} as const;
const standardLeak = { bytesPerSecond: 10 * 1024 ** 2, limitBytes: 256 * 1024 ** 2 } as const;
const standardBandwidth = 100_000;
const standardDelayMs = 100;
const standardByMs = 2000;

/** What the scenario leaves open gets its standard. */
export function planFault(fault: FaultSection): FaultPlan {
  const forMs = fault.kind === "cold-start" ? (fault.for ?? standardWarmUpMs) : fault.for;
  const { at: atMs, service, replica } = fault;
  return { atMs, forMs, service, ...(replica !== undefined && { replica }), ...effectOf(fault) };
}

function effectOf(fault: FaultSection): FaultEffect {
  const { kind } = fault;
  switch (kind) {
    case "crash":
    case "restart":
    case "hang":
      return { kind };
    case "slow":
    case "cold-start":
      return { kind, factor: fault.factor ?? standardFactor };
    case "errors":
    case "wrong-answers":
    case "connection-resets":
    case "cpu-theft":
    case "lost-writes":
    case "reordering":
      return { kind, share: fault.share ?? standardShares[kind] };
    case "memory-leak": {
      const bytesPerSecond = fault.bytesPerSecond ?? standardLeak.bytesPerSecond;
      return { kind, bytesPerSecond, limitBytes: fault.limit ?? standardLeak.limitBytes };
    }
    case "latency":
      return { kind, delayMs: fault.delay ?? standardDelayMs, jitterMs: fault.jitter ?? 0 };
    case "bandwidth":
      return { kind, bytesPerSecond: fault.bytesPerSecond ?? standardBandwidth };
    case "clock-skew":
    case "replica-lag":
      return { kind, byMs: fault.by ?? standardByMs };
    default:
      return assertNever(kind);
  }
}
