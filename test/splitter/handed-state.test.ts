import { once } from "node:events";
import { writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../cli/twinlane.ts";
import {
  answersWith,
  eventually,
  type RawUpstream,
  type Rig,
  type RigOptions,
  splitPlan,
  startRawUpstream,
  startRig,
  talk,
} from "./rig.ts";

const started: (Rig | RawUpstream)[] = [];

afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

const get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const breaker = {
  consecutiveFailures: 3,
  failureShare: 0.5,
  minVolume: 20,
  windowMs: 5000,
  openForMs: 60_000,
  trials: 2,
};
const ejection = {
  consecutiveFailures: 3,
  failureShare: 1,
  minVolume: 100,
  windowMs: 5000,
  ejectMs: 1500,
  maxEjectMs: 5000,
  maxEjectedShare: 1,
  alwaysEjectsOne: true,
};

async function upstream(status: number): Promise<string> {
  const one = await startRawUpstream(answersWith(`HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nhi`));
  started.push(one);
  return one.url;
}

async function start(options: RigOptions): Promise<Rig> {
  const rig = await startRig(options);
  started.push(rig);
  return rig;
}

/** A second splitter in this process, with a listening socket that comes with the state. */
async function takeOver(options: RigOptions, state: unknown): Promise<Rig> {
  const socket = net.createServer().listen(0, "127.0.0.1");
  await once(socket, "listening");
  const rig = await startRig({ ...options, listen: "handed over" }, async () => ({ socket, state }));
  started.push(rig);
  return rig;
}

async function ask(rig: Rig): Promise<string> {
  const { text } = await talk(rig.splitter.port, [get], { until: (given) => given.endsWith("hi") });
  return text.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length);
}

const kindsOf = (rig: Rig) => rig.events.map(({ kind }) => kind);

describe("a splitter that takes over", () => {
  it("keeps a breaker open for the rest of its time", async () => {
    const split = { ...splitPlan, newPerMillion: 1_000_000 };
    const options = {
      upstreams: { old: [await upstream(200)], new: [await upstream(500)] },
      ...{ split, breaker },
    };
    const before = await start(options);
    for (let time = 0; time < 3; time++) expect(await ask(before)).toBe("500");
    expect(kindsOf(before)).toContain("breaker-open");
    const after = await takeOver(options, before.splitter.handedState());
    expect(await ask(after)).toBe("200");
    expect(after.events.map(({ kind, reason }) => [kind, reason])).toEqual([
      ["took-over", "went on from the process before: 0 of 2 addresses out, the breaker open"],
    ]);
    expect(after.splitter.counters.versions.new.rerouted).toBe(1);
  });

  it("leaves an ejected address alone, and takes it back when its time is over", async () => {
    const options = {
      upstreams: { old: [await upstream(500), await upstream(200)], new: [await upstream(200)] },
      ejection,
    };
    const before = await start(options);
    for (let time = 0; time < 12 && !kindsOf(before).includes("ejected"); time++) await ask(before);
    const after = await takeOver(options, structuredClone(before.splitter.handedState()));
    expect(after.events[0]?.reason).toMatch(/: 1 of 3 addresses out$/);
    for (let time = 0; time < 4; time++) expect(await ask(after)).toBe("200");
    await eventually(() => kindsOf(after).includes("readmitted"));
    const answers = [await ask(after), await ask(after)];
    expect(answers.toSorted()).toEqual(["200", "500"]);
  });

  it("keeps the share in force, and follows the file from the text that was read last", async () => {
    const splitFile = path.join(temporaryDirectory(), "split.json");
    const write = (share: string) => writeFileSync(splitFile, JSON.stringify({ new: share, reason: share }));
    write("10%");
    const options = { upstreams: { old: [await upstream(200)], new: [await upstream(200)] }, splitFile };
    const before = await start(options);
    await eventually(() => before.splitter.router.newPerMillion === 100_000);
    before.splitter.setSplit({ newPerMillion: 300_000, caller: "admin", reason: "by hand" });
    const after = await takeOver(options, before.splitter.handedState());
    expect(kindsOf(after)).toEqual(["took-over"]);
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(after.splitter.router.newPerMillion).toBe(300_000);
    write("20%");
    await eventually(() => after.splitter.router.newPerMillion === 200_000);
  });

  it("says that it starts afresh where it can't read the state", async () => {
    const options = { upstreams: { old: [await upstream(200)], new: [await upstream(200)] } };
    for (const state of [undefined, null, "x", {}, { version: 999, upstreams: "otherwise" }]) {
      const after = await takeOver(options, state);
      expect(after.events[0]).toMatchObject({
        kind: "took-over",
        reason: expect.stringMatching(/^starts afresh/),
      });
      expect(await ask(after)).toBe("200");
    }
  });
});
