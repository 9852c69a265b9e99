import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { perVersion } from "../../src/base/version.ts";
import { defaultSplitterLimits } from "../../src/splitter/limits.ts";
import type { FromSplitter, SplitterConfig, SplitterStats, ToSplitter } from "../../src/splitter/messages.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";
import { eventually, healthPlan, type RawUpstream, splitPlan, startRawUpstream, talk } from "./rig.ts";

const entry = new URL("../../src/splitter/main.ts", import.meta.url);
let child: ChildProcess;
let upstream: RawUpstream;
let said: FromSplitter[] = [];

async function start(changes: Partial<SplitterConfig> = {}): Promise<void> {
  said = [];
  upstream = await startRawUpstream(({ socket, received }) => {
    const delayMs = received.includes("/slow") ? 400 : 0;
    setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"), delayMs);
  });
  child = fork(entry, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.on("message", (message) => said.push(message as FromSplitter));
  tell({
    type: "start",
    config: {
      listen: { host: "127.0.0.1", port: 0 },
      upstreams: { old: [upstream.url], new: [upstream.url] },
      split: splitPlan,
      mirror: undefined,
      health: perVersion(() => healthPlan),
      admin: { host: "127.0.0.1", port: 0, token: "token" },
      limits: defaultSplitterLimits,
      ...changes,
    },
  });
}

function tell(message: ToSplitter): void {
  child.send(message);
}

async function listening(): Promise<number> {
  const found = () => said.find((message) => message.type === "listening");
  await eventually(() => found() !== undefined);
  return found()?.port ?? 0;
}

afterEach(async () => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await upstream.stop();
});

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: h\r\n\r\n`;
const answered = (text: string) => text.endsWith("hi");

describe("the splitter process", () => {
  it("listens, reports each second, obeys, drains without a failed request, and ends with the last counts", async () => {
    await start();
    const port = await listening();
    tell({ type: "set-split", newPerMillion: 1_000_000, caller: "test", reason: "all" });
    await eventually(() => said.some((message) => message.type === "event" && message.kind === "split"));
    expect((await talk(port, [get("/")], { until: answered })).text).toContain("x-twinlane-version: new");
    await eventually(() => said.some((message) => message.type === "stats"));
    const slow = talk(port, [get("/slow")]);
    await eventually(() => upstream.received().includes("/slow"));
    const exit = once(child, "exit");
    tell({ type: "stop", drainMs: 5000 });
    await eventually(() => said.some((message) => message.type === "event" && message.kind === "draining"));
    expect((await talk(port, [get("/")])).text).toBe("");
    const { text, end } = await slow;
    expect(text).toMatch(/^HTTP\/1\.1 200 .*connection: close\r\n.*hi$/s);
    expect(end).toBe("closed");
    expect(await exit).toEqual([0, null]);
    const stats: SplitterStats[] = said.filter((message) => message.type === "stats");
    const sum = (pick: (one: SplitterStats) => number) => stats.reduce((total, one) => total + pick(one), 0);
    expect(sum((one) => one.versions.new.received)).toBe(2);
    expect(sum((one) => one.versions.new.answered["2xx"])).toBe(2);
    expect(sum((one) => one.overhead.count)).toBe(2);
    expect(sum((one) => DurationHistogram.decode(one.overhead.histogram).count)).toBe(2);
    expect(stats.at(-1)?.versions.new.inFlight).toBe(0);
  });

  it("closes what has not ended when the time to drain is over", async () => {
    await start();
    const port = await listening();
    const slow = talk(port, [get("/slow")]);
    await eventually(() => upstream.received().includes("/slow"));
    const exit = once(child, "exit");
    tell({ type: "stop", drainMs: 50 });
    expect((await slow).text).toBe("");
    expect(await exit).toEqual([0, null]);
    const last = said.filter((message) => message.type === "stats").at(-1);
    expect(last?.versions.old.failed.unavailable).toBe(1);
  });

  it("ends when its parent lets go of it", async () => {
    await start();
    await listening();
    const exit = once(child, "exit");
    child.disconnect();
    expect(await exit).toEqual([0, null]);
  });

  const refused: readonly (readonly [string, Partial<SplitterConfig>, RegExp])[] = [
    [
      "an upstream that is no http URL",
      { upstreams: { old: ["https://x/"], new: [] } },
      /https:\/\/x\/ is no upstream/,
    ],
    [
      "an admin address others can reach",
      { admin: { host: "0.0.0.0", port: 0, token: "t" } },
      /loopback only/,
    ],
    [
      "an address that isn't ours",
      { listen: { host: "192.0.2.1", port: 0 } },
      /can't listen on 192\.0\.2\.1/,
    ],
  ];
  it.each(refused)("says what is wrong with %s and ends", async (_name, changes, sentence) => {
    await start(changes);
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
    expect(said).toEqual([{ type: "failed", sentence: expect.stringMatching(sentence) }]);
  });
});
