import fc from "fast-check";
import { errorFunction } from "simple-statistics";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { balancedPhases } from "../../src/scenario/service-phases.ts";
import type { ServiceTimePlan } from "../../src/scenario/service-plan.ts";
import { normalQuantile } from "../../src/stats/normal-quantile.ts";
import { gammaProbability, gammaQuantile, logGamma } from "../../src/workload/gamma-quantile.ts";
import {
  lognormalParameters,
  serviceTimeMean,
  serviceTimeQuantile,
  serviceTimeSampler,
  serviceTimeScv,
} from "../../src/workload/service-time.ts";

const draws = 50_000;

/** A law, its figures in closed form, and its distribution function from another source than ours. */
type Law = {
  readonly name: string;
  readonly plan: ServiceTimePlan;
  readonly mean: number;
  readonly scv: number;
  readonly probability: (ms: number) => number;
};

const normalProbability = (z: number) => (1 + errorFunction(z / Math.SQRT2)) / 2;
const { mu, sigma } = lognormalParameters(20, 80) ?? { mu: Number.NaN, sigma: Number.NaN };

const laws: readonly Law[] = [
  {
    name: "constant",
    plan: { law: "constant", ms: 20 },
    mean: 20,
    scv: 0,
    probability: (ms) => (ms < 20 ? 0 : 1),
  },
  {
    name: "exponential",
    plan: { law: "exponential", meanMs: 20 },
    mean: 20,
    scv: 1,
    probability: (ms) => 1 - Math.exp(-ms / 20),
  },
  {
    name: "lognormal",
    plan: { law: "lognormal", meanMs: 20, p99Ms: 80 },
    mean: 20,
    scv: Math.exp(sigma ** 2) - 1,
    probability: (ms) => normalProbability((Math.log(ms) - mu) / sigma),
  },
  {
    name: "gamma of shape 0.5",
    plan: { law: "gamma", meanMs: 20, shape: 0.5 },
    mean: 20,
    scv: 2,
    probability: (ms) => errorFunction(Math.sqrt(ms / 40)),
  },
  {
    name: "gamma of shape 1",
    plan: { law: "gamma", meanMs: 20, shape: 1 },
    mean: 20,
    scv: 1,
    probability: (ms) => 1 - Math.exp(-ms / 20),
  },
  {
    name: "gamma of shape 4",
    plan: { law: "gamma", meanMs: 20, shape: 4 },
    mean: 20,
    scv: 0.25,
    probability: (ms) => {
      const x = ms / 5;
      return 1 - Math.exp(-x) * (1 + x + x ** 2 / 2 + x ** 3 / 6);
    },
  },
  {
    name: "two exponentials",
    plan: {
      law: "hyperexponential",
      phases: [
        { share: 0.75, meanMs: 8 },
        { share: 0.25, meanMs: 56 },
      ],
    },
    mean: 20,
    // Second moment 2 × (0.75 × 64 + 0.25 × 3136) = 1664.
    scv: 1664 / 400 - 1,
    probability: (ms) => 1 - 0.75 * Math.exp(-ms / 8) - 0.25 * Math.exp(-ms / 56),
  },
  {
    name: "empirical",
    plan: {
      law: "empirical",
      points: [
        { quantile: 0, ms: 5 },
        { quantile: 0.5, ms: 10 },
        { quantile: 0.9, ms: 30 },
        { quantile: 1, ms: 100 },
      ],
    },
    // Pieces: 0.5 × 7.5, 0.4 × 20, 0.1 × 65; squares: 0.5 × 175/3, 0.4 × 1300/3, 0.1 × 13900/3.
    mean: 18.25,
    scv: (0.5 * 175 + 0.4 * 1300 + 0.1 * 13_900) / 3 / 18.25 ** 2 - 1,
    probability: (ms) => {
      if (ms <= 10) return Math.max(0, (ms - 5) / 10);
      if (ms <= 30) return 0.5 + ((ms - 10) / 20) * 0.4;
      return Math.min(1, 0.9 + ((ms - 30) / 70) * 0.1);
    },
  },
];

