import { afterEach, describe, expect, it } from "vitest";
import type { MirrorPlan } from "../../src/scenario/plan.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";
import {
  answersWith,
  eventually,
  type RawUpstream,
  type Rig,
  type Script,
  startRawUpstream,
  startRig,
  talk,
} from "./rig.ts";

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
const get = "GET /x HTTP/1.1\r\nHost: h\r\nX-Request-Id: 7\r\n\r\n";
const answered = (text: string) => text.endsWith("hi");
const plan: MirrorPlan = {
  to: "new",
  perMillion: 1_000_000,
  methods: ["GET", "PUT"],
  deadlineMs: 500,
  maxInFlight: 4,
  maxBodyBytes: 100,
};

let rig: Rig;
let old: RawUpstream;
let copy: RawUpstream;

async function start(copyScript: Script, changes: Partial<MirrorPlan> = {}, oldScript = answersWith(ok)) {
  old = await startRawUpstream(oldScript);
  copy = await startRawUpstream(copyScript);
  rig = await startRig({ upstreams: { old: [old.url], new: [copy.url] }, mirror: { ...plan, ...changes } });
  return rig.splitter.port;
}

afterEach(async () => {
  await rig.stop();
  await old.stop();
  await copy.stop();
});

describe("copies", () => {
  it("are the same request, marked, and their answers go nowhere", async () => {
    const port = await start(answersWith("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
    const { text } = await talk(port, [get], { until: answered });
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    await eventually(() => rig.splitter.counters.mirror.answered === 1);
    expect(old.received()).toBe(get);
    expect(copy.received()).toBe(get.replace("7\r\n\r\n", "7\r\nx-twinlane-mirror: 1\r\n\r\n"));
    const stats = rig.splitter.takeStats();
    expect(stats.versions.new).toMatchObject({ received: 0, forwarded: 0 });
    expect(stats.mirror).toMatchObject({ copied: 1, answered: 1, inFlight: 0 });
  });

  it("follow the share that was set last, and their answers are timed", async () => {
    const port = await start(answersWith("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"), { perMillion: 0 });
    const change = { newPerMillion: 0, caller: "test", reason: "copy" };
    await talk(port, [get], { until: answered });
    expect(rig.splitter.counters.mirror.copied).toBe(0);
    rig.splitter.setSplit({ ...change, mirrorPerMillion: 1_000_000 });
    await talk(port, [get], { until: answered });
    await eventually(() => rig.splitter.counters.mirror.answered === 1);
    rig.splitter.setSplit({ ...change, mirrorPerMillion: 0 });
    await talk(port, [get], { until: answered });
    const { mirror, copies } = rig.splitter.takeStats();
    expect([mirror.copied, copies.errors]).toEqual([1, 1]);
    expect(DurationHistogram.decode(copies.histogram).count).toBe(1);
    expect(rig.splitter.takeStats().copies.errors).toBe(0);
  });

  it("of a burst leave a few at a time, and all of them", async () => {
    const port = await start(answersWith(ok), { maxInFlight: 64, deadlineMs: 5000 });
    const burst = Array.from({ length: 60 }, () => talk(port, [get], { until: answered }));
    for (const { text } of await Promise.all(burst)) expect(text).toMatch(/^HTTP\/1\.1 200/);
    await eventually(() => rig.splitter.counters.sums().mirror.answered === 60);
    expect(rig.splitter.counters.sums().mirror).toMatchObject({ copied: 60, dropped: 0, inFlight: 0 });
  });

  it("are made of the planned methods only, and never of copies", async () => {
    const port = await start(answersWith(ok));
    await talk(port, ["DELETE /x HTTP/1.1\r\nHost: h\r\n\r\n"], { until: answered });
    await talk(port, ["GET /x HTTP/1.1\r\nHost: h\r\nX-Twinlane-Mirror: 1\r\n\r\n"], { until: answered });
    expect(rig.splitter.takeStats().mirror.copied).toBe(0);
    expect(copy.connections).toEqual([]);
  });

  it("hold to their share", async () => {
    const port = await start(answersWith(ok), { perMillion: 250_000 });
    await talk(port, [get.repeat(400)], { until: (text) => text.split("\r\nhi").length > 400 });
    const { mirror } = rig.splitter.takeStats();
    expect(mirror.copied + mirror.dropped).toBeGreaterThanOrEqual(98);
    expect(mirror.copied + mirror.dropped).toBeLessThanOrEqual(102);
  });

  it("carry bodies, whole or streamed, up to the limit", async () => {
    const answersPut: Script = (connection) => {
      const bodies = connection.received.match(/body!/g)?.length ?? 0;
      for (; connection.answered < bodies; connection.answered++) connection.socket.write(ok);
    };
    const port = await start(answersPut, {}, answersPut);
    const put = (framing: string, body: string) => `PUT /x HTTP/1.1\r\nHost: h\r\n${framing}\r\n\r\n${body}`;
    await talk(port, [put("Content-Length: 5", "body!")], { until: answered });
    await talk(port, [put("Content-Length: 5", "bo"), "dy!"], { until: answered });
    await talk(port, [put("Transfer-Encoding: chunked", "5\r\nbody!\r\n"), "0\r\n\r\n"], { until: answered });
    await eventually(() => rig.splitter.counters.mirror.answered === 3);
    const long = `${"x".repeat(200)}body!`;
    await talk(port, [put("Content-Length: 205", long)], { until: answered });
    await talk(port, [put("Transfer-Encoding: chunked", `cd\r\n${long}\r\n`), "0\r\n\r\n"], {
      until: answered,
    });
    await eventually(() => rig.splitter.counters.mirror.tooLarge === 2);
    expect(copy.received().match(/body!/g)?.length).toBe(3);
    expect(copy.received()).toContain("5\r\nbody!\r\n0\r\n\r\n");
  });
});

describe("a mirror in trouble", () => {
  const ask = async (port: number, times: number) => {
    for (let count = 0; count < times; count++) {
      const { text } = await talk(port, [get], { until: answered });
      expect(text).toMatch(/^HTTP\/1\.1 200/);
    }
  };

  it("that hangs costs nothing: copies beyond the bound are dropped, the rest time out", async () => {
    const port = await start(() => undefined, { deadlineMs: 100 });
    await ask(port, 20);
    const during = rig.splitter.counters.mirror;
    expect(during.inFlight).toBeLessThanOrEqual(plan.maxInFlight);
    await eventually(() => rig.splitter.counters.mirror.inFlight === 0);
    const { mirror, versions } = rig.splitter.takeStats();
    expect(mirror.copied + mirror.dropped).toBe(20);
    expect(mirror.timedOut).toBe(mirror.copied);
    expect(versions.old.answered["2xx"]).toBe(20);
  });

  it("that is dead or breaks off costs nothing", async () => {
    const port = await start(({ socket }) => socket.destroy());
    await ask(port, 5);
    await copy.stop();
    await ask(port, 5);
    await eventually(() => rig.splitter.counters.mirror.inFlight === 0);
    const { mirror, versions } = rig.splitter.takeStats();
    expect(mirror.failed).toBe(mirror.copied);
    expect(versions.old.answered["2xx"]).toBe(10);
    expect(versions.old.received).toBe(10);
  });
});
