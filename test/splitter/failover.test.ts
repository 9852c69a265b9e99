import { afterEach, describe, expect, it } from "vitest";
import type { VersionStats } from "../../src/splitter/messages.ts";
import {
  answersWith,
  eventually,
  type RawUpstream,
  type Rig,
  splitPlan,
  startRawUpstream,
  startRig,
  talk,
} from "./rig.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
const get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const post = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n";
const toNew = { ...splitPlan, newPerMillion: 1_000_000 };
const answered = (text: string) => /\r\n\r\n./s.test(text);

const started: (Rig | RawUpstream)[] = [];
async function kept<T extends Rig | RawUpstream>(thing: Promise<T>): Promise<T> {
  started.unshift(await thing);
  return thing;
}

afterEach(async () => {
  for (const thing of started.splice(0)) await thing.stop();
});

/** Received and moved requests must be accounted for, whatever became of them. */
function expectBalance(stats: { readonly old: VersionStats; readonly new: VersionStats }): void {
  for (const [own, other] of [
    [stats.old, stats.new],
    [stats.new, stats.old],
  ] as const) {
    const answers = Object.values(own.answered).reduce((sum, count) => sum + count, 0);
    const failures = Object.values(own.failed).reduce((sum, count) => sum + count, 0);
    expect(own.received - own.rerouted + other.rerouted).toBe(answers + failures + own.inFlight);
  }
}

describe("kept-alive connections that turn out closed", () => {
  it("repeats an idempotent request once on a fresh connection, never a POST", async () => {
    const upstream = await kept(
      startRawUpstream((connection) => {
        if (connection.answered++ === 0) connection.socket.write(`${ok}hi`);
        else connection.socket.destroy();
      }),
    );
    const rig = await kept(startRig({ upstreams: { old: [upstream.url], new: [] } }));
    const ask = (request: string) => talk(rig.splitter.port, [request], { until: answered });
    await ask(get);
    expect((await ask(get)).text).toMatch(/^HTTP\/1\.1 200/);
    expect(rig.splitter.counters.versions.old.retried).toBe(1);
    expect((await ask(post)).text).toMatch(/^HTTP\/1\.1 502/);
    const stats = rig.splitter.takeStats().versions;
    expect(stats.old.failed.closed).toBe(1);
    expect(upstream.received().match(/POST/g)?.length).toBe(1);
    expectBalance(stats);
  });

  it("does not repeat on a connection that was fresh", async () => {
    const upstream = await kept(startRawUpstream(({ socket }) => socket.destroy()));
    const rig = await kept(startRig({ upstreams: { old: [upstream.url], new: [] } }));
    expect((await talk(rig.splitter.port, [get], { until: answered })).text).toMatch(/^HTTP\/1\.1 502/);
    expect(upstream.received().match(/GET/g)?.length).toBe(1);
  });
});

