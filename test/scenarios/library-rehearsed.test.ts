import { describe, expect, test } from "vitest";
import type { Decision } from "../../src/rollout/decision.ts";
import type { RolloutState } from "../../src/rollout/rollout-state.ts";
import type { RunPlan } from "../../src/scenario/plan.ts";
import { rehearse, type Truth } from "../rollout/rollout-fixture.ts";
import { libraryPlan } from "./library.ts";

type Rehearsal = { readonly state: RolloutState; readonly decisions: readonly Decision[] };

/** The scenario's own ramp in virtual time, with one window a second and answers drawn from their truth. */
function rehearsed(plan: RunPlan, newAt: (atMs: number) => Truth, windowMs = 1000): Rehearsal {
  const { rollout, load, timeline, seed } = plan;
  if (rollout === undefined || load.kind !== "open") throw new Error("an open load with a ramp");
  const ratePerSecond = load.curve[0]?.fromPerSecond ?? 0;
  return rehearse(rollout, { ratePerSecond, windowMs, new: newAt, seed }, timeline.durationMs);
}

/** The errors of new as the scenario's only fault makes them. */
function errorsOf(plan: RunPlan): (atMs: number) => Truth {
  const [fault] = plan.faults;
  if (fault?.kind !== "errors") throw new Error("the scenario makes errors");
  return (atMs) => (atMs > fault.atMs ? { errorShare: fault.share } : {});
}

describe("rehearsed in virtual time,", () => {
  test.each([
    ["pause", "paused", 0.05],
    ["fail", "rolled back", 0],
  ])("s02-low-traffic with noData: %s is %s after a step without a request", (policy, phase, share) => {
    const plan = libraryPlan("s02-low-traffic", `rollout.gates.0.noData=${policy}`);
    const { state, decisions } = rehearsed(plan, () => ({}), 60_000);
    expect(state.phase).toBe(phase);
    expect(state.split.newShare).toBe(share);
    expect(decisions.at(-1)?.sentence).toContain("new ended no request");
  });

  test("s02-low-traffic never passes for want of data, not even when it is ignored", () => {
    const plan = libraryPlan("s02-low-traffic", "rollout.gates.0.noData=ignore");
    const { state, decisions } = rehearsed(plan, () => ({}), 60_000);
    expect(state.phase).toBe("paused");
    expect(state.stepIndex).toBe(0);
    expect(decisions.at(-1)?.sentence).toMatch(/ended no request/);
  });

  test("s13-cold-new is rolled back when judged at once, and goes on when its start is left out", () => {
    const [fault] = libraryPlan("s13-cold-new").faults;
    if (fault?.kind !== "cold-start") throw new Error("new starts cold");
    const warmMs = fault.forMs ?? 0;
    const cold = (atMs: number) => ({
      factor: Math.max(1, fault.factor - ((fault.factor - 1) * atMs) / warmMs),
    });
    const patient = rehearsed(libraryPlan("s13-cold-new"), cold);
    const hasty = rehearsed(libraryPlan("s13-cold-new", "rollout.gates.0.initialDelay=0s"), cold);
    expect(patient.state.phase).toBe("ended below 100 %");
    expect(hasty.state.phase).toBe("rolled back");
  });

  test("s24-rollback-forbidden freezes the split and sends nobody back", () => {
    const plan = libraryPlan("s24-rollback-forbidden");
    const { state, decisions } = rehearsed(plan, errorsOf(plan));
    expect(state.phase).toBe("frozen");
    expect(state.split.newShare).toBe(0.5);
    const freeze = decisions.find(({ kind }) => kind === "freeze");
    expect(freeze?.loop).toBe("guard");
    expect(freeze?.sentence).toMatch(/going back is forbidden/);
    expect(decisions.some(({ kind }) => kind === "roll back")).toBe(false);
  });

  test("s25-promote-breaks is promoted, and taken back by the guard while old still stands", () => {
    const plan = libraryPlan("s25-promote-breaks");
    const { state, decisions } = rehearsed(plan, errorsOf(plan));
    expect(decisions.map(({ kind }) => kind)).toEqual(["set split", "set split", "promote", "roll back"]);
    expect(state).toMatchObject({ phase: "rolled back", oldCapacity: "kept", split: { newShare: 0 } });
  });
});
