import { expect, test } from "vitest";
import type { RunLog } from "../../src/measure/run-log.ts";
import { type FollowedSplit, SplitFollower } from "../../src/measure/split-follower.ts";
import type { JournalEntry } from "../../src/result/journal.ts";
import { type ProvidedFlag, parseFlagFile, providedFlag } from "../../src/scenario/flag-file.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { planScenario } from "../../src/scenario/plan.ts";
import type { SplitterEvent } from "../../src/splitter/messages.ts";
import { withProvidedFlag } from "../../src/workload/flagged-users.ts";

/** A flag that sends the users with these keys to new. */
function flagFor(...users: readonly string[]): ProvidedFlag {
  const variants = { new: "new", off: "none" };
  const targeting = { if: [{ in: [{ var: "targetingKey" }, users] }, "new"] };
  const flags = parseFlagFile(
    JSON.stringify({ flags: { version: { variants, defaultVariant: "off", targeting } } }),
  );
  if (typeof flags === "string") throw new Error(flags);
  return providedFlag(flags, "version");
}

function flagsEvent(atMs: number, flag: ProvidedFlag): SplitterEvent {
  return { atMs, kind: "flags", version: undefined, reason: "one flag read", providedFlag: flag };
}

function following(more: string) {
  const text = `{ name: f, users: 10, workload: { ratePerSecond: 1 }, split: { provider: { file: f.json } }, ${more} }`;
  const parsed = parseScenario(text, { file: "f.yaml" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const entries: JournalEntry[] = [];
  const events: string[] = [];
  const log = {
    planMs: (clockMs: number) => clockMs,
    add: (entry: JournalEntry) => entries.push(entry),
    event: (_kind: string, _atMs: number, message: string) => events.push(message),
    eventAt: (_kind: string, _atMs: number, message: string) => events.push(message),
  } as unknown as RunLog;
  const told: FollowedSplit[] = [];
  const follower = new SplitFollower(withProvidedFlag(planScenario(parsed.scenario), flagFor("1")), log);
  const start = () => follower.start((change) => told.push(change));
  return { follower, start, told, entries, events };
}

const steady = "run: { duration: 20s, warmUp: 0s }";

test("flags that are those of the plan begin nothing, and are told with the users whom they take", () => {
  const { follower, start, told, events } = following(steady);
  follower.onEvent(flagsEvent(-500, flagFor("1")));
  start();
  follower.onEvent(flagsEvent(3000, flagFor("1")));
  expect(told).toEqual([]);
  expect(events[0]).toBe(
    "one flag read: version says new for 1 of 10 users, old for 0, and leaves 9 to the share",
  );
});

test("other flags part the stage under way, and their expectation holds from there on", () => {
  const { follower, start, told, entries } = following(steady);
  start();
  const before = follower.flagged;
  follower.onEvent(flagsEvent(3000, flagFor("1", "2", "3")));
  expect(told).toMatchObject([
    {
      split: { providedFlag: flagFor("1", "2", "3") },
      stages: [{ name: "flags", startMs: 3000, endMs: 20_000, flagged: { toNew: 0.3, toOld: 0 } }],
    },
  ]);
  expect(entries).toEqual(told[0]?.stages.map((stage) => ({ type: "stage", stage })));
  expect(before).toEqual({ toNew: 0.1, toOld: 0 });
  expect(follower.flagged).toEqual({ toNew: 0.3, toOld: 0 });
});

test("flags that changed before the load starts hold from its start", () => {
  const { follower, start, told } = following(steady);
  follower.onEvent(flagsEvent(-900, flagFor("1", "2")));
  expect(told).toEqual([]);
  start();
  expect(told).toMatchObject([
    { stages: [{ name: "main", startMs: 0, flagged: { toNew: 0.2 } }], split: { newPerMillion: 100_000 } },
  ]);
});

test("a change of the share leaves the flags as they are", () => {
  const { follower, start, told } = following(steady);
  start();
  follower.onEvent(flagsEvent(3000, flagFor("1", "2")));
  const caller = "admin 127.0.0.1";
  const split = { kind: "split", fromPerMillion: 100_000, toPerMillion: 500_000 } as const;
  follower.onEvent({ ...split, atMs: 5000, version: undefined, reason: "more", caller });
  expect(told.at(-1)).toMatchObject({
    split: { newPerMillion: 500_000, providedFlag: flagFor("1", "2") },
    stages: [{ name: "admin: 50 %", startMs: 5000, newShare: 0.5, flagged: { toNew: 0.2 } }],
  });
});

test("in a ramp they part the ramp's step, and the next step keeps them", () => {
  const { follower, start, told } = following(
    "rollout: { steps: [{ new: 10%, hold: 10s }, { new: 50%, hold: 10s }] }",
  );
  start();
  const step = (name: string, startMs: number, newShare: number) => ({
    split: { newPerMillion: newShare * 1e6 },
    stages: [{ name, startMs, endMs: 20_000, warmUp: false, newShare }],
  });
  follower.ramped(step("step 1: 10 %", 0, 0.1));
  follower.onEvent(flagsEvent(4000, flagFor("1", "2")));
  follower.onEvent(flagsEvent(6000, flagFor("1", "2", "3")));
  follower.ramped(step("step 2: 50 %", 10_000, 0.5));
  expect(told.flatMap(({ stages }) => stages)).toEqual([
    expect.objectContaining({ name: "step 1: 10 %", startMs: 0, flagged: { toNew: 0.1, toOld: 0 } }),
    expect.objectContaining({
      name: "step 1: 10 %, flags",
      startMs: 4000,
      flagged: { toNew: 0.2, toOld: 0 },
    }),
    expect.objectContaining({
      name: "step 1: 10 %, flags",
      startMs: 6000,
      flagged: { toNew: 0.3, toOld: 0 },
    }),
    expect.objectContaining({ name: "step 2: 50 %", startMs: 10_000, flagged: { toNew: 0.3, toOld: 0 } }),
  ]);
  expect(told.map(({ split }) => split.newPerMillion)).toEqual([100_000, 100_000, 100_000, 500_000]);
  expect(told.at(-1)?.split.providedFlag).toEqual(flagFor("1", "2", "3"));
});
