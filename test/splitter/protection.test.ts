import { afterEach, describe, expect, it } from "vitest";
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

const get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n${body}`;
const broken = "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno";
const breaker = {
  consecutiveFailures: 5,
  failureShare: 0.5,
  minVolume: 20,
  windowMs: 5000,
  openForMs: 200,
  trials: 2,
};

const started: (Rig | RawUpstream)[] = [];
afterEach(async () => {
  for (const thing of started.splice(0)) await thing.stop();
});

async function upstream(answer: () => string): Promise<RawUpstream> {
  const one = await startRawUpstream((connection) => answersWith(answer())(connection));
  started.push(one);
  return one;
}

async function ask(rig: Rig): Promise<string> {
  const { text } = await talk(rig.splitter.port, [get], { until: (given) => /\r\n\r\n../s.test(given) });
  return text.slice(-2);
}

describe("the breaker of a version", () => {
  it("sends its requests to the other, tries again, and closes when the trials pass", async () => {
    let isBroken = true;
    const old = await upstream(() => ok("ol"));
    const newer = await upstream(() => (isBroken ? broken : ok("ne")));
    const rig = await startRig({
      split: { ...splitPlan, newPerMillion: 1_000_000 },
      upstreams: { old: [old.url], new: [newer.url] },
      breaker,
    });
    started.unshift(rig);
    const answers: string[] = [];
    for (let count = 0; count < 8; count++) answers.push(await ask(rig));
    expect(answers).toEqual(["no", "no", "no", "no", "no", "ol", "ol", "ol"]);
    expect(rig.splitter.counters.versions.new.rerouted).toBe(3);
    isBroken = false;
    await eventually(() => rig.events.some((event) => event.kind === "breaker-open"));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([await ask(rig), await ask(rig), await ask(rig)]).toEqual(["ne", "ne", "ne"]);
    const kinds = rig.events.map((event) => event.kind);
    expect(kinds).toEqual(["breaker-open", "breaker-half-open", "breaker-closed"]);
    expect(rig.events[0]).toMatchObject({ version: "new", reason: "5 calls of new failed in a row" });
  });
});

describe("the ejection of an upstream", () => {
  const ejection = {
    consecutiveFailures: 1000,
    failureShare: 0.5,
    minVolume: 10,
    windowMs: 60_000,
    ejectMs: 200,
    maxEjectMs: 400,
    maxEjectedShare: 1,
    alwaysEjectsOne: false,
  };

  it("follows too large a share of failures too, once there are enough requests to tell", async () => {
    let turn = 0;
    const flaky = await upstream(() => (turn++ % 2 === 0 ? broken : ok("ok")));
    const rig = await startRig({ upstreams: { old: [flaky.url], new: [] }, ejection });
    started.unshift(rig);
    for (let count = 0; count < 11; count++) await ask(rig);
    expect(rig.events.map(({ kind }) => kind)).toEqual(["ejected"]);
    expect(rig.events[0]?.reason).toContain("6 of 11 requests failed; out for 200 ms");
  });

  it.each([
    [1, 1, false, 1],
    [0.5, 2, false, 1],
    [0.5, 3, false, 1],
    [0.1, 3, false, 0],
    [0.1, 3, true, 1],
    [0.7, 10, false, 7],
    [0.1, 10, true, 1],
  ])(
    "at most %d of %i addresses (one at least: %s) leaves %i alone",
    async (share, count, always, expected) => {
      const upstreams = await Promise.all(Array.from({ length: count }, () => upstream(() => broken)));
      const rig = await startRig({
        upstreams: { old: upstreams.map(({ url }) => url), new: [] },
        ejection: {
          ...ejection,
          consecutiveFailures: 2,
          ejectMs: 60_000,
          maxEjectMs: 60_000,
          maxEjectedShare: share,
          alwaysEjectsOne: always,
        },
      });
      started.unshift(rig);
      for (let asked = 0; asked < 4 * count; asked++) await ask(rig);
      const of = (kind: string) => rig.events.filter((event) => event.kind === kind);
      expect(of("ejected")).toHaveLength(expected);
      // Whoever is spared is told of once, however often it fails.
      expect(of("spared").length).toBe(expected === count ? 0 : count - expected);
    },
  );

  it("leaves it alone for a while, and lets it back", async () => {
    const good = await upstream(() => ok("ok"));
    const bad = await upstream(() => broken);
    const rig = await startRig({
      upstreams: { old: [good.url, bad.url], new: [] },
      ejection: { ...ejection, consecutiveFailures: 3 },
    });
    started.unshift(rig);
    await eventually(() => {
      void ask(rig);
      return rig.events.some((event) => event.kind === "ejected");
    });
    expect(rig.events[0]?.reason).toContain(`${bad.url}: 3 requests in a row failed`);
    await eventually(() => rig.events.some((event) => event.kind === "readmitted"));
    expect(rig.splitter.takeStats().versions.old.rerouted).toBe(0);
  });
});
