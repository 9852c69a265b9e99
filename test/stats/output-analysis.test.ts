import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { mser5 } from "../../src/stats/mser.ts";
import { meanEstimate, studentQuantile } from "../../src/stats/student.ts";

describe("Student's t", () => {
  test.each([
    [0.975, 1, 12.7062],
    [0.975, 2, 4.30265],
    [0.975, 9, 2.26216],
    [0.995, 9, 3.24984],
    [0.95, 30, 1.69726],
    [0.975, 120, 1.97993],
    [0.5, 7, 0],
  ])(
    "has its %d quantile with %d degrees of freedom at %d, as in the tables",
    (probability, freedom, expected) => {
      expect(studentQuantile(probability, freedom)).toBeCloseTo(expected, 4);
    },
  );

  test("covers the mean of a normal law about 95 times in 100", () => {
    const uniform = randomStream(1, "coverage");
    const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    const trials = 4000;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const { low = 1, high = -1 } = meanEstimate(Array.from({ length: 10 }, () => 3 + normal())) ?? {};
      if (low <= 3 && high >= 3) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.935);
    expect(covered / trials).toBeLessThan(0.965);
  });

  test("gives no interval of a single value", () => {
    expect(meanEstimate([4])).toBeUndefined();
  });
});

describe("MSER-5", () => {
  const noise = (length: number) => {
    const uniform = randomStream(5, "noise");
    return Array.from({ length }, () => uniform());
  };

  test("cuts off a start that differs from the rest, and little more", () => {
    const series = noise(500).map((value, index) => (index < 60 ? value - 10 : value));
    const { discard, isSettled } = mser5(series);
    expect(isSettled).toBe(true);
    expect(discard).toBeGreaterThanOrEqual(60);
    expect(discard).toBeLessThan(120);
  });

  test("cuts off almost nothing of a steady series", () => {
    expect(mser5(noise(1000)).discard).toBeLessThan(250);
  });

  test("says so when the series is nothing but its start", () => {
    const climbing = noise(200).map((value, index) => value + index);
    expect(mser5(climbing).isSettled).toBe(false);
    expect(mser5([1, 2, 3]).isSettled).toBe(false);
  });
});
