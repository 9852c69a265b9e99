import { describe, expect, test } from "vitest";
import { capacityRatios } from "../../../src/analysis/agreement/capacity-ratio.ts";
import {
  frozenComparison,
  judgeAgreement,
  measuredComparison,
} from "../../../src/analysis/agreement/judge-agreement.ts";
import { planAtLoad } from "../../../src/analysis/agreement/plan-at-load.ts";
import { predictByModel } from "../../../src/analysis/agreement/predict-by-model.ts";
import { predictBySimulation } from "../../../src/analysis/agreement/predict-by-simulation.ts";
import { figuresOf } from "../../../src/analysis/agreement/quantity.ts";
import { scheduledRates } from "../../../src/analysis/agreement/scheduled-rates.ts";
import { calibrate } from "../../../src/analysis/calibrate/calibrate.ts";
import type { LoadComparison } from "../../../src/result/agreement-schema.ts";
import type { Profile } from "../../../src/result/profile-schema.ts";
import type { RunPlan } from "../../../src/scenario/plan.ts";
import { simulatePlan } from "../../../src/simulate/simulate-plan.ts";
import { planText } from "../../scenario/scenario-text.ts";

/** Simulated runs stand for real ones here: their truth is known, and nobody else's load disturbs them. */
const settings = { splitterMs: 0.1, networkMs: 0.5 };

const plan = planText(`
name: shop
users: 10_000
workload: { ratePerSecond: 500, timeout: 1m, maxConnections: 100000 }
services:
  old: { mock: { serviceTime: { lognormal: { mean: 20ms, p99: 70ms } }, concurrency: 7, cpuPerRequest: 0.5ms } }
  new: { mock: { serviceTime: { gamma: { mean: 16ms, shape: 2 } }, concurrency: 6, cpuPerRequest: 1ms } }
split: { new: 50% }
run: { duration: 20s, warmUp: 2s, grace: 1m }
capacity: { connectionsPerServer: 1_000_000, slotsPerServer: 6, spareServers: 0 }
growth: { users: [1_000_000] }
predict: { calibrateAt: [30%, 60%], verifyAt: [80%], tolerance: { throughput: 3%, responseTimeP99: 25% } }`);

const loadPlan = (share: number, seed: number): RunPlan =>
  planAtLoad(plan, { share, seed, calibrate: false });
const runAt = (share: number, seed: number) =>
  simulatePlan(loadPlan(share, seed), { settings, replications: 1 });

let made: Promise<Profile> | undefined;
function profileOf(): Promise<Profile> {
  made ??= Promise.all([runAt(0.3, 1), runAt(0.6, 2)]).then(calibrate);
  return made;
}

async function compareAt(share: number, seed: number): Promise<readonly LoadComparison[]> {
  const profile = await profileOf();
  const verified = loadPlan(share, seed);
  const modelled = predictByModel(verified, profile);
  const simulated = await predictBySimulation(verified, profile);
  const result = await runAt(share, seed);
  return (["old", "new"] as const).map((version) => {
    const foretold = { load: share, version, isBeyond: share > 0.6 };
    const frozen = frozenComparison({
      ...foretold,
      modelled: modelled[version],
      simulated: simulated[version],
    });
    return measuredComparison(frozen, { result, run: "run" }, plan.predict?.tolerance ?? {});
  });
}

function errorOf(comparisons: readonly LoadComparison[], method: "modelled" | "simulated", quantity: string) {
  return Math.max(
    ...comparisons.map(({ rows }) =>
      Math.abs(rows.find((row) => row.quantity === quantity)?.[method]?.error ?? Number.POSITIVE_INFINITY),
    ),
  );
}

test("a load that was not calibrated on is foretold by the simulation", async () => {
  const comparisons = await compareAt(0.8, 3);
  expect(errorOf(comparisons, "simulated", "throughputPerSecond")).toBeLessThan(0.01);
  expect(errorOf(comparisons, "simulated", "cpuCores")).toBeLessThan(0.03);
  expect(errorOf(comparisons, "simulated", "responseTimeMeanMs")).toBeLessThan(0.08);
  expect(errorOf(comparisons, "simulated", "responseTimeP99Ms")).toBeLessThan(0.15);
});

test("the model foretells the same load within what approximations allow", async () => {
  const comparisons = await compareAt(0.8, 3);
  expect(errorOf(comparisons, "modelled", "throughputPerSecond")).toBeLessThan(0.01);
  expect(errorOf(comparisons, "modelled", "cpuCores")).toBeLessThan(0.03);
  expect(errorOf(comparisons, "modelled", "responseTimeMeanMs")).toBeLessThan(0.15);
  expect(errorOf(comparisons, "modelled", "responseTimeP99Ms")).toBeLessThan(0.25);
});

test("stated intervals hold about as often as they promise", async () => {
  let told = 0;
  let held = 0;
  for (let seed = 10; seed < 14; seed++) {
    for (const { rows } of await compareAt(0.7, seed)) {
      for (const { quantity, simulated } of rows) {
        if (quantity === "cpuCores" || simulated === undefined) continue;
        told++;
        if (simulated.isInInterval === true) held++;
      }
    }
  }
  expect(told).toBe(24);
  expect(held / told).toBeGreaterThan(0.8);
}, 60_000);

