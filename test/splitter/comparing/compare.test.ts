import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { planCompare } from "../../../src/scenario/compare-plan.ts";
import { compareSection } from "../../../src/scenario/compare-schema.ts";
import type { MirrorPlan } from "../../../src/scenario/plan.ts";
import type { CompareReport } from "../../../src/splitter/comparing/compare-report.ts";
import { defaultWireLimits } from "../../../src/wire/limits.ts";
import {
  eventually,
  type RawUpstream,
  type Rig,
  type Script,
  splitPlan,
  startRawUpstream,
  startRig,
  talk,
} from "../rig.ts";

let rig: Rig;
let old: RawUpstream;
let fresh: RawUpstream;

type Answer = (count: number, head: string) => string | Buffer | undefined;

/** Answers each request of one connection at a time; undefined leaves it without an answer. */
function script(answer: Answer): Script {
  let count = 0;
  return (connection) => {
    const heads = connection.received.split("\r\n\r\n").slice(0, -1);
    for (; connection.answered < heads.length; connection.answered++) {
      const text = answer(count++, heads[connection.answered] ?? "");
      if (text !== undefined) connection.socket.write(text);
    }
  };
}

function json(value: unknown, status = "200 OK"): string {
  const body = JSON.stringify(value);
  return `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

function packed(encoding: string, body: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

const mirror: MirrorPlan = {
  to: "new",
  perMillion: 1_000_000,
  methods: ["GET"],
  deadlineMs: 2000,
  maxInFlight: 64,
  maxBodyBytes: 1000,
};

type Options = {
  readonly mirror?: MirrorPlan;
  readonly old: Answer;
  readonly new: Answer;
  readonly compare?: Parameters<typeof compareSection.parse>[0];
  readonly newPerMillion?: number;
};

async function start(options: Options): Promise<number> {
  old = await startRawUpstream(script(options.old));
  fresh = await startRawUpstream(script(options.new));
  const plan = planCompare(compareSection.parse(options.compare ?? {}));
  if (plan === undefined) throw new Error("there is a plan");
  rig = await startRig({
    upstreams: { old: [old.url], new: [fresh.url] },
    split: { ...splitPlan, newPerMillion: options.newPerMillion ?? 0 },
    mirror: options.mirror,
    compare: { plan, endpoints: [{ name: "item", method: "GET", path: "/items/{1..9}" }] },
    limits: { wire: defaultWireLimits },
  });
  return rig.splitter.port;
}

const get = (path = "/items/7") => `GET ${path} HTTP/1.1\r\nHost: h\r\nX-Request-Id: r1\r\n\r\n`;

/** One request after the other, each answered before the next. */
async function ask(port: number, requests: readonly string[]): Promise<void> {
  for (const request of requests) {
    const { text } = await talk(port, [request], { until: isWhole });
    expect(text).toMatch(/^HTTP\/1\.1 /);
  }
}

function isWhole(text: string): boolean {
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
  return text.length >= text.indexOf("\r\n\r\n") + 4 + length;
}

/** The report once every wanted request is accounted for. */
async function settled(wanted: number): Promise<CompareReport> {
  const ask = rig.splitter.compareReport;
  if (ask === undefined) throw new Error("nothing is compared");
  const endMs = performance.now() + 10_000;
  for (;;) {
    const report = await ask();
    const accounted =
      report.compared +
      report.overload.compared +
      Object.values(report.notCompared).reduce((sum, n) => sum + n, 0);
    if (report.wanted === wanted && accounted === wanted) return report;
    if (performance.now() > endMs)
      throw new Error(`${accounted} of ${report.wanted} accounted for, ${wanted} asked`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

afterEach(async () => {
  await rig.stop();
  await old.stop();
  await fresh.stop();
});

describe("answers of both versions", () => {
  it("are compared field by field, and the user gets old's alone", async () => {
    const port = await start({
      old: () => json({ id: 7, total: 10 }),
      new: (count) => json({ id: 7, total: count % 2 === 0 ? 10 : 11 }),
    });
    await ask(
      port,
      Array.from({ length: 10 }, () => get()),
    );
    const report = await settled(10);
    expect(report).toMatchObject({
      wanted: 10,
      compared: 10,
      mismatched: 5,
      mismatchShare: 0.5,
      notCompared: {},
    });
    expect(report.fields).toMatchObject([
      { endpoint: "item", field: "$.total", kind: "value", raw: 5, isBeyondNoise: true },
    ]);
    expect(report.fields[0]?.examples).toHaveLength(5);
    expect(report.fields[0]?.examples[0]).toEqual({ request: "GET /items/7", first: "10", second: "11" });
    expect(rig.splitter.takeStats().versions.new.received).toBe(0);
    expect(old.received()).not.toContain("x-twinlane-mirror");
    expect(fresh.received().match(/x-twinlane-mirror: 1/g)).toHaveLength(10);
  });

  it("are told from noise when old is asked twice, all three at the same time", async () => {
    let clock = 0;
    const port = await start({
      old: () => json({ at: clock++, total: 10 }),
      new: () => json({ at: clock++, total: 11 }),
      compare: { noise: "old-twice" },
    });
    await ask(
      port,
      Array.from({ length: 20 }, () => get()),
    );
    const report = await settled(20);
    expect(report.endpoints).toMatchObject([{ compared: 20, noiseCompared: 20, mismatched: 20 }]);
    expect(report.fields.map(({ field, isBeyondNoise }) => [field, isBeyondNoise])).toEqual([
      ["$.total", true],
      ["$.at", false],
    ]);
    expect(old.received().match(/x-twinlane-mirror: 1/g)).toHaveLength(20);
  });

  it("are compared the same way where new answers the user", async () => {
    const port = await start({
      old: () => json({ total: 10 }),
      new: () => json({ total: 11 }),
      newPerMillion: 1_000_000,
      compare: { noise: "old-twice" },
    });
    await ask(port, [get(), get()]);
    const { fields, endpoints } = await settled(2);
    expect(fields).toMatchObject([
      { field: "$.total", raw: 2, noise: 0, examples: [{ first: "10", second: "11" }, {}] },
    ]);
    expect(endpoints).toMatchObject([{ noiseCompared: 2 }]);
    expect(fresh.received()).not.toContain("x-twinlane-mirror");
  });

  const body = JSON.stringify({ total: 10, text: "é" });
  const encodings: readonly (readonly [string, Buffer | string])[] = [
    ["gzip", packed("gzip", gzipSync(body))],
    ["br", packed("br", brotliCompressSync(body))],
    [
      "chunks",
      `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ],
  ];
  it.each(encodings)("are unpacked before: %s is equal to plain", async (_name, answer) => {
    const port = await start({ old: () => json({ total: 10, text: "é" }), new: () => answer });
    await ask(port, [get()]);
    expect(await settled(1)).toMatchObject({ compared: 1, mismatched: 0, fields: [] });
  });

  it("come from one copy where requests are mirrored as well", async () => {
    const good: Answer = () => json({ total: 10 });
    const port = await start({ old: good, new: good, compare: { share: "50%" }, mirror });
    await ask(
      port,
      Array.from({ length: 40 }, () => get()),
    );
    const wanted = (await rig.splitter.compareReport?.())?.wanted ?? 0;
    expect(await settled(wanted)).toMatchObject({ compared: wanted });
    await eventually(() => rig.splitter.counters.mirror.answered === 40 - wanted);
    expect(wanted).toBeGreaterThan(10);
    expect(wanted).toBeLessThan(30);
    expect(fresh.received().match(/x-twinlane-mirror: 1/g)).toHaveLength(40);
  });

  it("stand apart where a version was overloaded", async () => {
    const port = await start({
      old: () => json({ total: 10 }),
      new: (count) =>
        count === 0 ? json({ total: 10 }) : json({ problem: "busy" }, "503 Service Unavailable"),
    });
    await ask(port, [get(), get(), get()]);
    const report = await settled(3);
    expect(report).toMatchObject({ compared: 1, mismatched: 0, overload: { compared: 2, different: 2 } });
    expect(report.fields.every(({ raw, underOverload }) => raw === 0 && underOverload === 2)).toBe(true);
  });
});

