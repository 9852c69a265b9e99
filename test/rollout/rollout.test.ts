import { describe, expect, test } from "vitest";
import { rehearse, rolloutOf, type World } from "./rollout-fixture.ts";
import { badFrom, courseOf, errorGate, good, steps, worldOf } from "./three-steps.ts";

type Row = {
  rollout: Record<string, unknown>;
  truth?: World["new"];
  more?: Partial<World>;
  untilMs?: number;
};

function check({ rollout, truth = good, more = {}, untilMs = 60_000 }: Row, expected: readonly string[]) {
  const { decisions } = rehearse(rolloutOf({ steps, ...rollout }), worldOf(truth, more), untilMs);
  expect(courseOf(decisions)).toEqual(expected);
}

describe("a ramp", () => {
  test("goes to 100 %, bakes, drains and releases old", () =>
    check({ rollout: { gates: [errorGate], bake: "5s", drain: "5s" } }, [
      "0s ramp: set split, new 10 %",
      "10s judge: set split, new 50 %",
      "20s judge: set split, new 100 %",
      "30s judge: promote, new 100 %",
      "35s judge: drain old, new 100 %",
      "40s ramp: release old, new 100 %",
    ]));

  test("that ends below 100 % ends there and keeps old", () => {
    const plan = rolloutOf({ steps: steps.slice(0, 2), gates: [errorGate] });
    const { state, decisions } = rehearse(plan, worldOf(good), 60_000);
    expect(courseOf(decisions).at(-1)).toBe("20s judge: end, new 50 %");
    expect(state.oldCapacity).toBe("kept");
  });

  test("rolls back on a failed gate at the end of its step", () =>
    check({ rollout: { gates: [errorGate] }, truth: badFrom(12_000) }, [
      "0s ramp: set split, new 10 %",
      "10s judge: set split, new 50 %",
      "20s judge: roll back, new 0 %",
    ]));

  test("rolls back within the step where the gate has an interval", () =>
    check({ rollout: { gates: [{ ...errorGate, interval: "2s" }] }, truth: badFrom(12_000) }, [
      "0s ramp: set split, new 10 %",
      "10s judge: set split, new 50 %",
      "14s judge: roll back, new 0 %",
    ]));

  test("survives as many failed measurements as it may", () =>
    check(
      { rollout: { gates: [{ ...errorGate, interval: "2s", failureLimit: 1 }] }, truth: badFrom(12_000) },
      ["0s ramp: set split, new 10 %", "10s judge: set split, new 50 %", "16s judge: roll back, new 0 %"],
    ));

  test("is stopped by the guard within two seconds, before any gate", () =>
    check({ rollout: { gates: [errorGate], guard: {} }, truth: badFrom(13_000), more: { seed: 3 } }, [
      "0s ramp: set split, new 10 %",
      "10s judge: set split, new 50 %",
      "15s guard: roll back, new 0 %",
    ]));

  test("pauses instead where the scenario says so", () =>
    check({ rollout: { gates: [errorGate], onFail: "pause" }, truth: badFrom(2000) }, [
      "0s ramp: set split, new 10 %",
      "10s judge: pause, new 10 %",
    ]));

  test("freezes where going back is forbidden", () =>
    check({ rollout: { gates: [errorGate], guard: {}, onFail: "freeze" }, truth: badFrom(13_000) }, [
      "0s ramp: set split, new 10 %",
      "10s judge: set split, new 50 %",
      "15s guard: freeze, new 50 %",
      "17s guard: note, new 50 %",
    ]));

  test("fails while it bakes, and old can still take everybody back", () =>
    check({ rollout: { gates: [{ ...errorGate, interval: "5s" }], bake: "20s" }, truth: badFrom(40_000) }, [
      "0s ramp: set split, new 10 %",
      "10s judge: set split, new 50 %",
      "20s judge: set split, new 100 %",
      "30s judge: promote, new 100 %",
      "45s judge: roll back, new 0 %",
    ]));

  test("fails after old is gone, and says so without sending users nowhere", () =>
    check({ rollout: { guard: {}, drain: "2s" }, truth: badFrom(40_000) }, [
      "0s ramp: set split, new 10 %",
      "10s judge: set split, new 50 %",
      "20s judge: set split, new 100 %",
      "30s judge: promote, new 100 %",
      "30s ramp: drain old, new 100 %",
      "32s ramp: release old, new 100 %",
      "42s guard: note, new 100 %",
    ]));

  test("holds longer where the first measurement was too small to tell", () =>
    check(
      {
        rollout: { gates: [{ metric: "responseTime.p99", max: "200ms", inconclusiveLimit: 1 }] },
        more: { ratePerSecond: 200 },
        untilMs: 25_000,
      },
      ["0s ramp: set split, new 10 %", "10s judge: hold longer, new 10 %", "20s judge: set split, new 50 %"],
    ));

  test("pauses where measurements stay too small to tell", () =>
    check({ rollout: { gates: [{ metric: "responseTime.p99", max: "200ms" }] } }, [
      "0s ramp: set split, new 10 %",
      "10s judge: pause, new 10 %",
    ]));

  test.each([
    ["pause", "10s judge: pause, new 10 %"],
    ["fail", "10s judge: roll back, new 0 %"],
    ["ignore", "10s judge: pause, new 10 %"],
  ])("never passes without a request of new: noData %s", (noData, expected) =>
    check({ rollout: { gates: [{ ...errorGate, noData }] }, more: { ratePerSecond: 0 } }, [
      "0s ramp: set split, new 10 %",
      expected,
    ]),
  );

  test("without gates still needs requests of new", () =>
    check({ rollout: {}, more: { ratePerSecond: 0 } }, [
      "0s ramp: set split, new 10 %",
      "10s judge: pause, new 10 %",
    ]));

  test("leaves ratios out where old gets no traffic", () =>
    check(
      {
        rollout: { gates: [{ metric: "responseTime.mean", vs: "old", maxRatio: 2 }], drain: "5s" },
      },
      [
        "0s ramp: set split, new 10 %",
        "10s judge: set split, new 50 %",
        "20s judge: set split, new 100 %",
        "30s judge: promote, new 100 %",
        "30s ramp: drain old, new 100 %",
        "35s ramp: release old, new 100 %",
      ],
    ));

  test("forgives a cold start within the initial delay", () => {
    const cold: World["new"] = (atMs) => (atMs <= 4000 ? { errorShare: 0.9 } : {});
    const gate = { ...errorGate, interval: "2s" };
    check({ rollout: { gates: [gate] }, truth: cold, untilMs: 9000 }, [
      "0s ramp: set split, new 10 %",
      "2s judge: roll back, new 0 %",
    ]);
    check({ rollout: { gates: [{ ...gate, initialDelay: "4s" }] }, truth: cold, untilMs: 9000 }, [
      "0s ramp: set split, new 10 %",
    ]);
  });
});

describe("every decision", () => {
  const { decisions } = rehearse(
    rolloutOf({ steps, gates: [errorGate], guard: {} }),
    worldOf(badFrom(13_000)),
    30_000,
  );

  test("says its numbers in a sentence", () => {
    expect(decisions.map(({ sentence }) => sentence)).toEqual([
      "the ramp begins; step 1 of 3: new gets 10 % for 10 s",
      expect.stringMatching(
        /^step 1 of 3 passed: new's errorRate is 0 % from 200 requests, at or below the limit of 5 %; step 2 of 3: new gets 50 % for 10 s$/,
      ),
      expect.stringMatching(
        /^2 bad seconds of new in a row; in the last, \d\d(\.\d+)? % of 100 requests failed \(limit 50 %\); everything goes to old$/,
      ),
    ]);
  });

  test("carries the same numbers as data", () => {
    const [, passed, tripped] = decisions;
    expect(passed?.evidence).toMatchObject({
      kind: "gates",
      measurements: [
        { state: "PASS", verdict: { samples: { new: 200 }, limits: [{ observed: { value: 0 } }] } },
      ],
    });
    expect(tripped?.evidence).toMatchObject({ kind: "guard", guard: { samples: 100, badSeconds: 2 } });
  });
});
