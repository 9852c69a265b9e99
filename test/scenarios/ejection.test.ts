import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunResult } from "../../src/result/schema.ts";
import { temporaryDirectory, twinlane } from "../cli/twinlane.ts";

const scenario = `name: ejected
workload: { ratePerSecond: 100/s, requests: [{ path: /x }] }
services: { old: { mock: { serviceTime: 2ms } }, new: { mock: { serviceTime: 2ms } } }
split: { new: 50%, by: request, ejection: { consecutiveFailures: 5, ejectFor: 1s } }
faults: [{ at: 1s, for: 2s, service: new, kind: errors, share: 100% }]
run: { duration: 6s, warmUp: 1s, calibrate: false }
`;

test("a run tells which protection fired and when, and users meet few of the failures", async () => {
  const file = join(temporaryDirectory(), "ejected.yaml");
  writeFileSync(file, scenario);
  const { stdout } = await twinlane("run", file, "--json", "--out", temporaryDirectory());
  const { events, totals } = JSON.parse(stdout) as RunResult;
  const told = events.filter(({ kind }) => ["ejected", "readmitted"].includes(kind));
  expect(told.slice(0, 2).map(({ kind, version }) => `${kind} ${version}`)).toEqual([
    "ejected new",
    "readmitted new",
  ]);
  expect(told[0]?.message).toContain("5 requests in a row failed");
  expect(told[0]?.atMs).toBeGreaterThan(900);
  expect(totals.versions.new.failed).toBeGreaterThanOrEqual(5);
  // Two seconds of fault at 50 requests/s to new would be 100.
  expect(totals.versions.new.failed).toBeLessThan(60);
}, 60_000);
