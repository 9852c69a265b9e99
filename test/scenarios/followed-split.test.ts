import { globSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunResult } from "../../src/result/schema.ts";
import { start, temporaryDirectory } from "../cli/twinlane.ts";
import { type Etcd, etcdMissing, startEtcd } from "../splitter/etcd.ts";
import { eventually } from "../splitter/rig.ts";

const scenario = (source: string) => `name: followed
users: 5000
workload: { ratePerSecond: 200/s, requests: [{ path: "/x" }] }
services: { old: { mock: { serviceTime: 2ms } }, new: { mock: { serviceTime: 2ms } } }
split: { new: 50%, by: request, source: ${source} }
run: { duration: 8s, warmUp: 1s, calibrate: false }
`;

function change(share: string): string {
  return JSON.stringify({ new: share, reason: "more" });
}

type Source = {
  readonly text: string;
  readonly name: string;
  set(share: string): void | Promise<void>;
};

/** A run whose share is 10 % from the start, whatever the scenario says, and 60 % from its middle on. */
async function check(directory: string, source: Source): Promise<void> {
  const file = join(directory, "followed.yaml");
  writeFileSync(file, scenario(source.text));
  await source.set("10%");
  const out = temporaryDirectory();
  const run = start(["run", file, "--json", "--out", out]);
  await eventually(() => secondsIn(out) >= 4, 30_000);
  await source.set("60%");
  const result = JSON.parse((await run.ended).stdout) as RunResult;
  const measured = result.stages.filter(({ warmUp }) => !warmUp);
  expect(measured.map(({ name }) => name)).toEqual(["main", `${source.name}: 60 %`]);
  expect(measured.map(({ split }) => split.configured)).toEqual([0.1, 0.6]);
  for (const { split, due } of measured) {
    expect(due).toBeGreaterThan(100);
    // A machine that is late sends some of one stage's requests in the next.
    expect(Math.abs((split.realised ?? 0) - split.configured)).toBeLessThan(0.12);
  }
  expect(result.totals.due).toBe(measured.reduce((sum, { due }) => sum + due, 0));
  const changes = result.events.filter(({ kind }) => kind === "split").map(({ message }) => message);
  expect(changes).toHaveLength(2);
  expect(changes[0]).toMatch(new RegExp(`^share of new from 50 % to 10 %, asked by ${source.name} `));
  expect(changes[1]).toMatch(new RegExp(`^share of new from 10 % to 60 %, asked by ${source.name} `));
}

/** Seconds that the run under way has journalled. */
function secondsIn(out: string): number {
  const [journal] = globSync(join(out, "*", "journal.ndjson"));
  return journal === undefined ? 0 : readFileSync(journal, "utf8").split('"type":"window"').length - 1;
}

test("a run follows a file that holds the share, and holds each stage against its own", async () => {
  const directory = temporaryDirectory();
  await check(directory, {
    text: "{ file: split.json }",
    name: "file",
    set(share) {
      writeFileSync(join(directory, "next.json"), change(share));
      renameSync(join(directory, "next.json"), join(directory, "split.json"));
    },
  });
}, 60_000);

test.skipIf(etcdMissing !== undefined)(
  "and so it follows a key of etcd",
  async () => {
    const etcd: Etcd = await startEtcd();
    try {
      await check(temporaryDirectory(), {
        text: `{ etcd: "${etcd.url}", key: /twinlane/split }`,
        name: "etcd",
        set: (share) => etcd.put("/twinlane/split", change(share)),
      });
    } finally {
      await etcd.stop();
    }
  },
  60_000,
);

function flagsGiving(toNew: number): string {
  const variants = { new: "new", off: "none" };
  const fractional = [
    ["new", toNew],
    ["off", 100 - toNew],
  ];
  return JSON.stringify({
    flags: { checkout: { variants, defaultVariant: "off", targeting: { fractional } } },
  });
}

