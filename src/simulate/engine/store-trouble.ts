import type { FaultPlan } from "../../scenario/fault-plan.ts";
import type { CacheTrouble } from "./request-source.ts";

/** What is wrong with the database at the moment, besides being gone or standing still. */
export type DatabaseTrouble = {
  readonly slowFactor: number;
  /** Of the requests that ask it. */
  readonly errorShare: number;
  /** Of its answers, whose connection is reset in their place. */
  readonly resetShare: number;
  readonly delayMs: number;
  readonly jitterMs: number;
};

export const noDatabaseTrouble: DatabaseTrouble = {
  slowFactor: 1,
  errorShare: 0,
  resetShare: 0,
  delayMs: 0,
  jitterMs: 0,
};

/** Of two faults of one kind the later begun counts. */
export function databaseTroubleOf(active: readonly FaultPlan[]): DatabaseTrouble {
  const trouble = { ...noDatabaseTrouble };
  for (const fault of active) {
    if (fault.service !== "database") continue;
    if (fault.kind === "slow") trouble.slowFactor = fault.factor;
    if (fault.kind === "errors") trouble.errorShare = fault.share;
    if (fault.kind === "connection-resets") trouble.resetShare = fault.share;
    if (fault.kind === "latency") {
      trouble.delayMs = fault.delayMs;
      trouble.jitterMs = fault.jitterMs;
    }
  }
  return trouble;
}

/** undefined where nothing is wrong with the cache. */
export function cacheTroubleOf(active: readonly FaultPlan[]): CacheTrouble | undefined {
  const own = active.filter(({ service }) => service === "cache");
  if (own.length === 0) return undefined;
  const trouble = { failShare: 0, slowFactor: 1, delayMs: 0, jitterMs: 0 };
  for (const fault of own) {
    if (fault.kind === "slow") trouble.slowFactor = fault.factor;
    if (fault.kind === "errors" || fault.kind === "connection-resets") trouble.failShare = fault.share;
    if (fault.kind === "latency") {
      trouble.delayMs = fault.delayMs;
      trouble.jitterMs = fault.jitterMs;
    }
  }
  return own.some(({ kind }) => kind === "crash") ? { ...trouble, failShare: 1 } : trouble;
}
