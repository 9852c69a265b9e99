import { expect, test } from "vitest";
import { calibrate } from "../../../src/analysis/calibrate/calibrate.ts";
import { calibratedPlan } from "../../../src/analysis/calibrate/calibrated-plan.ts";
import { renderProfile } from "../../../src/report/text/profile-text.ts";
import { type Profile, profileSchema } from "../../../src/result/profile-schema.ts";
import type { RunResult } from "../../../src/result/schema.ts";
import { runResultSchema } from "../../../src/result/schema.ts";
import type { StoreUse, StoreUseSection } from "../../../src/result/store-use-schema.ts";
import { simulatePlan } from "../../../src/simulate/simulate-plan.ts";
import { planText } from "../../scenario/scenario-text.ts";

const stores = `
stores:
  cache: { hitRatio: 99% }
  database: { limitQps: 1000, reads: 7, writes: 0% }`;

function scenario(more: string, ratePerSecond = 200): string {
  return `
name: shop
users: 1000
workload: { ratePerSecond: ${ratePerSecond}/s }
services: { old: { mock: { serviceTime: 5ms, cpuPerRequest: 1ms } }, new: { mock: { serviceTime: 5ms } } }
split: { new: 50% }
run: { duration: 10s }${more}`;
}

/** One of two reads is a hit for old, more for new where asked; one request of four writes; a query takes 2 ms. */
function pieces(hitsOfNew = 100): StoreUseSection {
  const use = (hits: number): StoreUse => ({
    requests: 100,
    cache: { lookups: 200, hits },
    database: { reads: 200 - hits, writes: 25, ms: (225 - hits) * 2 },
  });
  const batch = { old: use(100), new: use(hitsOfNew) };
  const ten = (one: StoreUse): StoreUse => ({
    requests: 10 * one.requests,
    cache: { lookups: 2000, hits: 10 * (one.cache?.hits ?? 0) },
    database: {
      reads: 10 * (one.database?.reads ?? 0),
      writes: 250,
      ms: 10 * (one.database?.ms ?? 0),
    },
  });
  return { versions: { old: ten(batch.old), new: ten(batch.new) }, batches: Array(10).fill(batch) };
}

let simulated: Promise<RunResult> | undefined;

/** A simulated run in the place of a measured one, with what its mocks would have counted. */
async function profileOf(storeUse?: StoreUseSection): Promise<Profile> {
  simulated ??= simulatePlan(planText(scenario("")), { replications: 2 });
  const result = await simulated;
  return calibrate([runResultSchema.parse({ ...result, ...(storeUse && { storeUse }) })]);
}

test("each version's demand is in the profile, which is a document of its schema", async () => {
  const profile = await profileOf(pieces());
  expect(profileSchema.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
  for (const found of [profile, profile.versions.old, profile.versions.new]) {
    expect(found?.stores).toMatchObject({
      cacheHitRatio: { value: 0.5 },
      readsPerRequest: { value: 2 },
      writesPerRequest: { value: 0.25 },
      queriesPerRequest: { value: 1.25 },
      msPerQuery: { value: 2 },
      databaseMsPerRequest: { value: 2.5 },
    });
  }
});

test("model and simulation get the measured ratio, reads and writes in the place of the scenario's", async () => {
  const profile = await profileOf(pieces());
  const { plan, assumptions } = calibratedPlan(planText(scenario(stores)), profile);
  expect(plan.stores.cache).toMatchObject({ hitRatio: 0.5, hitMs: 0 });
  expect(plan.stores.database).toMatchObject({
    readsPerRequest: 2,
    writeShare: 0.25,
    readMs: 0,
    writeMs: 0,
    limitPerSecond: 1000,
  });
  expect(assumptions).toContain(
    "As in these runs, 50 % of reads hit the cache, and a request makes 2 reads and 0.25 writes.",
  );
});

test("each draw brings its own", async () => {
  const profile = await profileOf(pieces());
  const plan = planText(scenario(stores));
  const ratios = profile.draws.map((draw) => calibratedPlan(plan, profile, draw).plan.stores.cache?.hitRatio);
  expect(new Set(ratios).size).toBeGreaterThan(30);
  expect(ratios).toEqual(profile.draws.map(({ stores: drawn }) => drawn?.cacheHitRatio));
});

test("a database that the scenario thinks idle is foretold as full where the runs asked more of it", async () => {
  const full = planText(scenario(stores, 1000));
  const asAssumed = await simulatePlan(full, { replications: 2 });
  const asMeasured = await simulatePlan(calibratedPlan(full, await profileOf(pieces())).plan, {
    replications: 2,
  });
  const overloads = ({ simulation }: RunResult) => simulation?.overloads ?? [];
  expect(overloads(asAssumed)).toEqual([]);
  const [database] = overloads(asMeasured);
  expect(database?.resource).toContain("database");
  // 1,000 requests a second with 1.25 queries each, of 1,000 that it can do.
  expect(database?.utilisation).toBeCloseTo(1.25, 6);
});

test("runs that count nothing leave the scenario's stores as they are, and it is said", async () => {
  const profile = await profileOf();
  const { plan, assumptions } = calibratedPlan(planText(scenario(stores)), profile);
  expect(plan.stores.cache?.hitRatio).toBe(0.99);
  expect(plan.stores.database).toMatchObject({ readsPerRequest: 7, writeShare: 0 });
  expect(assumptions).toContain(
    "No run tells the cache's hit ratio, nor reads and writes of the database: taken from the scenario.",
  );
  expect(calibratedPlan(planText(scenario("")), profile).assumptions.join()).not.toContain("No run tells");
});

test("versions whose hits differ by more than chance are named, and loads likewise", async () => {
  expect((await profileOf(pieces())).notes.join()).not.toContain("hit");
  expect((await profileOf(pieces(190))).notes).toContain(
    "Reads of old hit the cache in 50 %, those of new in 95 %; model and simulation know one ratio, that of both together.",
  );
  const result = await simulatePlan(planText(scenario("")), { replications: 2 });
  const busier = await simulatePlan(planText(scenario("", 400)), { replications: 2 });
  const { notes } = calibrate([
    { ...busier, storeUse: pieces(190) },
    { ...result, storeUse: pieces() },
  ]);
  expect(notes.join()).toMatch(
    /hit ratio depends on the load: 50 % at [\d.]+\/s, 72\.5 % at [\d.]+\/s; the profile holds that of all reads/,
  );
});

test("the terminal shows ratio and demand with their intervals, or why there are none", async () => {
  const layout = { colour: false, widthColumns: 200 };
  const told = renderProfile(await profileOf(pieces()), layout);
  expect(told).toMatch(/cache hit ratio\s+50 % \[[\d.]+ %, [\d.]+ %\]/);
  expect(told).toMatch(/queries per request\s+1\.25 \[/);
  expect(told).toMatch(/database, time per query\s+2 ms/);
  expect(told).toMatch(/database, time per request\s+2\.5 ms \[/);
  const silent = renderProfile(await profileOf(), layout);
  expect(silent).toContain("Hit ratio and queries are not told: mocks count what they ask of their stores");
  expect(silent).not.toContain("queries per request");
});