test("a run whose users are dealt by a flag in a file sends them where it says, before and after it changes", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "flags.json"), flagsGiving(40));
  const file = join(directory, "flagged.yaml");
  const split = "{ new: 0%, by: request, provider: { file: flags.json, flag: checkout } }";
  writeFileSync(file, scenario("{ file: none.json }").replace(/^split: .*$/m, `split: ${split}`));
  const out = temporaryDirectory();
  const run = start(["run", file, "--json", "--out", out]);
  await eventually(() => secondsIn(out) >= 4, 30_000);
  writeFileSync(join(directory, "next.json"), flagsGiving(80));
  renameSync(join(directory, "next.json"), join(directory, "flags.json"));
  const { stages, totals, events, verdict } = JSON.parse((await run.ended).stdout) as RunResult;
  const measured = stages.filter(({ warmUp }) => !warmUp);
  expect(measured.map(({ name }) => name)).toEqual(["main", "flags"]);
  const [before, after] = measured.map(({ split: audit }) => audit);
  // Of 5,000 users a fraction falls on 40 and 80 %, give or take 3 √(0.24 / 5,000) = 2.1 %.
  expect(Math.abs((before?.configured ?? 0) - 0.4)).toBeLessThan(0.021);
  expect(Math.abs((after?.configured ?? 0) - 0.8)).toBeLessThan(0.021);
  for (const audit of [before, after]) {
    expect(Math.abs((audit?.realised ?? 0) - (audit?.configured ?? 0))).toBeLessThan(0.12);
  }
  expect(verdict.checks.find(({ kind }) => kind === "split")?.reason).toMatch(/expected between [3-9]/);
  const rerouted = totals.versions.old.rerouted + totals.versions.new.rerouted;
  // Those that were under way when the flags changed, and no more.
  expect(rerouted).toBeLessThan(0.03 * totals.due);
  expect(events.filter(({ kind }) => kind === "split-audit")).toEqual([]);
  expect(events.filter(({ kind }) => kind === "flags").map(({ message }) => message)).toEqual([
    expect.stringMatching(/^one flag read: checkout says new for (1,9|2,[01])\d\d of 5,000 users, old for 0/),
    expect.stringMatching(/^one flag read: checkout says new for (3,9|4,[01])\d\d of 5,000 users, old for 0/),
  ]);
  const decisions = events.filter(({ kind }) => kind === "split-decisions");
  expect(decisions.map(({ message }) => message)).toEqual([
    expect.stringMatching(
      /^rules took 0, flags took [\d,]+ \(old 0, new [\d,]+\), and left [\d,]+ to the share: new got 0 % .*; of what rules left, the flags gave old 0 %.*; new [\d.]+ %, .* as configured$/,
    ),
  ]);
}, 60_000);

test("a change in the middle of a load's step begins a stage, and so do the steps after it", async () => {
  const directory = temporaryDirectory();
  const load = "{ steps: [{ rate: 100/s, for: 4s }, { rate: 200/s, for: 4s }] }";
  const text = scenario("{ file: split.json }").replace("ratePerSecond: 200/s", `ratePerSecond: ${load}`);
  writeFileSync(join(directory, "stepped.yaml"), text);
  writeFileSync(join(directory, "split.json"), change("10%"));
  const out = temporaryDirectory();
  const run = start(["run", join(directory, "stepped.yaml"), "--json", "--out", out]);
  await eventually(() => secondsIn(out) >= 2, 30_000);
  writeFileSync(join(directory, "next.json"), change("60%"));
  renameSync(join(directory, "next.json"), join(directory, "split.json"));
  const result = JSON.parse((await run.ended).stdout) as RunResult;
  const measured = result.stages.filter(({ warmUp }) => !warmUp);
  expect(measured.map(({ name }) => name)).toEqual([
    "step 1: 100/s",
    "step 1: 100/s, file: 60 %",
    "step 2: 200/s, file: 60 %",
  ]);
  expect(measured.map(({ split }) => split.configured)).toEqual([0.1, 0.6, 0.6]);
  const [first, second, third] = measured;
  expect([second?.startMs, third?.startMs]).toEqual([first?.endMs, second?.endMs]);
  expect(third?.startMs).toBe(4000);
  expect(Math.abs((third?.split.realised ?? 0) - 0.6)).toBeLessThan(0.12);
  expect(result.totals.due).toBe(measured.reduce((sum, { due }) => sum + due, 0));
}, 60_000);