describe("what is not compared is counted with its reason", () => {
  const post = "POST /orders HTTP/1.1\r\nHost: h\r\nX-Request-Id: r9\r\nContent-Length: 0\r\n\r\n";
  const good: Answer = () => json({ total: 10 });

  it("writes, unless the scenario says how they may be copied", async () => {
    const port = await start({ old: good, new: good });
    await ask(port, [post, get()]);
    expect(await settled(2)).toMatchObject({ compared: 1, notCompared: { "a write": 1 } });
    expect(fresh.received()).not.toContain("POST");
  });

  it("writes carry one key on all sides, or a dry run on the copy alone", async () => {
    const methods = ["POST"];
    const port = await start({ old: good, new: good, compare: { methods, writes: "idempotency-key" } });
    await ask(port, [post]);
    expect(await settled(1)).toMatchObject({ compared: 1 });
    expect(old.received()).toContain("idempotency-key: r9\r\n");
    expect(fresh.received()).toContain("idempotency-key: r9\r\n");
    await rig.stop();
    await old.stop();
    await fresh.stop();
    const again = await start({ old: good, new: good, compare: { methods, writes: "dry-run" } });
    await ask(again, [post]);
    await settled(1);
    expect(old.received()).not.toContain("x-twinlane-dry-run");
    expect(fresh.received()).toContain("x-twinlane-dry-run: 1\r\n");
  });

  it("large answers and large requests", async () => {
    const port = await start({
      old: good,
      new: () => json({ total: "x".repeat(200) }),
      compare: { methods: ["GET", "POST"], writes: "dry-run", maxBody: "100B" },
    });
    const large = `POST /orders HTTP/1.1\r\nHost: h\r\nContent-Length: 150\r\n\r\n${"x".repeat(150)}`;
    await ask(port, [get(), large]);
    expect(await settled(2)).toMatchObject({ compared: 0, notCompared: { "body too large": 2 } });
  });

  it("answers that don't come, and the user doesn't wait for them", async () => {
    const port = await start({ old: good, new: () => undefined, compare: { deadline: "100ms" } });
    await ask(port, [get(), get()]);
    expect(await settled(2)).toMatchObject({ compared: 0, notCompared: { "no answer": 2 } });
    expect(rig.splitter.takeStats().versions.old.answered["2xx"]).toBe(2);
  });

  it("requests beyond the bound, after which the others count as made under overload", async () => {
    let isHeld = true;
    const port = await start({
      old: good,
      new: (count) => (isHeld && count < 2 ? undefined : json({ total: 11 })),
      compare: { maxInFlight: 2, deadline: "300ms" },
    });
    await ask(
      port,
      Array.from({ length: 6 }, () => get()),
    );
    isHeld = false;
    const report = await settled(6);
    expect(report.notCompared).toEqual({ "no answer": 2, "no room": 4 });
    await ask(port, [get()]);
    expect(await settled(7)).toMatchObject({ compared: 0, overload: { compared: 1, different: 1 } });
  });

  it("answers whose encoding is unknown or damaged", async () => {
    const port = await start({
      old: good,
      new: (count) => packed(count === 0 ? "secret" : "gzip", Buffer.from("no gzip")),
    });
    await ask(port, [get(), get()]);
    expect((await settled(2)).notCompared).toEqual({ "unknown encoding": 1, "damaged encoding": 1 });
  });

  it("requests while a version is out", async () => {
    const port = await start({ old: good, new: good });
    await fresh.stop();
    await eventually(() => !rig.splitter.isHealthy("new"));
    await ask(port, [get()]);
    expect((await settled(1)).notCompared).toEqual({ "version out": 1 });
  });

  it("copies are never compared, nor requests outside the share", async () => {
    const port = await start({ old: good, new: good, compare: { share: "25%" } });
    await ask(port, [
      "GET /x HTTP/1.1\r\nHost: h\r\nX-Twinlane-Mirror: 1\r\n\r\n",
      ...Array.from({ length: 40 }, () => get()),
    ]);
    const wanted = (await rig.splitter.compareReport?.())?.wanted ?? 0;
    expect(wanted).toBeGreaterThanOrEqual(8);
    expect(wanted).toBeLessThanOrEqual(12);
  });
});