test("the rate that the seed schedules is known to the last request", async () => {
  const verified = loadPlan(0.5, 9);
  const rates = scheduledRates(verified);
  const { totals } = await runAt(0.5, 9);
  expect(rates?.old).toBeCloseTo(totals.versions.old.scheduled / 20, 9);
  expect(rates?.new).toBeCloseTo(totals.versions.new.scheduled / 20, 9);
});

test("only what has a tolerance can fail, and a doubtful run decides nothing", async () => {
  const profile = await profileOf();
  const verified = loadPlan(0.8, 3);
  const frozen = frozenComparison({
    load: 0.8,
    version: "old",
    isBeyond: true,
    modelled: predictByModel(verified, profile).old,
    simulated: (await predictBySimulation(verified, profile)).old,
  });
  const result = await runAt(0.8, 3);
  const sound = [{ load: 0.3, run: "run", validity: "VALID" }];
  const judge = (of: typeof result, tolerance: object) =>
    judgeAgreement([measuredComparison(frozen, { result: of, run: "run" }, tolerance)], sound);
  expect(judge(result, {}).state).toBe("PASS");
  expect(judge(result, { responseTimeP99: 0.5 }).state).toBe("PASS");
  expect(judge(result, { responseTimeP99: 1e-9 })).toMatchObject({ state: "FAIL" });
  expect(judge(result, { responseTimeP99: 1e-9 }).sentence).toContain("p99 of old at 80 % of the load");
  const bound = { ...result, validity: { state: "GENERATOR-BOUND" as const, reasons: [] } };
  expect(judge(bound, { responseTimeP99: 1e-9 }).state).toBe("INCONCLUSIVE");
  expect(judgeAgreement([frozen], sound).state).toBe("NO DATA");
  const unsound = [{ load: 0.3, run: "run", validity: "GENERATOR-BOUND" }];
  expect(judgeAgreement([frozen], unsound).state).toBe("INCONCLUSIVE");
});

describe("a run that was generator-bound judges nothing", () => {
  const tolerance = { responseTimeP99: 0.25, throughput: 0.03 };
  const frozen: LoadComparison = {
    load: 0.8,
    version: "old",
    isBeyond: true,
    ratePerSecond: 200,
    utilisation: 0.5,
    bottleneck: "CPU",
    rows: (["throughputPerSecond", "responseTimeP99Ms"] as const).map((quantity) => ({
      quantity,
      simulated: { value: 1e6, low: 0, high: 2e6 },
      modelled: { value: 1e6, low: 0, high: 2e6 },
      state: "NO DATA",
    })),
  };
  const sound = [{ load: 0.3, run: "run", validity: "VALID" }];
  const boundRun = async () => ({
    ...(await runAt(0.8, 3)),
    validity: { state: "GENERATOR-BOUND" as const, reasons: [] },
  });

  test("its figures stay, without an error and without saying whether an interval held", async () => {
    const { rows } = measuredComparison(frozen, { result: await boundRun(), run: "run" }, tolerance);
    for (const { measured, modelled, simulated, state } of rows) {
      expect(measured).toBeGreaterThan(0);
      for (const prediction of [modelled, simulated])
        expect(prediction).toEqual({ value: 1e6, low: 0, high: 2e6 });
      expect(state).toBe("INCONCLUSIVE");
    }
  });

  test("a load of which such a run shows nothing at all leaves no verdict beside a sound one", async () => {
    const result = await boundRun();
    const { old, new: next } = result.totals.versions;
    const versions = { old: { ...old, scheduled: 0 }, new: next };
    const empty = { ...result, totals: { ...result.totals, versions } };
    const bound = measuredComparison(frozen, { result: empty, run: "run" }, tolerance);
    expect(bound.rows.map(({ state }) => state)).toEqual(["NO DATA", "NO DATA"]);
    const good = measuredComparison(frozen, { result: await runAt(0.8, 3), run: "run" }, {});
    expect(judgeAgreement([good], sound).state).toBe("PASS");
    expect(judgeAgreement([good, bound], sound).state).toBe("INCONCLUSIVE");
  });
});

test("new is said to need so many times the servers of old, and why", async () => {
  const [ratio] = capacityRatios(plan, await profileOf());
  expect(ratio?.binding).toEqual({ old: "utilisation", new: "utilisation" });
  expect(ratio?.ratio.value).toBeCloseTo(0.8, 1);
  expect(ratio?.ratio.low).toBeLessThan(0.8);
  expect(ratio?.ratio.high).toBeGreaterThan(0.8);
  expect(ratio?.byConstraint["CPU"]).toBeCloseTo(2, 1);
  expect(ratio?.sentence).toContain("its CPU alone is 2");
});

test("where CPU binds, CPU is the reason", async () => {
  const roomy = { ...plan, capacity: { ...plan.capacity, slotsPerServer: 1000 } };
  const [ratio] = capacityRatios(roomy, await profileOf());
  expect(ratio?.binding.new).toBe("CPU");
  expect(ratio?.ratio.value).toBeCloseTo(2, 1);
  expect(ratio?.sentence).toContain("CPU: a request of new takes");
});

test("a simulated result tells the figures that a measured one tells", async () => {
  const figures = figuresOf(await runAt(0.5, 4), "new");
  expect(figures.cpuCores).toBeCloseTo(0.125, 1);
  expect(figures.throughputPerSecond).toBeGreaterThan(100);
  expect(figures.responseTimeP99Ms).toBeGreaterThan(figures.responseTimeMeanMs ?? 0);
});
