import { afterEach, expect, test } from "vitest";
import type { SplitterEvent } from "../../src/splitter/messages.ts";
import type { SplitChange } from "../../src/splitter/router.ts";
import { followSplitEtcd, type SplitEtcd } from "../../src/splitter/split-etcd.ts";
import { type Etcd, etcdMissing, startEtcd } from "./etcd.ts";
import { eventually } from "./rig.ts";

const key = "/twinlane/split";
let etcd: Etcd | undefined;
let followed: SplitEtcd | undefined;

afterEach(async () => {
  await followed?.stop();
  await etcd?.stop();
  followed = undefined;
  etcd = undefined;
});

function follow(url: string) {
  const changes: SplitChange[] = [];
  const events: SplitterEvent[] = [];
  followed = followSplitEtcd(
    { url, key },
    (change) => changes.push(change),
    (event) => events.push(event),
  );
  return { changes, events };
}

function value(share: string): string {
  return JSON.stringify({ new: share, reason: `to ${share}` });
}

if (etcdMissing !== undefined) console.warn(`skipped: ${etcdMissing}`);

test.skipIf(etcdMissing !== undefined)(
  "a key of etcd is read, watched, and read again after etcd was gone",
  async () => {
    const server = await startEtcd();
    etcd = server;
    await server.put(key, value("10%"));
    await server.put("/twinlane/split-other", value("99%"));
    const { changes, events } = follow(server.url);
    await eventually(() => changes.length === 1);
    for (const share of ["20%", "30%", "40%"]) await server.put(key, value(share));
    await eventually(() => changes.length === 4);
    await server.put(key, '{"new": "110%", "reason": "too much"}');
    await eventually(() => events.at(-1)?.kind === "split-refused");
    await server.remove(key);
    await eventually(() => events.at(-1)?.reason.endsWith("the key was deleted") === true);
    await server.crash();
    await eventually(() => events.at(-1)?.kind === "split-source");
    expect(events.at(-1)?.reason).toMatch(/^etcd is lost, the split stays: /);
    await server.startAgain();
    await server.put(key, value("50%"));
    await eventually(() => changes.length === 5, 15_000);
    await eventually(() => events.some(({ reason }) => reason === "etcd answers again"));
    expect(changes.map(({ newPerMillion }) => newPerMillion)).toEqual([
      100_000, 200_000, 300_000, 400_000, 500_000,
    ]);
    expect(changes.at(-1)).toMatchObject({ caller: `etcd ${server.url} ${key}`, reason: "to 50%" });
  },
  60_000,
);

test("an etcd that isn't there is told once, and stopping doesn't wait for it", async () => {
  const { changes, events } = follow("http://127.0.0.1:1");
  await eventually(() => events.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await followed?.stop();
  expect(events.map(({ kind }) => kind)).toEqual(["split-source"]);
  expect(changes).toEqual([]);
});
