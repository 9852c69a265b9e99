import { describe, expect, test } from "vitest";
import { fitConcurrency, type WaitPoint } from "../../../src/analysis/calibrate/concurrency.ts";
import { estimateFrom } from "../../../src/analysis/calibrate/draw-estimate.ts";
import { cpuDemand } from "../../../src/analysis/calibrate/utilisation-law.ts";
import { mgcMeanWait } from "../../../src/model/queueing/mgc.ts";
import { simulateStation } from "../../../src/simulate/station.ts";

function check(
  loads: readonly (readonly [ratePerSecond: number, cores: number])[],
  expected: { readonly msPerRequest: number; readonly idleCores: number },
): void {
  const demand = cpuDemand(loads.map(([ratePerSecond, cores]) => [{ ratePerSecond, cores }]));
  expect(demand?.msPerRequest).toBeCloseTo(expected.msPerRequest, 9);
  expect(demand?.idleCores).toBeCloseTo(expected.idleCores, 9);
}

test("the slope is the demand and the foot what is used at rest", () => {
  check(
    [
      [100, 0.11],
      [200, 0.21],
      [300, 0.31],
    ],
    { msPerRequest: 1, idleCores: 0.01 },
  );
});

test("a foot below zero gives the line through the origin", () => {
  check(
    [
      [100, 0.05],
      [200, 0.2],
    ],
    { msPerRequest: 0.9, idleCores: 0 },
  );
});

test("one load, or loads close together, give the line through the origin", () => {
  check([[100, 0.2]], { msPerRequest: 2, idleCores: 0 });
  check(
    [
      [100, 0.1],
      [101, 0.2],
    ],
    { msPerRequest: ((10 + 20.2) / (10_000 + 10_201)) * 1000, idleCores: 0 },
  );
});

test("nothing sampled gives no demand", () => {
  expect(cpuDemand([[], []])).toBeUndefined();
});

test("slots are told from the waits that they would bring", () => {
  for (const slots of [1, 3, 8, 40]) {
    const points = [0.6, 0.85].map((utilisation) => {
      const ratePerMs = (utilisation * slots) / 20;
      const meanWaitMs = mgcMeanWait({ rate: ratePerMs, serviceTime: 20, servers: slots, scv: 0.8 });
      return { ratePerMs, meanServiceMs: 20, scv: 0.8, meanWaitMs, requests: 10_000 };
    });
    expect(fitConcurrency(points)).toMatchObject({ kind: "seen", slots });
  }
});

/** Means of waits as runs of so many requests give them, from a queue with so many slots. */
function seenWaits(slots: number, requests: number, seed: number): readonly WaitPoint[] {
  return [0.6, 0.8].map((utilisation, place) => {
    const ratePerSecond = utilisation * slots * 100;
    const station = { ratePerSecond, serviceTime: { law: "exponential", meanMs: 10 }, slots } as const;
    const { waits } = simulateStation(station, { requests, warmUp: 2000, seed: 2 * seed + place });
    return {
      ratePerMs: ratePerSecond / 1000,
      meanServiceMs: 10,
      scv: 1,
      meanWaitMs: waits.sumMs / waits.total,
      requests: waits.total,
    };
  });
}

describe("the interval of the slots", () => {
  const runs = 60;

  test.each([1, 2, 4, 12])("holds the true %d about as often as it says", (slots) => {
    const fits = Array.from({ length: runs }, (_, seed) => fitConcurrency(seenWaits(slots, 4000, seed)));
    const held = fits.filter((fit) => fit?.kind === "seen" && fit.low < slots && slots < fit.high).length;
    // At 95 % fewer than 51 of 60 come once in a thousand times.
    expect(held).toBeGreaterThanOrEqual(51);
  });

  test("is never without width, and the narrower the more was seen", () => {
    const widths = [500, 4000, 40_000].map((requests) => {
      const each = Array.from({ length: 10 }, (_, seed) => {
        const fit = fitConcurrency(seenWaits(4, requests, seed));
        return fit?.kind === "seen" ? fit.high - fit.low : Number.NaN;
      });
      expect(Math.min(...each)).toBeGreaterThanOrEqual(1);
      return each.reduce((sum, width) => sum + width, 0) / each.length;
    });
    expect(widths).toEqual(widths.toSorted((left, right) => right - left));
    expect(widths[0]).toBeGreaterThan(widths[2] ?? 0);
  });

  test("is wide where the loads contradict one another", () => {
    const [low, high] = [seenWaits(4, 40_000, 1)[0], seenWaits(8, 40_000, 2)[1]];
    if (low === undefined || high === undefined) throw new Error("two loads");
    const torn = fitConcurrency([low, high]);
    const agreed = fitConcurrency(seenWaits(8, 40_000, 2));
    if (torn?.kind !== "seen" || agreed?.kind !== "seen") throw new Error("waits were seen");
    expect(torn.high - torn.low).toBeGreaterThan(2 * (agreed.high - agreed.low));
  });
});

test("draws that are all alike leave no interval", () => {
  expect(estimateFrom(2, [2, 2, 2], (draw) => draw)).toEqual({ value: 2 });
  expect(estimateFrom(2, [], (draw) => draw)).toEqual({ value: 2 });
  const { low = 0, high = 0 } = estimateFrom(2, [1.9, 2, 2.1], (draw) => draw);
  expect(2 - low).toBeCloseTo(0.43, 2);
  expect(high - 2).toBeCloseTo(0.43, 2);
});

test("without waits only a lower bound of the slots is known", () => {
  const points = [{ ratePerMs: 0.2, meanServiceMs: 20, scv: 1, meanWaitMs: 0.01, requests: 1000 }];
  expect(fitConcurrency(points)).toMatchObject({ kind: "unseen" });
  expect(fitConcurrency([])).toBeUndefined();
});
