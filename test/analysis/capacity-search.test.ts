import { assert, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type FinishedTrial,
  longestTrialMs,
  lowestJudgedRate,
  maxTrials,
  nextStep,
  type SearchEnd,
  type SearchSettings,
  type TrialOutcome,
  type TrialPlan,
} from "../../src/analysis/capacity-search.ts";
import { randomStream } from "../../src/base/random.ts";

const settings: SearchSettings = {
  startPerSecond: 100,
  minPerSecond: 5,
  maxPerSecond: 1e6,
  precision: 0.05,
  trialMs: 5000,
  requestsNeeded: 299,
};

type Answer = Pick<FinishedTrial, "outcome" | "isClose">;
type Found = { readonly end: SearchEnd; readonly trials: readonly (FinishedTrial & TrialPlan)[] };

/** Runs a whole search against a service that is a function. */
function search(service: (trial: TrialPlan) => Answer, changed: Partial<SearchSettings> = {}): Found {
  const trials: (FinishedTrial & TrialPlan)[] = [];
  for (;;) {
    const step = nextStep({ ...settings, ...changed }, trials);
    if ("end" in step) return { end: step.end, trials };
    trials.push({ ...step.next, ...service(step.next) });
  }
}

/** p99 of M/M/1 with rate μ: ln 100 / (μ − λ) seconds; without end at and above μ. */
function meetsMm1(servicePerSecond: number, limitMs: number) {
  return ({ ratePerSecond }: TrialPlan): Answer => {
    const p99Ms =
      ratePerSecond < servicePerSecond
        ? (1000 * Math.log(100)) / (servicePerSecond - ratePerSecond)
        : Infinity;
    return { outcome: p99Ms < limitMs ? "met" : "missed", isClose: Math.abs(p99Ms / limitMs - 1) < 0.1 };
  };
}

const clear = (outcome: TrialOutcome): Answer => ({ outcome, isClose: false });

describe("a search without noise", () => {
  test("ends between the last rate that meets the goal and the first that doesn't, within the precision", () => {
    assert(
      property(
        record({
          capacity: integer({ min: 20, max: 200_000 }),
          start: integer({ min: 6, max: 100_000 }),
          percent: integer({ min: 1, max: 20 }),
        }),
        ({ capacity, start, percent }) => {
          const precision = percent / 100;
          const limitMs = 200;
          const service = meetsMm1(capacity + Math.log(100) / (limitMs / 1000), limitMs);
          const { end, trials } = search(service, { startPerSecond: start, precision });
          expect(end.state).toBe("found");
          expect(end.ratePerSecond).toBeLessThanOrEqual(capacity);
          expect(end.lowestMissedPerSecond).toBeGreaterThanOrEqual(capacity);
          const width = (end.lowestMissedPerSecond ?? 0) / (end.ratePerSecond ?? 1);
          expect(width).toBeLessThanOrEqual(1 + precision + 1e-9);
          expect(trials.length).toBeLessThanOrEqual(maxTrials);
          expect(trials.filter(({ purpose }) => purpose === "confirm").length).toBeGreaterThan(0);
        },
      ),
    );
  });

  test("takes a dozen trials or two, and a confirmation that is twice as long", () => {
    const { end, trials } = search(meetsMm1(1000, 200));
    expect(end.ratePerSecond).toBeGreaterThan(977 / 1.05);
    expect(trials.length).toBeLessThan(15);
    expect(trials.at(-1)).toMatchObject({
      purpose: "confirm",
      durationMs: 10_000,
      ratePerSecond: end.ratePerSecond,
    });
  });

  test("has enough requests in every trial, however low the rate", () => {
    const { trials } = search(meetsMm1(40, 400), { startPerSecond: 400 });
    for (const { ratePerSecond, durationMs } of trials) {
      expect(durationMs).toBeLessThanOrEqual(longestTrialMs);
      expect((ratePerSecond * durationMs) / 1000).toBeGreaterThan(299);
    }
    expect((lowestJudgedRate(299) * longestTrialMs) / 1000).toBeGreaterThan(299);
  });
});

