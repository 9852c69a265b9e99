import { expect, test } from "vitest";
import { fitConcurrency } from "../../../src/analysis/calibrate/concurrency.ts";
import { cpuDemand } from "../../../src/analysis/calibrate/utilisation-law.ts";
import { mgcMeanWait } from "../../../src/model/queueing/mgc.ts";

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
      return { ratePerMs, meanServiceMs: 20, scv: 0.8, meanWaitMs };
    });
    expect(fitConcurrency(points)).toMatchObject({ kind: "seen", slots });
  }
});

test("without waits only a lower bound of the slots is known", () => {
  const points = [{ ratePerMs: 0.2, meanServiceMs: 20, scv: 1, meanWaitMs: 0.01 }];
  expect(fitConcurrency(points)).toMatchObject({ kind: "unseen" });
  expect(fitConcurrency([])).toBeUndefined();
});
