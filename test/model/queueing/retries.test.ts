import { describe, expect, test } from "vitest";
import { attemptsPerRequest, hysteresis, retryFixedPoint } from "../../../src/model/queueing/retries.ts";

describe("retries", () => {
  test("make 1.875 attempts when half of them fail and three retries are allowed", () => {
    expect(attemptsPerRequest(0.5, 3)).toBe(1.875);
    expect(attemptsPerRequest(1, 3)).toBe(4);
    expect(attemptsPerRequest(0, 3)).toBe(1);
  });

  /** Fails when saturated, and rarely before: a queue that loses everything once it is late. */
  const failureShare = (attempts: number) => Math.min(1, 1 / (1 + Math.exp(-(attempts - 1000) / 30)));

  test("have one answer well below capacity and two in a metastable range", () => {
    expect(retryFixedPoint({ ratePerSecond: 200, retries: 3, failureShare }).metastable).toBe(false);
    const both = retryFixedPoint({ ratePerSecond: 600, retries: 3, failureShare });
    expect(both.metastable).toBe(true);
    expect(both.calm.attemptsPerSecond).toBeLessThan(610);
    expect(both.stormy.attemptsPerSecond).toBeGreaterThan(2000);
  });

  test("report the range in which an overload stays", () => {
    const range = hysteresis({ retries: 3, failureShare }, 2000);
    expect(range?.fromPerSecond).toBeLessThan(600);
    expect(range?.toPerSecond).toBeGreaterThan(600);
    expect(
      hysteresis({ retries: 1, failureShare: (attempts) => Math.min(0.9, attempts / 1e5) }, 2000),
    ).toBeUndefined();
  });
});