describe("a search in noise", () => {
  test("comes within the precision and the noise of the capacity, in nearly all of 200 seeds", () => {
    const capacity = 1000 - Math.log(100) / 0.2;
    let near = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const uniform = randomStream(seed, "noise");
      const noise = () => Math.exp(0.1 * (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3));
      const { end, trials } = search(({ ratePerSecond }) => {
        const p99Ms =
          ratePerSecond < 1000 ? ((1000 * Math.log(100)) / (1000 - ratePerSecond)) * noise() : Infinity;
        return { outcome: p99Ms < 200 ? "met" : "missed", isClose: Math.abs(p99Ms / 200 - 1) < 0.1 };
      });
      expect(trials.length).toBeLessThanOrEqual(maxTrials);
      const error = (end.ratePerSecond ?? 0) / capacity - 1;
      if (end.state === "found" && error < 0.02 && error > -0.07) near++;
    }
    expect(near).toBeGreaterThan(190);
  });

  test("one disturbed trial in four changes nothing", () => {
    let count = 0;
    const service = meetsMm1(1000, 200);
    const { end } = search((trial) => (count++ % 4 === 1 ? clear("undecided") : service(trial)));
    expect(end).toMatchObject({ state: "found", limit: "goals" });
    expect(end.ratePerSecond).toBeGreaterThan(977 / 1.05);
  });

  test("a close call is put to the vote", () => {
    const outcomes: Answer[] = [
      { outcome: "missed", isClose: true },
      { outcome: "met", isClose: true },
      { outcome: "met", isClose: true },
    ];
    const { trials } = search(({ ratePerSecond }) =>
      ratePerSecond === 100 ? (outcomes.shift() ?? clear("met")) : clear("missed"),
    );
    expect(trials.slice(0, 4).map(({ ratePerSecond }) => ratePerSecond)).toEqual([100, 100, 100, 200]);
  });

  test("a rate that fails its confirmation gives way to a lower one", () => {
    const service = meetsMm1(1000, 200);
    const { end, trials } = search((trial) =>
      trial.purpose === "confirm" && trial.ratePerSecond > 900 ? clear("missed") : service(trial),
    );
    expect(end.state).toBe("found");
    expect(end.ratePerSecond).toBeLessThanOrEqual(900);
    expect(end.lowestMissedPerSecond).toBeLessThanOrEqual((end.ratePerSecond ?? 0) * 1.051);
    expect(trials.filter(({ purpose }) => purpose === "confirm").length).toBeGreaterThan(1);
  });

  test("a service that never confirms is called unsteady", () => {
    const service = meetsMm1(1000, 200);
    const { end } = search((trial) => (trial.purpose === "confirm" ? clear("missed") : service(trial)));
    expect(end).toEqual({ state: "not decided", limit: "too unsteady" });
  });
});

describe("a search ends", () => {
  test.each<[string, (trial: TrialPlan) => Answer, SearchEnd]>([
    [
      "with at least what was met, when the generator can make no more",
      ({ ratePerSecond }) => clear(ratePerSecond > 500 ? "bound" : "met"),
      { state: "at least", ratePerSecond: 400, limit: "generator" },
    ],
    [
      "without an answer when the generator can't even make the first rate",
      () => clear("bound"),
      { state: "not decided", limit: "generator" },
    ],
    [
      "when three trials in a row were disturbed",
      ({ ratePerSecond }) => clear(ratePerSecond > 150 ? "undecided" : "met"),
      { state: "at least", ratePerSecond: 100, limit: "generator" },
    ],
    [
      "at the highest rate asked for",
      () => clear("met"),
      { state: "at least", ratePerSecond: 1e6, limit: "highest rate asked for" },
    ],
    [
      "at the lowest rate asked for",
      () => clear("missed"),
      { state: "below", ratePerSecond: 5, limit: "lowest rate asked for" },
    ],
  ])("%s", (_, service, expected) => {
    expect(search(service).end).toEqual(expected);
  });
});