describe("a version that is out", () => {
  it("refuses connections: requests go to the other one before and after it is noticed", async () => {
    const old = await kept(startRawUpstream(answersWith(`${ok}hi`)));
    const gone = await startRawUpstream(() => undefined);
    await gone.stop();
    const rig = await kept(
      startRig({
        split: toNew,
        upstreams: { old: [old.url], new: [gone.url] },
        health: { intervalMs: 5000 },
      }),
    );
    for (let count = 0; count < 10; count++) {
      const { text } = await talk(rig.splitter.port, [get], { until: answered });
      expect(text).toMatch(/^HTTP\/1\.1 200/);
      expect(text).toContain("x-twinlane-version: old\r\n");
    }
    const { versions } = rig.splitter.takeStats();
    expect(versions.new).toMatchObject({ received: 10, rerouted: 10, healthy: false });
    expect(versions.old).toMatchObject({ received: 0, forwarded: 10 });
    expectBalance(versions);
    expect(rig.events.filter((event) => event.kind === "unhealthy")).toHaveLength(1);
    expect(rig.events[0]).toMatchObject({ kind: "unhealthy", version: "new" });
  });

  it("hangs: its health checks fail, requests under way move over, later ones never go there", async () => {
    let hangs = false;
    const old = await kept(startRawUpstream(answersWith(`${ok}hi`)));
    const hung = await kept(
      startRawUpstream(({ socket }) => {
        if (!hangs) socket.write(`${ok}hi`);
      }),
    );
    const rig = await kept(startRig({ split: toNew, upstreams: { old: [old.url], new: [hung.url] } }));
    await talk(rig.splitter.port, [get], { until: answered });
    hangs = true;
    const waiting = talk(rig.splitter.port, [get], { until: answered });
    await eventually(() => hung.received().split("GET / ").length === 3);
    // A health check answered by this server would pass: take it off the net for new connections.
    await hung.stop();
    const { text } = await waiting;
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    await eventually(() => !rig.splitter.isHealthy("new"));
    for (let count = 0; count < 5; count++) {
      expect((await talk(rig.splitter.port, [post], { until: answered })).text).toMatch(/^HTTP\/1\.1 200/);
    }
    expectBalance(rig.splitter.takeStats().versions);
  });

  it("comes back after as many passed checks as the plan asks", async () => {
    const old = await kept(startRawUpstream(answersWith(`${ok}hi`)));
    let isUp = false;
    const { startFlakyUpstream } = await import("./flaky-upstream.ts");
    const flaky = await startFlakyUpstream(() => isUp);
    started.unshift(flaky);
    const rig = await kept(
      startRig({ split: toNew, upstreams: { old: [old.url], new: [flaky.url] }, health: { intervalMs: 20 } }),
    );
    await eventually(() => !rig.splitter.isHealthy("new"));
    expect((await talk(rig.splitter.port, [post], { until: answered })).text).toContain("version: old");
    isUp = true;
    await eventually(() => rig.splitter.isHealthy("new"));
    expect((await talk(rig.splitter.port, [post], { until: answered })).text).toContain("version: new");
    expect(rig.events.map((event) => event.kind)).toEqual(["unhealthy", "healthy"]);
  });

  it("503 when both are out", async () => {
    const gone = await startRawUpstream(() => undefined);
    await gone.stop();
    const rig = await kept(startRig({ upstreams: { old: [gone.url], new: [gone.url] } }));
    await eventually(() => !rig.splitter.isHealthy("new") && !rig.splitter.isHealthy("old"));
    expect((await talk(rig.splitter.port, [get], { until: answered })).text).toMatch(/^HTTP\/1\.1 503/);
    expectBalance(rig.splitter.takeStats().versions);
  });
});

describe("several upstreams of one version", () => {
  it("gives requests to the least busy and takes the dead one out", async () => {
    const slow = await kept(startRawUpstream(() => undefined));
    const quick = await kept(startRawUpstream(answersWith(`${ok}hi`)));
    const rig = await kept(startRig({ upstreams: { old: [slow.url, quick.url], new: [] } }));
    const stuck = talk(rig.splitter.port, [get, get], { timeoutMs: 2000 });
    const other = talk(rig.splitter.port, [get], { until: answered, timeoutMs: 2000 });
    await Promise.race([stuck, other]);
    for (let count = 0; count < 6; count++) {
      const { text } = await talk(rig.splitter.port, [get], { until: answered });
      expect(text).toMatch(/^HTTP\/1\.1 200/);
    }
    expect(slow.connections).toHaveLength(1);
  });

  it("adds and removes addresses without a failed request", async () => {
    const first = await kept(startRawUpstream(answersWith(`${ok}1!`)));
    const second = await kept(startRawUpstream(answersWith(`${ok}2!`)));
    const rig = await kept(startRig({ upstreams: { old: [first.url], new: [] } }));
    let isDone = false;
    const bodies: string[] = [];
    const load = (async () => {
      while (!isDone) bodies.push((await talk(rig.splitter.port, [get], { until: answered })).text.slice(-2));
    })();
    await eventually(() => bodies.length > 20);
    rig.splitter.setUpstreams("old", [first.url, second.url]);
    await eventually(() => bodies.includes("2!"));
    rig.splitter.setUpstreams("old", [second.url]);
    const removedAt = bodies.length;
    await eventually(() => bodies.length > removedAt + 20);
    isDone = true;
    await load;
    expect(new Set(bodies)).toEqual(new Set(["1!", "2!"]));
    expect(bodies.slice(removedAt + 2)).not.toContain("1!");
  });
});