describe.each(laws)("$name service times", ({ plan, mean, scv, probability }) => {
  const samples = sample(plan, 1);

  test("have the mean and the variation of their law", () => {
    expect(serviceTimeMean(plan)).toBeCloseTo(mean, 9);
    expect(serviceTimeScv(plan)).toBeCloseTo(scv, 9);
  });

  test("are drawn with that mean, within five standard errors", () => {
    const error = (mean * Math.sqrt(scv)) / Math.sqrt(draws);
    expect(Math.abs(meanOf(samples) - mean)).toBeLessThanOrEqual(5 * error + 1e-9);
  });

  test("are drawn with that variation, within a tenth", () => {
    const drawnMean = meanOf(samples);
    const drawnScv = meanOf(samples.map((ms) => (ms - drawnMean) ** 2)) / drawnMean ** 2;
    expect(Math.abs(drawnScv - scv)).toBeLessThanOrEqual(0.1 * scv + 1e-9);
  });

  test.each([0.01, 0.1, 0.5, 0.9, 0.99, 0.999])("lie below their quantile %d as often as it says", (q) => {
    const bound = serviceTimeQuantile(plan, q);
    if (plan.law === "constant") return expect(bound).toBe(plan.ms);
    const error = Math.sqrt((q * (1 - q)) / draws);
    const below = samples.filter((ms) => ms <= bound).length / draws;
    expect(Math.abs(below - q)).toBeLessThanOrEqual(4.5 * error);
    expect(probability(bound)).toBeCloseTo(q, 6);
  });

  test("pass a Kolmogorov–Smirnov test against their law", () => {
    if (plan.law === "constant") return expect(new Set(samples)).toEqual(new Set([plan.ms]));
    expect(ksDistance(samples, probability)).toBeLessThan(1.95 / Math.sqrt(draws));
  });

  test("are the same for the same seed and others for another", () => {
    expect(sample(plan, 1)).toEqual(samples);
    if (plan.law !== "constant") expect(sample(plan, 2)).not.toEqual(samples);
  });

  test("take one number each, and never fall as that rises", () => {
    const numbers = Array.from({ length: 4001 }, (_, index) => index / 4001 + 2 ** -53);
    const ends = [2 ** -53, 1e-12, 1e-6, ...numbers, 1 - 1e-6, 1 - 1e-12, 1 - 2 ** -53, 1];
    const rising = ends.toSorted((left, right) => left - right);
    let taken = 0;
    const times = rising.map((number) => {
      return serviceTimeSampler(plan, () => {
        taken++;
        return number;
      })();
    });
    expect(times).toEqual(times.toSorted((left, right) => left - right));
    expect(taken).toBe(plan.law === "constant" ? 0 : rising.length);
  });

  test("are the quantile of the number they are made of", () => {
    for (const number of [1e-6, 0.001, 0.2, 0.5, 0.9, 0.999, 1 - 1e-6]) {
      const made = serviceTimeSampler(plan, () => number)();
      const known = serviceTimeQuantile(plan, number);
      expect(Math.abs(made - known)).toBeLessThanOrEqual(1e-6 * known);
    }
  });

  test("are never negative nor infinite, at either end of a stream", () => {
    for (const uniform of [2 ** -53, 0.5, 1]) {
      const ms = serviceTimeSampler(plan, () => uniform)();
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(Number.POSITIVE_INFINITY);
    }
  });
});

