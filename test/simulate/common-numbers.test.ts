import { expect, test } from "vitest";
import { figuresOf } from "../../src/simulate/figures.ts";
import { replicate, stationPlan } from "./plans.ts";

/**
 * Two variants of a scenario meet the same requests, and a request that is heavy under one law is heavy under the
 * other: their figures rise and fall together, and their difference scatters less than that of strangers.
 */

const laws = {
  exponential: "{ exponential: { mean: 10ms } }",
  lognormal: "{ lognormal: { mean: 10ms, p99: 60ms } }",
  gamma: "{ gamma: { mean: 10ms, shape: 0.7 } }",
  "two exponentials": "{ hyperexponential: { mean: 10ms, scv: 2 } }",
};

const replications = 16;

/** The mean response time of each replication. */
function means(serviceTime: string): readonly number[] {
  const plan = stationPlan({ ratePerSecond: 70, serviceTime, slots: 1, durationS: 60, warmUpS: 5 });
  return replicate(plan, replications).map((data) => figuresOf(plan, data).old["responseTime.mean"] ?? 0);
}

const known = new Map(Object.entries(laws).map(([name, law]) => [name, means(law)]));

const pairs = Object.keys(laws).flatMap((one, index) =>
  Object.keys(laws)
    .slice(index + 1)
    .map((other) => [one, other] as const),
);

test.each(pairs)("%s and %s work rise and fall together", (one, other) => {
  const first = known.get(one) ?? [];
  const second = known.get(other) ?? [];
  const paired = variance(first.map((mean, index) => mean - (second[index] ?? 0)));
  const strangers = variance(first) + variance(second);
  expect(paired).toBeLessThan(0.5 * strangers);
  expect((strangers - paired) / (2 * Math.sqrt(variance(first) * variance(second)))).toBeGreaterThan(0.5);
});

function variance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
