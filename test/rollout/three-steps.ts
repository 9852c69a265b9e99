import type { Decision } from "../../src/rollout/decision.ts";
import type { Truth, World } from "./rollout-fixture.ts";

/** A ramp in three steps of ten seconds. */
export const steps = [
  { new: "10%", hold: "10s" },
  { new: "50%", hold: "10s" },
  { new: "100%", hold: "10s" },
];
export const errorGate = { metric: "errorRate", max: "5%" };
export const good = (): Truth => ({});
/** New, whose requests mostly fail from a moment on. */
export const badFrom =
  (fromMs: number): World["new"] =>
  (atMs) =>
    atMs > fromMs ? { errorShare: 0.6 } : {};

export function worldOf(truth: World["new"], more: Partial<World> = {}): World {
  return { ratePerSecond: 200, windowMs: 1000, new: truth, seed: 1, ...more };
}

/** The decisions in short: when, by whom, what, and the share of new after it. */
export function courseOf(decisions: readonly Decision[]): readonly string[] {
  return decisions.map(
    ({ atMs, loop, kind, split }) => `${atMs / 1000}s ${loop}: ${kind}, new ${split.newShare * 100} %`,
  );
}