describe("the lognormal law of a mean and a p99", () => {
  test("has that mean and that p99", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 10_000, noNaN: true }),
        fc.double({ min: 1, max: 14.9, noNaN: true }),
        (mean, ratio) => {
          const found = lognormalParameters(mean, mean * ratio);
          expect(found).toBeDefined();
          if (found === undefined) return;
          expect(Math.exp(found.mu + found.sigma ** 2 / 2) / mean).toBeCloseTo(1, 9);
          expect(Math.exp(found.mu + found.sigma * normalQuantile(0.99)) / (mean * ratio)).toBeCloseTo(1, 9);
          expect(found.sigma).toBeLessThanOrEqual(normalQuantile(0.99));
        },
      ),
    );
  });

  test.each([
    ["p99 at 14.96 times the mean", 14.96, true],
    ["p99 at 14.98 times the mean", 14.98, false],
    ["p99 at the mean", 1, true],
    ["p99 below the mean", 0.99, false],
    ["p99 that is no number", Number.NaN, false],
  ])("exists or not: %s", (_, ratio, exists) => {
    expect(lognormalParameters(20, 20 * ratio) !== undefined).toBe(exists);
  });

  test("is constant where p99 is the mean", () => {
    const plan = { law: "lognormal", meanMs: 20, p99Ms: 20 } as const;
    expect(serviceTimeQuantile(plan, 0)).toBeCloseTo(20, 9);
    expect(serviceTimeQuantile(plan, 1)).toBeCloseTo(20, 9);
    expect(serviceTimeScv(plan)).toBe(0);
  });
});

describe("quantiles", () => {
  test.each(laws)("of the $name law never fall", ({ plan }) => {
    const quantiles = Array.from({ length: 1001 }, (_, index) => serviceTimeQuantile(plan, index / 1000));
    expect(quantiles).toEqual(quantiles.toSorted((left, right) => left - right));
  });

  test("of an empirical law stay at its first and last value beyond them", () => {
    const plan: ServiceTimePlan = {
      law: "empirical",
      points: [
        { quantile: 0.5, ms: 10 },
        { quantile: 0.9, ms: 20 },
      ],
    };
    expect(serviceTimeQuantile(plan, 0.1)).toBe(10);
    expect(serviceTimeQuantile(plan, 0.7)).toBeCloseTo(15, 9);
    expect(serviceTimeQuantile(plan, 1)).toBe(20);
    expect(serviceTimeMean(plan)).toBeCloseTo(0.5 * 10 + 0.4 * 15 + 0.1 * 20, 9);
  });

  test("of the gamma law undo its distribution function", () => {
    const shapes = fc.double({ min: 0.05, max: 500, noNaN: true });
    const probabilities = fc.double({ min: 0.001, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(shapes, probabilities, (shape, probability) => {
        expect(gammaProbability(gammaQuantile(probability, shape), shape)).toBeCloseTo(probability, 9);
      }),
    );
  });

  test.each([0.05, 0.3, 1, 3.7, 100, 20_000])(
    "of the gamma law of shape %d are what its times are made of",
    (shape) => {
      const plan = { law: "gamma", meanMs: 1, shape } as const;
      const sampler = (number: number) => serviceTimeSampler(plan, () => number)();
      for (let place = 1; place < 200; place++) {
        const known = serviceTimeQuantile(plan, place / 200);
        expect(Math.abs(sampler(place / 200) - known)).toBeLessThanOrEqual(1e-6 * known);
      }
    },
  );

  test.each([
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [1, 0],
    [11, Math.log(3_628_800)],
    [171, 706.5730622457874],
  ])("rest on the logarithm of the gamma function: at %d it is %d", (x, expected) => {
    expect(Math.abs(logGamma(x) - expected)).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected)));
  });
});

function sample(plan: ServiceTimePlan, seed: number): readonly number[] {
  return Array.from({ length: draws }, serviceTimeSampler(plan, randomStream(seed, "service-time")));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The largest distance between the samples' distribution function and the law's. */
function ksDistance(samples: readonly number[], probability: (ms: number) => number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  return sorted.reduce((largest, ms, index) => {
    const expected = probability(ms);
    const above = (index + 1) / sorted.length - expected;
    const below = expected - index / sorted.length;
    return Math.max(largest, above, below);
  }, 0);
}

test.each([1.5, 4, 9])("two exponentials of balanced means have the scv asked for: %d", (scv) => {
  const phases = balancedPhases(20, scv);
  const plan = { law: "hyperexponential", phases } as const;
  expect(serviceTimeMean(plan)).toBeCloseTo(20, 9);
  expect(serviceTimeScv(plan)).toBeCloseTo(scv, 9);
  const [quick, slow] = phases.map(({ share, meanMs }) => share * meanMs);
  expect(quick).toBeCloseTo(slow ?? 0, 9);
});
