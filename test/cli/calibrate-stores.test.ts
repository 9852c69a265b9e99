import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Profile, profileSchema } from "../../src/result/profile-schema.ts";
import { runResultSchema } from "../../src/result/schema.ts";
import { onlyRun, resultIn, temporaryDirectory, twinlane } from "./twinlane.ts";

const hitRatio = 0.8;
const writes = 0.1;

type Estimate = NonNullable<Profile["stores"]>["cacheHitRatio"];

function holds(estimate: Estimate, truth: number): void {
  expect(estimate?.low).toBeLessThanOrEqual(truth);
  expect(estimate?.high).toBeGreaterThanOrEqual(truth);
}

/** Two reads a request, of which the cache answers a share; the database does 1,000 queries a second. */
function scenario({ cache, database }: { readonly cache: string; readonly database: string }): string {
  return `
name: cached shop
users: 10_000
workload: { ratePerSecond: 240/s }
services: { old: { mock: { serviceTime: 4ms } }, new: { mock: { serviceTime: 3ms } } }
stores:
  cache: ${cache}
  database: ${database}
split: { new: 50% }
run: { duration: 3s, warmUp: 500ms, grace: 1s, calibrate: false }
`;
}

test("hit ratio and queries of real runs come back in their intervals, and a forecast rests on them", async () => {
  const out = temporaryDirectory();
  const file = join(out, "scenario.yaml");
  const runs: string[] = [];
  writeFileSync(
    file,
    scenario({
      cache: "{ hitRatio: 80%, hitTime: 0.1ms }",
      database: "{ limitQps: 1000, reads: 2, writes: 10%, readTime: 1ms, writeTime: 2ms }",
    }),
  );
  // One 95 % interval in twenty misses. With these seeds the mocks' draws lie within 1.1 standard errors, wherever the
  // machine's seconds cut them.
  for (const [seed, rate] of [
    [19, 120],
    [119, 240],
  ]) {
    const own = join(out, `at-${rate}`);
    const set = [`run.seed=${seed}`, `workload.ratePerSecond=${rate}`].flatMap((each) => ["--set", each]);
    const { stdout } = await twinlane("run", file, "--out", own, ...set);
    expect(stdout).toMatch(/stores\s+old [\d.]+ % of [\d,]+ reads hit the cache, [\d.]+ database queries/);
    const { versions: use } = resultIn(onlyRun(own)).storeUse ?? {};
    expect(use?.old?.cache?.lookups).toBe(2 * (use?.old?.requests ?? 0));
    expect(use?.new?.database?.reads).toBe((use?.new?.cache?.lookups ?? 0) - (use?.new?.cache?.hits ?? 0));
    runs.push(onlyRun(own));
  }

  const calibrated = await twinlane("calibrate", ...runs, "--out", join(out, "shop.json"));
  expect(calibrated.stdout).toContain("cache hit ratio");
  const profile = profileSchema.parse(JSON.parse(readFileSync(join(out, "shop.json"), "utf8")));
  holds(profile.stores?.cacheHitRatio, hitRatio);
  holds(profile.stores?.writesPerRequest, writes);
  holds(profile.stores?.queriesPerRequest, 2 * (1 - hitRatio) + writes);
  expect(profile.stores?.readsPerRequest?.value).toBe(2);
  // The reads' millisecond, two for a write, and the way there and back.
  expect(profile.stores?.msPerQuery?.value).toBeGreaterThan(1);

  // Who expects hardly a read to miss and nothing to be written is corrected by what was measured.
  writeFileSync(
    file,
    `${scenario({ cache: "{ hitRatio: 99% }", database: "{ limitQps: 1000, reads: 2 }" })}calibration: shop.json\n`,
  );
  const busy = ["--set", "workload.ratePerSecond=2500/s", "--replications", "2", "--json"];
  const simulated = runResultSchema.parse(JSON.parse((await twinlane("simulate", file, ...busy)).stdout));
  expect(simulated.assumptions.join()).toContain("of reads hit the cache, and a request makes 2 reads and");
  const database = simulated.simulation?.overloads.find(({ resource }) => resource.includes("database"));
  const { value = 0 } = profile.stores?.queriesPerRequest ?? {};
  expect(database?.utilisation).toBeCloseTo((2500 * value) / 1000, 2);
}, 120_000);
