import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { type RolloutInput, startRollout, stepRollout } from "../../src/rollout/rollout.ts";
import { endedCount } from "../../src/rollout/sample.ts";
import { drawSample, rolloutOf } from "./rollout-fixture.ts";

const shares = ["10%", "50%", "100%"];

describe("whatever comes in", () => {
  const truths = fc.record({
    count: fc.constantFrom(0, 0, 3, 50, 400),
    errorShare: fc.constantFrom(0, 0, 0.03, 0.9),
    factor: fc.constantFrom(1, 1, 3),
  });
  const windowInput = fc.record({
    kind: fc.constant("window" as const),
    old: truths,
    new: truths,
    distrust: fc.constantFrom(undefined, undefined, undefined, "stalled"),
  });
  const commandInput = fc.record({
    kind: fc.constant("command" as const),
    command: fc.constantFrom("pause" as const, "resume" as const, "promote" as const, "roll back" as const),
  });
  const breakerInput = fc.record({
    kind: fc.constant("breaker" as const),
    to: fc.constantFrom("open" as const, "closed" as const),
  });
  const inputs = fc.array(
    fc.oneof(
      { weight: 12, arbitrary: windowInput },
      { weight: 1, arbitrary: commandInput },
      { weight: 1, arbitrary: breakerInput },
    ),
    { minLength: 5, maxLength: 60 },
  );
  const plans = fc.record({
    onFail: fc.constantFrom("rollback", "pause", "freeze"),
    noData: fc.constantFrom("fail", "pause", "ignore"),
    failureLimit: fc.constantFrom(0, 1, 3),
    inconclusiveLimit: fc.constantFrom(0, 2),
    interval: fc.constantFrom(undefined, "1s", "3s"),
    guard: fc.constantFrom(undefined, {}),
    bake: fc.constantFrom("0s", "3s"),
  });

  test("the split changes only with a decision, falls only by a roll back, and stays at 0 after it", () => {
    let rollBacks = 0;
    let releases = 0;
    fc.assert(
      fc.property(plans, inputs, ({ guard, bake, onFail, interval, ...limits }, given) => {
        const gate = {
          metric: "errorRate",
          max: "5%",
          ...limits,
          ...(interval === undefined ? {} : { interval }),
        };
        const plan = rolloutOf({
          steps: shares.map((share) => ({ new: share, hold: "3s" })),
          gates: [gate, { ...gate, metric: "responseTime.shift", max: undefined, vs: "old", maxRatio: 1.5 }],
          onFail,
          bake,
          drain: "2s",
          ...(guard === undefined ? {} : { guard }),
        });
        let state = startRollout(plan, 0).state;
        let atMs = 0;
        let endedSinceChange = 0;
        let isRolledBack = false;
        for (const input of given) {
          if (input.kind === "window") atMs += 1000;
          const next = toInput(input, atMs);
          if (next.kind === "window" && next.window.distrust === undefined)
            endedSinceChange += endedCount(next.window.samples.new.counts);
          const before = state;
          const stepped = stepRollout(state, next);
          state = stepped.state;
          const last = stepped.decisions.at(-1);
          if (last === undefined) expect(state.split).toEqual(before.split);
          else expect(last.split).toEqual(state.split);
          if (state.split.newShare < before.split.newShare) {
            expect(stepped.decisions.some(({ kind }) => kind === "roll back")).toBe(true);
            expect(onFail === "rollback" || input.kind === "command").toBe(true);
          }
          if (
            stepped.decisions.some(
              ({ kind, loop }) => loop === "judge" && (kind === "set split" || kind === "promote"),
            )
          ) {
            expect(endedSinceChange).toBeGreaterThan(0);
          }
          if (stepped.decisions.some(({ kind }) => kind === "set split" || kind === "promote"))
            endedSinceChange = 0;
          isRolledBack ||= stepped.decisions.some(({ kind }) => kind === "roll back");
          if (isRolledBack)
            expect(state.split).toEqual({ newShare: 0, mirrorShare: 0, headerRoute: undefined });
          if (state.oldCapacity === "released") expect(state.split.newShare).toBe(1);
        }
        if (isRolledBack) rollBacks++;
        if (state.oldCapacity === "released") releases++;
      }),
      { numRuns: 300, seed: 11 },
    );
    expect(rollBacks).toBeGreaterThan(10);
    expect(releases).toBeGreaterThan(0);
  });

  type Given =
    | { kind: "window"; old: Drawn; new: Drawn; distrust: string | undefined }
    | { kind: "command"; command: "pause" | "resume" | "promote" | "roll back" }
    | { kind: "breaker"; to: "open" | "closed" };
  type Drawn = { count: number; errorShare: number; factor: number };

  function toInput(given: Given, atMs: number): RolloutInput {
    if (given.kind === "command") return { kind: "command", atMs, command: given.command, by: "maria" };
    if (given.kind === "breaker") {
      const evidence = { cause: "failed trial", consecutiveFailures: 1, failures: 1, calls: 1 } as const;
      return { kind: "breaker", change: { to: given.to, atMs, sentence: "a trial failed", evidence } };
    }
    const uniform = randomStream(atMs, "laws");
    const draw = (truth: Drawn) => drawSample(truth, { count: truth.count, durationMs: 1000, uniform });
    const window = { atMs, samples: { old: draw(given.old), new: draw(given.new) } };
    return {
      kind: "window",
      window: given.distrust === undefined ? window : { ...window, distrust: given.distrust },
    };
  }
});
