import { expect, test } from "vitest";
import { calibrate } from "../../../src/analysis/calibrate/calibrate.ts";
import { type Profile, profileSchema } from "../../../src/result/profile-schema.ts";
import type { RunResult } from "../../../src/result/schema.ts";
import { simulatePlan } from "../../../src/simulate/simulate-plan.ts";
import { serviceTimeMean } from "../../../src/workload/service-time.ts";
import { planText } from "../../scenario/scenario-text.ts";

/** Results whose truth is known: simulated at several loads. */
function simulateAt(
  ratesPerSecond: readonly number[],
  services: string,
  settings = {},
): Promise<RunResult[]> {
  return Promise.all(
    ratesPerSecond.map((ratePerSecond) =>
      simulatePlan(
        planText(`
name: truth
workload: { ratePerSecond: ${ratePerSecond}, timeout: 1h, maxConnections: 100000 }
services: ${services}
users: 100000
split: { new: 50% }
run: { duration: 30s, warmUp: 2s, grace: 1m, seed: ${ratePerSecond} }`),
        { replications: 2, settings },
      ),
    ),
  );
}

const services = `{
  old: { label: a, mock: { serviceTime: { lognormal: { mean: 20ms, p99: 80ms } }, concurrency: 8, cpuPerRequest: 1ms } },
  new: { label: b, mock: { serviceTime: { gamma: { mean: 10ms, shape: 3 } }, concurrency: 4, cpuPerRequest: 1.5ms } } }`;

let made: Promise<Profile> | undefined;
function profileOf(): Promise<Profile> {
  made ??= simulateAt([200, 400, 560], services, { splitterMs: 0.1, networkMs: 0.6 }).then(calibrate);
  return made;
}

function near(value: number | undefined, truth: number, tolerance: number): void {
  expect(value).toBeGreaterThan(truth * (1 - tolerance));
  expect(value).toBeLessThan(truth * (1 + tolerance));
}

test("the CPU demand of each version comes back", async () => {
  const { versions, splitterMs } = await profileOf();
  // Exactly: every simulated request takes the same, whenever it came.
  near(versions.old?.cpuMsPerRequest?.value, 1, 1e-4);
  near(versions.new?.cpuMsPerRequest?.value, 1.5, 1e-4);
  near(splitterMs.value, 0.1, 1e-4);
  near(1 + (versions.old?.idleCpuShare?.value ?? 1), 1, 1e-4);
});

test("a demand that each run tells in one figure has no interval", async () => {
  const { versions, splitterMs, networkMs } = await profileOf();
  expect(versions.old?.cpuMsPerRequest?.low).toBeUndefined();
  expect(splitterMs.high).toBeUndefined();
  // Three loads have three path times to draw from.
  expect(networkMs.low).toBeLessThan(networkMs.high ?? 0);
});

test("the law of the service times comes back", async () => {
  const { versions } = await profileOf();
  const before = versions.old?.serviceTime;
  const after = versions.new?.serviceTime;
  near(before?.meanMs.value, 20, 0.03);
  near(before?.p99Ms.value, 80, 0.06);
  near(after?.meanMs.value, 10, 0.05);
  expect(before?.law.law).toBe("lognormal");
});

test("the slots come back where requests waited for them", async () => {
  const { versions } = await profileOf();
  expect(versions.old?.slotsPerServer?.low).toBeLessThanOrEqual(8);
  expect(versions.old?.slotsPerServer?.high).toBeGreaterThanOrEqual(8);
  expect(versions.new?.slotsPerServer?.low).toBeLessThanOrEqual(4);
  expect(versions.new?.slotsPerServer?.high).toBeGreaterThanOrEqual(4);
});

test("what lies between user and service comes back", async () => {
  near((await profileOf()).networkMs.value, 0.6, 0.1);
});

test("a profile is a document of its schema, and the same each time", async () => {
  const profile = await profileOf();
  expect(profileSchema.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
  const again = await simulateAt([200, 400, 560], services, { splitterMs: 0.1, networkMs: 0.6 });
  expect(JSON.stringify(calibrate(again))).toBe(JSON.stringify(profile));
});

test("draws scatter around the values", async () => {
  const { draws, versions } = await profileOf();
  const means = draws
    .map(({ versions: drawn }) => drawn.old?.serviceTime)
    .map((law) => (law ? serviceTimeMean(law) : 0));
  expect(new Set(means).size).toBeGreaterThan(10);
  const stated = versions.old?.serviceTime.meanMs;
  for (const mean of means) near(mean, stated?.value ?? 0, 0.05);
});

test("one load is said to be too few to tell rest from demand", async () => {
  const profile = calibrate(await simulateAt([200], services));
  expect(profile.notes.join()).toContain("One load only");
});

test("runs of different services are refused", async () => {
  const [first] = await simulateAt([200], services);
  const [other] = await simulateAt([300], services.replace("label: b", "label: c"));
  if (first === undefined || other === undefined) throw new Error("two results");
  expect(() => calibrate([first, other])).toThrow(/different services/);
});

test("a modelled result and no result at all are refused", async () => {
  const [first] = await simulateAt([200], services);
  if (first === undefined) throw new Error("a result");
  expect(() => calibrate([{ ...first, method: "modelled" }])).toThrow(/nothing that was measured/);
  expect(() => calibrate([])).toThrow(/No run/);
});
