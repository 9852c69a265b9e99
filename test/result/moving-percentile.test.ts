import { describe, expect, test } from "vitest";
import { movingP99, type SecondSample } from "../../src/result/moving-percentile.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";

function second(second: number, values: readonly number[], neverAnswered = 0): SecondSample {
  const histogram = new DurationHistogram();
  for (const ms of values) histogram.record(ms);
  return { second, durations: histogram.bins(), neverAnswered };
}

const hundred = Array.from({ length: 100 }, (_, index) => index + 1);

describe("the moving p99", () => {
  test("takes one second where it has samples enough", () => {
    const [only] = movingP99([second(0, [...hundred, ...hundred, ...hundred])], 1);
    expect(only?.seconds).toBe(1);
    expect(only?.ms).toBeCloseTo(99, 0);
  });

  test("takes in as many of the last seconds as it needs, and none before", () => {
    const samples = [0, 1, 2, 3, 4].map((at) => second(at, hundred));
    expect(movingP99(samples, 1).map((moving) => moving?.seconds)).toEqual([undefined, undefined, 3, 3, 3]);
  });

  test("counts a span with all of its seconds", () => {
    const samples = [-4, 0, 4, 8].map((at) => second(at, hundred));
    expect(movingP99(samples, 4).map((moving) => moving?.seconds)).toEqual([undefined, undefined, 12, 12]);
    const [only] = movingP99([second(0, [...hundred, ...hundred, ...hundred])], 4);
    expect(only?.seconds).toBe(4);
  });

  test("takes in half a minute and not a span more", () => {
    const samples = [0, 12, 24].map((at) => second(at, hundred));
    expect(movingP99(samples, 12)).toEqual([undefined, undefined, undefined]);
  });

  test("does not look back further than half a minute", () => {
    const samples = [second(0, hundred), second(1, hundred), second(40, hundred)];
    expect(movingP99(samples, 1)).toEqual([undefined, undefined, undefined]);
  });

  test("is not met when too many were never answered", () => {
    const [only] = movingP99([second(0, [...hundred, ...hundred, ...hundred], 10)], 1);
    expect(only?.ms).toBeNull();
  });
});
