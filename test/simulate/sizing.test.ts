import { describe, expect, test } from "vitest";
import { mmcResponseExceeds } from "../../src/model/queueing/mmc.ts";
import { growthSteps } from "../../src/simulate/growth.ts";
import { settingsFor } from "../../src/simulate/settings.ts";
import { type SizingQuestion, sizeBySimulation } from "../../src/simulate/sizing.ts";
import { allAtOnce } from "../../src/simulate/steps.ts";
import { planText } from "../scenario/scenario-text.ts";

const question: SizingQuestion = {
  ratePerSecond: 1000,
  serviceTime: { law: "exponential", meanMs: 20 },
  slotsPerServer: 1,
  responseP99Ms: 100,
  servers: "together",
  seed: 1,
};

/** The least number of slots by the exact formula. */
function exactSlots({ ratePerSecond, responseP99Ms }: SizingQuestion): number {
  let servers = Math.ceil(ratePerSecond * 0.02) + 1;
  const exceeds = (count: number) =>
    mmcResponseExceeds({ rate: ratePerSecond, serviceTime: 0.02, servers: count }, responseP99Ms / 1000);
  while (exceeds(servers) > 0.01) servers++;
  return servers;
}

describe("sizing by simulated p99", () => {
  test("finds the known 23 slots in one line, give or take one", () => {
    const answer = sizeBySimulation(question);
    expect(answer?.servers).toBeGreaterThanOrEqual(22);
    expect(answer?.servers).toBeLessThanOrEqual(24);
    expect(answer?.p99Ms.mean).toBeLessThanOrEqual(100);
  });

  test.each([1, 11, 21])(
    "finds servers that hold the limit where chance deals the requests, seed %d",
    (seed) => {
      const servers = sizeBySimulation({ ...question, servers: "apart", seed })?.servers ?? 0;
      // 254 of them hold it exactly. So few wait that 1 % of p99 is 10 % of the servers, and it is p99 that is simulated:
      // from 200,000 requests with a standard error of 0.5 %, of 0.3 % where the luck of the work is taken off.
      const exactP99Ms = (20 * Math.log(100)) / (1 - 20 / servers);
      expect(exactP99Ms).toBeGreaterThan(99);
      expect(exactP99Ms).toBeLessThan(101);
    },
  );

  test("has no answer where the work alone takes too long", () => {
    expect(sizeBySimulation({ ...question, responseP99Ms: 90 })).toBeUndefined();
  });

  test("comes nearer to one whole from above as cells grow 4 and 16 times", () => {
    const large = { ...question, ratePerSecond: 40_000 };
    const counts = [60, 240, 960].map((cellSlots) => sizeBySimulation(large, cellSlots)?.servers ?? 0);
    const exact = exactSlots(large);
    expect(counts).toEqual(counts.toSorted((left, right) => right - left));
    const excess = counts.map((count) => count / exact - 1);
    expect(excess[0]).toBeLessThan(0.12);
    expect(excess[2]).toBeLessThan(0.02);
    expect(excess.every((over) => over > -0.01)).toBe(true);
  });
});

test("the growth table goes from a hundred to a hundred million users without simulating them", () => {
  const plan = planText(`
name: growth
users: 10_000
workload: { ratePerSecond: 200 }
services: { old: { mock: { serviceTime: { exponential: { mean: 20ms } }, concurrency: 32 } } }
split: { new: 10% }
slo: { responseTimeP99: 120ms }`);
  const rows = allAtOnce(growthSteps(plan, settingsFor(plan)));
  expect(rows.map(({ users }) => users)).toEqual([100, 10_000, 1_000_000, 100_000_000]);
  const old = rows.map(({ versions }) => versions.old?.servers ?? 0);
  expect(old).toEqual(old.toSorted((left, right) => left - right));
  // 1.8 million a second of 20 ms are 36,000 busy slots, 1,125 servers at least.
  expect(old[3]).toBeGreaterThan(1125);
  expect(old[3]).toBeLessThan(1125 * 1.05);
});
