import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { SplitPlan } from "../../src/scenario/plan.ts";
import { userPlace } from "../../src/workload/split.ts";
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

let rig: Rig;
let upstreams: readonly RawUpstream[] = [];

async function start(split: Partial<SplitPlan>): Promise<number> {
  const [old, newer] = [
    await startRawUpstream(answersWith(answer("o"))),
    await startRawUpstream(answersWith(answer("n"))),
  ];
  upstreams = [old, newer];
  rig = await startRig({
    split: { ...splitPlan, ...split },
    upstreams: { old: [old.url], new: [newer.url] },
  });
  return rig.splitter.port;
}

afterEach(async () => {
  await rig.stop();
  for (const upstream of upstreams) await upstream.stop();
});

const answer = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${body}`;

/** Sends requests with these header lines on one connection and gives who answered, as `o` and `n`. */
async function ask(port: number, headers: readonly string[]): Promise<string> {
  const requests = headers.map((lines) => `GET / HTTP/1.1\r\nHost: h\r\n${lines}\r\n`);
  const { text } = await talk(port, [requests.join("")], {
    until: (given) => given.split("HTTP/1.1 200").length > headers.length && /\r\n\r\n.$/.test(given),
  });
  return [...text.matchAll(/\r\n\r\n(.)/g)].map((match) => match[1]).join("");
}

describe("the split", () => {
  it("by request holds its share over any window", async () => {
    const port = await start({ newPerMillion: 100_000 });
    const who = await ask(
      port,
      Array.from({ length: 1000 }, () => ""),
    );
    expect(who.split("n").length - 1).toBeGreaterThanOrEqual(98);
    expect(who.split("n").length - 1).toBeLessThanOrEqual(102);
    const { split } = rig.splitter.takeStats();
    expect(split.byShare.old + split.byShare.new).toBe(1000);
    expect(split.expectedNew).toBe(100);
  });

  it.each([
    [0, "o".repeat(50)],
    [1_000_000, "n".repeat(50)],
  ])("of %i per million is exactly that", async (newPerMillion, expected) => {
    const port = await start({ newPerMillion });
    expect(
      await ask(
        port,
        Array.from({ length: 50 }, () => ""),
      ),
    ).toBe(expected);
  });

  it("takes the number of the request from its header when it is one", async () => {
    const port = await start({ newPerMillion: 500_000 });
    const numbered = Array.from({ length: 40 }, (_, ordinal) => `X-Twinlane-Ordinal: ${ordinal}\r\n`);
    const first = await ask(port, numbered);
    expect(await ask(port, numbered)).toBe(first);
    expect(await ask(port, numbered.toReversed())).toBe([...first].toReversed().join(""));
    expect(await ask(port, ["X-Twinlane-Ordinal: 1e3\r\n", "X-Twinlane-Ordinal: -1\r\n"])).toHaveLength(2);
  });

  it("by user is sticky, by header or cookie, and only moves users to new when raised", async () => {
    const users = Array.from({ length: 60 }, (_, index) => `user-${index}`);
    const port = await start({ newPerMillion: 300_000, by: "user" });
    const headers = users.map((user) => `X-User-Id: ${user}\r\n`);
    const expected = (perMillion: number) =>
      users.map((user) => (userPlace(splitPlan.seed, user) < perMillion ? "n" : "o")).join("");
    expect(await ask(port, headers)).toBe(expected(300_000));
    rig.splitter.setSplit({ newPerMillion: 600_000, caller: "test", reason: "ramp" });
    expect(await ask(port, headers)).toBe(expected(600_000));
    expect(rig.events).toEqual([
      expect.objectContaining({
        kind: "split",
        caller: "test",
        fromPerMillion: 300_000,
        toPerMillion: 600_000,
      }),
    ]);
  });

  it("sends the bearers of a header to new while its route is set, and nobody else", async () => {
    const port = await start({
      newPerMillion: 0,
      flags: [{ header: "x-old", equals: "1", to: "old", userShare: 0 }],
    });
    const heads = ["", "X-Beta: 1\r\n", "X-Beta: 2\r\n", "X-Beta: 1\r\nX-Old: 1\r\n"];
    const change = { newPerMillion: 0, caller: "test", reason: "testers" };
    expect(await ask(port, heads)).toBe("oooo");
    rig.splitter.setSplit({ ...change, headerRoute: { header: "x-beta", equals: "1" } });
    expect(await ask(port, heads)).toBe("onoo");
    rig.splitter.setSplit({ ...change, newPerMillion: 1_000_000 });
    expect(await ask(port, heads)).toBe("nnno");
    rig.splitter.setSplit({ ...change, headerRoute: null });
    expect(await ask(port, heads)).toBe("oooo");
    expect(rig.events.map(({ headerRoute }) => headerRoute)).toEqual([
      { header: "x-beta", equals: "1" },
      undefined,
      null,
    ]);
  });

  it("finds the user's key in the cookie that the plan names", async () => {
    const port = await start({
      newPerMillion: 500_000,
      by: "user",
      userKey: { kind: "cookie", name: "uid" },
    });
    const users = Array.from({ length: 30 }, (_, index) => `u${index}`);
    const expected = users.map((user) => (userPlace(splitPlan.seed, user) < 500_000 ? "n" : "o")).join("");
    expect(
      await ask(
        port,
        users.map((user) => `Cookie: a=1; xuid=no; uid=${user}\r\nCookie: b=2\r\n`),
      ),
    ).toBe(expected);
  });

  it("obeys flags before the share", async () => {
    const port = await start({ flags: [{ header: "x-beta", equals: "1", to: "new", userShare: 0 }] });
    expect(await ask(port, ["X-Beta: 1\r\n", "X-Beta: 2\r\n", "", "x-beta:1\r\n"])).toBe("noon");
    expect(rig.splitter.takeStats().split).toMatchObject({ byRule: { new: 2 }, byShare: { old: 2, new: 0 } });
  });
});

describe("routing rules", () => {
  it("look at path, method, header and cookie of the request before flags and share", async () => {
    const any = { path: undefined, method: undefined, header: undefined, cookie: undefined };
    const port = await start({
      flags: [{ header: "x-beta", equals: "1", to: "new", userShare: 0 }],
      rules: [
        { ...any, path: { kind: "exact", value: "/old" }, to: "old", requestShare: undefined },
        {
          ...any,
          path: { kind: "prefix", value: "/pay" },
          method: "PUT",
          to: "new",
          requestShare: undefined,
        },
        { ...any, cookie: { name: "lane", equals: "n" }, to: "new", requestShare: undefined },
        { ...any, header: { name: "x-lane", equals: "n" }, to: "new", requestShare: undefined },
      ],
    });
    const asked: readonly (readonly [string, string, string])[] = [
      ["GET /old", "X-Beta: 1\r\nX-Lane: n\r\n", "o"],
      ["GET /old?a", "X-Lane: n\r\n", "o"],
      ["GET http://h/old", "X-Lane: n\r\n", "o"],
      ["GET /pay/1", "", "o"],
      ["PUT /pay/1", "", "n"],
      ["PUT http://h/pay", "", "n"],
      ["PUT /payments", "", "o"],
      ["GET /", "Cookie: a=1; lane=n\r\n", "n"],
      ["GET /", "Cookie: a=1; lane=no\r\n", "o"],
      ["GET /", "X-Lane: n\r\n", "n"],
      ["GET /", "X-Beta: 1\r\n", "n"],
      ["GET /", "", "o"],
    ];
    for (const [line, headers, expected] of asked) {
      const request = `${line} HTTP/1.1\r\nHost: h\r\n${headers}\r\n`;
      const { text } = await talk(port, [request], { until: (given) => /\r\n\r\n.$/.test(given) });
      expect(text.at(-1), `${line} ${headers}`).toBe(expected);
    }
    expect(rig.splitter.takeStats().split.byRule).toEqual({ old: 3, new: 5 });
  });
});

describe("the split file", () => {
  it("sets the split at the start and at every change, and changes nothing when it is wrong", async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), "twinlane-split-"));
    const file = path.join(directory, "split.json");
    writeFileSync(file, '{"new": "10%", "reason": "start"}');
    upstreams = [await startRawUpstream(() => undefined)];
    rig = await startRig({ upstreams: { old: [upstreams[0]?.url ?? ""], new: [] }, splitFile: file });
    const { router } = rig.splitter;
    await eventually(() => router.newPerMillion === 100_000);
    writeFileSync(file, '{"new": "110%", "reason": "too much"}');
    await eventually(() => rig.events.at(-1)?.kind === "split-refused");
    expect(router.newPerMillion).toBe(100_000);
    writeFileSync(`${file}.next`, '{"new": "20%", "reason": "put in its place"}');
    renameSync(`${file}.next`, file);
    await eventually(() => router.newPerMillion === 200_000);
    expect(rig.events.at(-1)).toMatchObject({
      kind: "split",
      caller: `file ${file}`,
      reason: "put in its place",
    });
    rmSync(directory, { recursive: true });
    await eventually(() => rig.events.at(-1)?.kind === "split-refused");
    expect(router.newPerMillion).toBe(200_000);
  });
});

describe("changes under load", () => {
  it("a thousand of them cost no request, and each request is answered by one version", async () => {
    const port = await start({ newPerMillion: 0 });
    let answers = "";
    let isDone = false;
    const load = Array.from({ length: 4 }, async () => {
      while (!isDone) {
        const who = await ask(
          port,
          Array.from({ length: 20 }, () => ""),
        );
        answers += who;
      }
    });
    for (let change = 0; change < 1000; change++) {
      rig.splitter.setSplit({ newPerMillion: (change % 11) * 100_000, caller: "test", reason: "load" });
      if (change % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    isDone = true;
    await Promise.all(load);
    const { versions } = rig.splitter.takeStats();
    expect(versions.old.received + versions.new.received).toBe(answers.length);
    expect(versions.old.answered["2xx"]).toBe(answers.split("o").length - 1);
    expect(versions.new.answered["2xx"]).toBe(answers.split("n").length - 1);
    expect(versions.new.received).toBeGreaterThan(0);
  });
});
