import { describe, expect, test } from "vitest";
import { meanRatePerSecond, planTrial } from "../../src/measure/search-plan.ts";
import { planText } from "../scenario/scenario-text.ts";

const everything = planText(`
name: everything
workload: { ratePerSecond: { steps: [ { rate: 100/s, for: 10s }, { rate: 300/s, for: 10s } ] } }
split: { new: 10%, flags: [ { header: x-beta, equals: "1", to: new } ], mirror: { to: new } }
rollout: { gates: [ { metric: errorRate, of: new, max: 1% } ] }
faults: [ { at: 2s, service: new, kind: crash } ]
run: { duration: 20s, warmUp: 5s, grace: 30s }
`);

describe("a trial of a search", () => {
  test.each([
    ["old", 0],
    ["new", 1_000_000],
  ] as const)("gives all requests to %s, at one rate, and nothing else happens", (version, newPerMillion) => {
    const trial = planTrial(everything, { version, ratePerSecond: 250, durationMs: 4000, calibrate: false });
    expect(trial.split).toMatchObject({ newPerMillion, flags: [] });
    expect(trial).toMatchObject({
      mirror: undefined,
      gates: [],
      faults: [],
      rollout: undefined,
      calibrate: false,
    });
    expect(trial.load).toMatchObject({
      kind: "open",
      curve: [{ startMs: -1000, endMs: 4000, fromPerSecond: 250, toPerSecond: 250 }],
    });
    expect(trial.timeline).toMatchObject({ warmUpMs: 1000, durationMs: 4000, graceMs: 2000 });
    expect(trial.timeline.stages.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [-1000, 0],
      [0, 4000],
    ]);
    expect(trial.services).toEqual(everything.services);
    expect(trial.endpoints).toEqual(everything.endpoints);
  });
});

test.each([
  ["workload: { ratePerSecond: 120/s }", 120],
  ["workload: { thinkTime: 5s }\nusers: 1000", 200],
  ["workload: { ratePerSecond: { ramp: { from: 0/s, to: 100/s } } }\nrun: { duration: 10s, warmUp: 2s }", 50],
])("%s begins a search at %d/s", (text, expected) => {
  expect(meanRatePerSecond(planText(`name: a\n${text}\n`))).toBeCloseTo(expected, 6);
});
