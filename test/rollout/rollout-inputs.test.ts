import { describe, expect, test } from "vitest";
import type { Decision } from "../../src/rollout/decision.ts";
import { startRollout, stepRollout } from "../../src/rollout/rollout.ts";
import { drawSample, rehearse, rolloutOf } from "./rollout-fixture.ts";
import { courseOf, errorGate, good, steps, worldOf } from "./three-steps.ts";

describe("a person", () => {
  const command = (atMs: number, name: "pause" | "resume" | "promote" | "roll back") => ({
    atMs,
    input: { kind: "command", atMs, command: name, by: "maria" } as const,
  });
  const course = (rollout: Record<string, unknown>, ...commands: ReturnType<typeof command>[]) =>
    courseOf(
      rehearse(rolloutOf({ steps, gates: [errorGate], ...rollout }), worldOf(good), 25_000, {
        inputs: commands,
      }).decisions,
    );

  test("can roll back at any time, and nothing brings new back", () => {
    expect(course({}, command(5000, "roll back"), command(8000, "resume"))).toEqual([
      "0s ramp: set split, new 10 %",
      "5s person: roll back, new 0 %",
      "8s person: note, new 0 %",
    ]);
  });

  test("can pause and resume, which begins the step anew", () => {
    expect(course({}, command(5000, "pause"), command(9000, "resume"))).toEqual([
      "0s ramp: set split, new 10 %",
      "5s person: pause, new 10 %",
      "9s person: set split, new 10 %",
      "19s judge: set split, new 50 %",
    ]);
  });

  test("can't go back where going back is forbidden", () => {
    expect(course({ onFail: "freeze" }, command(5000, "roll back"))[1]).toBe("5s person: note, new 10 %");
  });
});

test("an open breaker is a failure of new", () => {
  const change = {
    to: "open",
    atMs: 3000,
    sentence: "5 calls of new failed in a row",
    evidence: { cause: "consecutive failures", consecutiveFailures: 5, failures: 5, calls: 9 },
  } as const;
  const inputs = [{ atMs: 3000, input: { kind: "breaker", change } as const }];
  const { decisions } = rehearse(rolloutOf({ steps }), worldOf(good), 9000, { inputs });
  expect(courseOf(decisions).at(-1)).toBe("3s breaker: roll back, new 0 %");
  expect(decisions.at(-1)?.sentence).toBe("5 calls of new failed in a row; everything goes to old");
});

test("copies are judged where new gets nothing else", () => {
  const plan = rolloutOf({
    steps: [
      { new: 0, mirror: "100%", hold: "2s" },
      { new: "10%", hold: "5s" },
    ],
    gates: [errorGate],
  });
  const nobody = drawSample({}, { count: 0, durationMs: 2000, uniform: () => 0.5 });
  const mirrored = drawSample({ errorShare: 1 }, { count: 100, durationMs: 2000, uniform: () => 0.5 });
  const { state } = startRollout(plan, 0);
  const window = { atMs: 2000, samples: { old: mirrored, new: nobody } };
  const without = stepRollout(state, { kind: "window", window });
  expect(without.decisions[0]?.kind).toBe("pause");
  const withCopies = stepRollout(state, { kind: "window", window: { ...window, mirrored } });
  expect(withCopies.decisions[0]?.kind).toBe("roll back");
});

test("windows that end a little early or late make neither step nor guard wait for another", () => {
  const plan = rolloutOf({ steps, gates: [{ ...errorGate, interval: "1s", failureLimit: 99 }], guard: {} });
  const uniform = () => 0.5;
  let state = startRollout(plan, 0).state;
  const decisions: Decision[] = [];
  let endedMs = 0;
  for (let second = 1; second <= 13; second++) {
    const atMs = second * 1000 + (second % 2 === 0 ? -3 : 2);
    const durationMs = atMs - endedMs;
    endedMs = atMs;
    const draw = (errorShare: number) => drawSample({ errorShare }, { count: 100, durationMs, uniform });
    const window = { atMs, samples: { old: draw(0), new: draw(second > 11 ? 1 : 0) } };
    const stepped = stepRollout(state, { kind: "window", window });
    state = stepped.state;
    decisions.push(...stepped.decisions);
  }
  expect(courseOf(decisions)).toEqual([
    "9.997s judge: set split, new 50 %",
    "13.002s guard: roll back, new 0 %",
  ]);
});

test.each([
  ["2s", ["promote+drain old", "", "hold longer", "", "hold longer", "", "release old"]],
  ["0s", ["promote+drain old", "release old", "", "", "", "", ""]],
])("with %s to drain, old is taken away when it no longer works; with none, at once", (time, expected) => {
  const plan = rolloutOf({ steps: [{ new: "100%", hold: "1s" }], drain: time });
  const sample = drawSample({}, { count: 10, durationMs: 1000, uniform: () => 0.5 });
  const inFlight = [9, 7, 3, 2, 2, 0, 0];
  let state = startRollout(plan, 0).state;
  const kinds = inFlight.map((oldInFlight, index) => {
    const window = { atMs: (index + 1) * 1000, samples: { old: sample, new: sample }, oldInFlight };
    const stepped = stepRollout(state, { kind: "window", window });
    state = stepped.state;
    return stepped.decisions.map(({ kind }) => kind).join("+");
  });
  expect(kinds).toEqual(expected);
});
