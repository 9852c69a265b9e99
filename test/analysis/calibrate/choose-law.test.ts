import { expect, test } from "vitest";
import { chooseLaw } from "../../../src/analysis/calibrate/choose-law.ts";
import { estimateFrom } from "../../../src/analysis/calibrate/draw-estimate.ts";
import { fitLaw, type LawFamily } from "../../../src/analysis/calibrate/fit-laws.ts";
import { cdfOf } from "../../../src/analysis/calibrate/fitted-law.ts";
import { resampleBins } from "../../../src/analysis/calibrate/resample.ts";
import { randomStream } from "../../../src/base/random.ts";
import type { FittedLaw } from "../../../src/result/profile-schema.ts";
import type { DurationBins } from "../../../src/stats/bins.ts";
import { DurationHistogram } from "../../../src/stats/histogram.ts";
import { serviceTimeMean, serviceTimeQuantile } from "../../../src/workload/service-time.ts";

const lognormal: FittedLaw = { law: "lognormal", meanMs: 20, p99Ms: 80 };
const gamma: FittedLaw = { law: "gamma", meanMs: 10, shape: 3 };
const twoKinds: FittedLaw = {
  law: "hyperexponential",
  phases: [
    { share: 0.8, meanMs: 5 },
    { share: 0.2, meanMs: 60 },
  ],
};

function durationsOf(sample: (uniform: number) => number, count: number, seed = 1): DurationBins {
  const uniform = randomStream(seed, "test durations");
  const histogram = new DurationHistogram();
  for (let index = 0; index < count; index++) histogram.record(sample(Math.min(uniform(), 1 - 1e-9)));
  return histogram.bins();
}

function check(truth: FittedLaw, family: LawFamily): void {
  const durations = durationsOf((u) => serviceTimeQuantile(truth, u), 8000);
  const chosen = chooseLaw(durations, randomStream(7, "held back"));
  expect(chosen.family).toBe(family);
  expect(serviceTimeMean(chosen.law) / serviceTimeMean(truth)).toBeCloseTo(1, 1);
  expect(serviceTimeQuantile(chosen.law, 0.99) / serviceTimeQuantile(truth, 0.99)).toBeCloseTo(1, 0.7);
}

test("the family that durations came from is found again", () => {
  check(lognormal, "lognormal");
  check(gamma, "gamma");
  check(twoKinds, "hyperexponential");
});

test("durations of no simple law are taken as they are", () => {
  const durations = durationsOf((u) => (u < 0.7 ? 5 + u : 40 + 20 * u), 6000);
  const { family, law } = chooseLaw(durations, randomStream(3, "held back"));
  expect(family).toBe("empirical");
  expect(serviceTimeMean(law)).toBeCloseTo(0.7 * 5.35 + 0.3 * 57, 0);
});

test("almost constant durations keep their mean and their p99", () => {
  const durations = durationsOf((u) => 20 + 0.3 * u, 3000);
  const { law } = chooseLaw(durations, randomStream(5, "held back"));
  expect(Math.abs(serviceTimeMean(law) - 20.15)).toBeLessThan(0.1);
  expect(Math.abs(serviceTimeQuantile(law, 0.99) - 20.3)).toBeLessThan(0.4);
});

test("the share up to a quantile is that quantile", () => {
  const empirical = fitLaw(
    "empirical",
    durationsOf((u) => serviceTimeQuantile(gamma, u), 5000),
  );
  for (const law of [lognormal, gamma, twoKinds, ...(empirical === undefined ? [] : [empirical])])
    for (const quantile of [0.05, 0.4, 0.8, 0.97, 0.995])
      expect(cdfOf(law)(serviceTimeQuantile(law, quantile))).toBeCloseTo(quantile, 2);
});

test("a fitted tail goes on beyond the longest duration seen", () => {
  const durations = durationsOf((u) => serviceTimeQuantile(lognormal, u), 2000, 9);
  const law = fitLaw("empirical", durations);
  if (law === undefined) throw new Error("a law");
  expect(serviceTimeQuantile(law, 1)).toBeGreaterThan(durations.ms.at(-1) ?? 0);
  expect(serviceTimeQuantile(law, 0.999)).toBeGreaterThan(80);
  expect(serviceTimeQuantile(law, 0.999)).toBeLessThan(400);
});

test("bootstrap intervals hold the truth about as often as they promise", () => {
  let held = 0;
  for (let system = 0; system < 40; system++) {
    const durations = durationsOf((u) => serviceTimeQuantile(lognormal, u), 2000, system);
    const uniform = randomStream(system, "bootstrap");
    const laws = Array.from({ length: 40 }, () => fitLaw("lognormal", resampleBins(durations, uniform)));
    const fitted = fitLaw("lognormal", durations);
    if (fitted === undefined) throw new Error("a law");
    const p99 = estimateFrom(
      serviceTimeQuantile(fitted, 0.99),
      laws,
      (law) => law && serviceTimeQuantile(law, 0.99),
    );
    const { low = 0, high = 0 } = p99;
    if (low <= 80 && high >= 80) held++;
  }
  expect(held).toBeGreaterThanOrEqual(33);
});
