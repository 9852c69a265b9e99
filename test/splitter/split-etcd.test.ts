import { afterEach, expect, test } from "vitest";
import type { SplitterEvent } from "../../src/splitter/messages.ts";
import type { SplitChange } from "../../src/splitter/router.ts";
import { type EtcdKey, followSplitEtcd, type SplitEtcd } from "../../src/splitter/split-etcd.ts";
import { type Certificates, certificatesMissing, makeCertificates } from "./certificates.ts";
import { type Etcd, etcdMissing, startEtcd } from "./etcd.ts";
import { eventually } from "./rig.ts";

const key = "/twinlane/split";
let etcd: Etcd | undefined;
let followed: SplitEtcd | undefined;
let certificates: Certificates | undefined;

afterEach(async () => {
  await followed?.stop();
  await etcd?.stop();
  certificates?.remove();
  certificates = undefined;
  followed = undefined;
  etcd = undefined;
});

function follow(access: Omit<EtcdKey, "key">) {
  const changes: SplitChange[] = [];
  const events: SplitterEvent[] = [];
  followed = followSplitEtcd(
    { ...access, key },
    (change) => changes.push(change),
    (event) => events.push(event),
  );
  return { changes, events };
}

function value(share: string): string {
  return JSON.stringify({ new: share, reason: `to ${share}` });
}

const missing = etcdMissing ?? certificatesMissing;
const user = { name: "twinlane", password: "correct horse" };

if (missing !== undefined) console.warn(`skipped: ${missing}`);

test.skipIf(etcdMissing !== undefined)(
  "a key of etcd is read, watched, and read again after etcd was gone",
  async () => {
    const server = await startEtcd();
    etcd = server;
    await server.put(key, value("10%"));
    await server.put("/twinlane/split-other", value("99%"));
    const { changes, events } = follow({ url: server.url });
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
  const { changes, events } = follow({ url: "http://127.0.0.1:1" });
  await eventually(() => events.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await followed?.stop();
  expect(events.map(({ kind }) => kind)).toEqual(["split-source"]);
  expect(changes).toEqual([]);
});

test.skipIf(missing !== undefined)(
  "an etcd with TLS is followed with its authority and a client certificate, and told apart from a strange one",
  async () => {
    const made = makeCertificates();
    certificates = made;
    const server = await startEtcd(made);
    etcd = server;
    await server.put(key, value("10%"));
    const { url } = server;
    const own = { certificate: made.client.certificate.text, key: made.client.key.text };
    const authority = made.authority.text;
    const refused: readonly (readonly [Omit<EtcdKey, "key">, RegExp])[] = [
      [{ url, tls: { ...own, authority: made.stranger.text } }, /is not signed by the authority/],
      [{ url, tls: own }, /is not signed by the authority/],
      [{ url, tls: { ...own, authority, serverName: "other.test" } }, /is for another name/],
      [{ url, tls: { authority } }, /wants another client certificate/],
      [{ url: url.replace("https", "http") }, /HTTP request to an HTTPS server|maybe it wants https/],
    ];
    for (const [access, reason] of refused) {
      const { events, changes } = follow(access);
      await eventually(() => events.length > 0);
      await followed?.stop();
      expect(events[0]?.reason).toMatch(reason);
      expect(changes).toEqual([]);
    }
    const { changes } = follow({ url, tls: { ...own, authority, serverName: "etcd.test" } });
    await eventually(() => changes.length === 1);
    await server.put(key, value("20%"));
    await eventually(() => changes.length === 2);
    expect(changes.map(({ newPerMillion }) => newPerMillion)).toEqual([100_000, 200_000]);
  },
  60_000,
);

test.skipIf(missing !== undefined)(
  "a user's password opens etcd, a wrong one is told, and a token that etcd forgot is asked for anew",
  async () => {
    const server = await startEtcd();
    etcd = server;
    const { url } = server;
    await server.put(key, value("10%"));
    await server.lockFor(user);
    const nobody = follow({ url });
    await eventually(() => nobody.events.length > 0);
    await followed?.stop();
    expect(nobody.events[0]?.reason).toMatch(/user name is empty/);
    const wrong = follow({ url, user: { ...user, password: "wrong" } });
    await eventually(() => wrong.events.length > 0);
    await followed?.stop();
    expect(wrong.events[0]?.reason).toMatch(/doesn't let user twinlane in: .*invalid user ID or password/);
    expect(JSON.stringify(wrong.events)).not.toContain('"wrong"');
    const right = follow({ url, user });
    await eventually(() => right.changes.length === 1);
    await server.put(key, value("20%"));
    await eventually(() => right.changes.length === 2);
    // Tokens live in etcd's memory: after a start it knows none.
    await server.crash();
    await server.startAgain();
    await server.put(key, value("30%"));
    await eventually(() => right.changes.length === 3, 20_000);
    expect(right.changes.map(({ newPerMillion }) => newPerMillion)).toEqual([100_000, 200_000, 300_000]);
    expect([...nobody.changes, ...wrong.changes]).toEqual([]);
  },
  60_000,
);
