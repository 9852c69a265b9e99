import { describe, expect, test } from "vitest";
import { planText } from "./scenario-text.ts";

function curveOf(workload: string, run = "run: { duration: 60s, warmUp: 5s }"): readonly number[][] {
  const { load } = planText(`name: shape\nworkload: ${workload}\n${run}\n`);
  if (load.kind !== "open") throw new Error("not an open load");
  return load.curve.map((piece) => [piece.startMs, piece.endMs, piece.fromPerSecond, piece.toPerSecond]);
}

describe("the rate over time", () => {
  test("of a constant load includes the warm-up before zero", () => {
    expect(curveOf("{ ratePerSecond: 200/s }")).toEqual([
      [-5000, 0, 200, 200],
      [0, 60_000, 200, 200],
    ]);
  });

  test("of users' habits is their busiest time's", () => {
    const { load } = planText(
      "name: a\nusers: 1_000_000\nworkload: { requestsPerUserPerDay: 10, peakFactor: 5 }\n",
    );
    expect(load.kind === "open" && load.curve[0]?.fromPerSecond).toBeCloseTo(578.7037, 4);
  });

  test.each([
    [
      "{ ratePerSecond: { ramp: { from: 10/s, to: 110/s } } }",
      [
        [-5000, 0, 10, 10],
        [0, 60_000, 10, 110],
      ],
    ],
    [
      "{ ratePerSecond: { ramp: { from: 10/s, to: 110/s, over: 20s } } }",
      [
        [-5000, 0, 10, 10],
        [0, 20_000, 10, 110],
        [20_000, 60_000, 110, 110],
      ],
    ],
    [
      "{ ratePerSecond: { ramp: { from: 10/s, to: 110/s, over: 120s } } }",
      [
        [-5000, 0, 10, 10],
        [0, 60_000, 10, 60],
      ],
    ],
    [
      "{ ratePerSecond: { steps: [{ rate: 5/s, for: 10s }, { rate: 9/s, for: 10s }] } }",
      [
        [-5000, 0, 5, 5],
        [0, 10_000, 5, 5],
        [10_000, 60_000, 9, 9],
      ],
    ],
    [
      "{ ratePerSecond: { spike: { base: 5/s, peak: 50/s, at: 20s, for: 10s } } }",
      [
        [-5000, 0, 5, 5],
        [0, 20_000, 5, 5],
        [20_000, 30_000, 50, 50],
        [30_000, 60_000, 5, 5],
      ],
    ],
  ])("of %s has its pieces without gaps", (workload, expected) => {
    expect(curveOf(workload)).toEqual(expected);
  });

  test("of a day rises from its low to its high and back", () => {
    const pieces = curveOf(
      "{ ratePerSecond: { daily: { low: 10/s, high: 50/s, period: 60s } } }",
      "run: { duration: 60s, warmUp: 0s }",
    );
    const rates = pieces.map((piece) => piece[2] ?? 0);
    expect([rates[0], Math.max(...rates)]).toEqual([10, 50]);
    expect(pieces.at(-1)?.[1]).toBe(60_000);
  });
});

describe("a plan", () => {
  test("makes a stage of each step and of the warm-up", () => {
    const { timeline } = planText(
      "name: a\nworkload: { ratePerSecond: { steps: [{ rate: 5/s, for: 10s }, { rate: 9/s, for: 10s }] } }\n",
    );
    expect(timeline.stages.map(({ name, startMs, endMs, warmUp }) => [name, startMs, endMs, warmUp])).toEqual(
      [
        ["warm-up", -3000, 0, true],
        ["step 1: 5/s", 0, 10_000, false],
        ["step 2: 9/s", 10_000, 30_000, false],
      ],
    );
  });

  test("is frozen all the way down", () => {
    const plan = planText("name: a\nworkload: { ratePerSecond: 1/s }\n");
    expect(Object.isFrozen(plan) && Object.isFrozen(plan.timeline.stages[0])).toBe(true);
  });

  test("has the hash of its content, whatever the order and the spelling", () => {
    const one = planText("name: a\nusers: 1000\nworkload: { ratePerSecond: 60/m }\n");
    const other = planText("workload:\n  ratePerSecond: 1\nusers: 1_000\nname: a\n");
    expect(one.hash).toBe(other.hash);
    expect(one.hash).not.toBe(planText("name: a\nusers: 1001\nworkload: { ratePerSecond: 1 }\n").hash);
  });

  test("sends bodies as JSON unless they are text", () => {
    const { endpoints } = planText(
      'name: a\nworkload: { ratePerSecond: 1/s, requests: [{ method: POST, body: { amount: 5 } }, { method: PUT, body: "plain", weight: 3 }] }\n',
    );
    expect(
      endpoints.map(({ body, headers, share, write }) => [body, headers["content-type"], share, write]),
    ).toEqual([
      ['{"amount":5}', "application/json", 0.25, true],
      ["plain", "text/plain; charset=utf-8", 0.75, true],
    ]);
  });
});
