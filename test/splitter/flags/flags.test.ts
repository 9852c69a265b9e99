import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { SplitPlan } from "../../../src/scenario/plan.ts";
import {
  answersWith,
  eventually,
  type RawUpstream,
  type Rig,
  splitPlan,
  startRawUpstream,
  startRig,
  talk,
} from "../rig.ts";

let rig: Rig | undefined;
let upstreams: readonly RawUpstream[] = [];
const directory = mkdtempSync(path.join(os.tmpdir(), "twinlane-flags-"));
const file = path.join(directory, "flags.json");

const answer = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${body}`;

/** Flags that send these users to new, and `oldie` to old. */
function write(users: readonly string[]): void {
  const variants = { new: "new", old: "old", off: "none" };
  const key = { var: "targetingKey" };
  const targeting = { if: [{ in: [key, users] }, "new", { "==": [key, "oldie"] }, "old"] };
  const flags = { version: { variants, defaultVariant: "off", targeting } };
  writeFileSync(`${file}.next`, JSON.stringify({ flags }));
  renameSync(`${file}.next`, file);
}

async function start(split: Partial<SplitPlan> = {}): Promise<number> {
  const [old, fresh] = [
    await startRawUpstream(answersWith(answer("o"))),
    await startRawUpstream(answersWith(answer("n"))),
  ];
  upstreams = [old, fresh];
  rig = await startRig({
    split: { ...splitPlan, by: "user", ...split },
    upstreams: { old: [old.url], new: [fresh.url] },
    flags: { file, flag: "version" },
  });
  return rig.splitter.port;
}

afterEach(async () => {
  await rig?.stop();
  for (const upstream of upstreams) await upstream.stop();
  rmSync(file, { force: true });
  rig = undefined;
  upstreams = [];
});

/** Who answers these users, asked on one connection at once, as `o` and `n`. */
async function ask(port: number, users: readonly string[], more = ""): Promise<string> {
  const requests = users.map((user) => `GET / HTTP/1.1\r\nHost: h\r\nX-User-Id: ${user}\r\n${more}\r\n`);
  const { text } = await talk(port, [requests.join("")], {
    until: (given) => given.split("HTTP/1.1 200").length > users.length && /\r\n\r\n.$/.test(given),
  });
  return [...text.matchAll(/\r\n\r\n(.)/g)].map((match) => match[1]).join("");
}

describe("a flag", () => {
  it("decides before the share, for each user, whether met before or not", async () => {
    write(["u1", "u2"]);
    const port = await start({ newPerMillion: 0 });
    expect(await ask(port, ["u1", "u3", "u2", "u1", "u3", "oldie"])).toBe("nonnoo");
    expect(await ask(port, ["u1", "u3", "u2"])).toBe("non");
    const { split } = rig?.splitter.takeStats() ?? {};
    expect(split).toMatchObject({ byFlag: { old: 1, new: 5 }, byShare: { old: 3, new: 0 } });
  });

  it("leaves to the share whom it doesn't know, and comes after a rule for a header", async () => {
    write(["u1"]);
    const flags = [{ header: "x-rule", equals: "1", to: "old", userShare: 0 }] as const;
    const port = await start({ newPerMillion: 1_000_000, flags });
    expect(await ask(port, ["u1", "oldie", "anyone"])).toBe("non");
    expect(await ask(port, ["u1", "oldie", "anyone"], "X-Rule: 1\r\n")).toBe("ooo");
  });

  it("changes with its file as a whole; a bad file is told and changes nothing", async () => {
    write(["u1"]);
    const port = await start();
    expect(await ask(port, ["u1", "u2"])).toBe("no");
    write(["u2"]);
    await eventually(() => rig?.events.filter(({ kind }) => kind === "flags").length === 2);
    const told = rig?.events.map(({ providedFlag }) => JSON.stringify(providedFlag?.flag?.targeting));
    expect(told).toEqual([expect.stringContaining('["u1"]'), expect.stringContaining('["u2"]')]);
    expect(await ask(port, ["u1", "u2"])).toBe("on");
    writeFileSync(file, '{"flags": {"version": {}}}');
    await eventually(() => rig?.events.at(-1)?.kind === "flags-refused");
    expect(rig?.events.at(-1)?.reason).toMatch(/stay as they were: flag "version" has no variants/);
    expect(await ask(port, ["u1", "u2"])).toBe("on");
    rmSync(file);
    await eventually(() => /ENOENT/.test(rig?.events.at(-1)?.reason ?? ""));
    expect(await ask(port, ["u1", "u2"])).toBe("on");
  });

  it("that is waited for loses nothing: bodies, half-closed clients, clients that go", async () => {
    write(["poster"]);
    const port = await start();
    const body = "x".repeat(50_000);
    const post = (user: string) =>
      `POST / HTTP/1.1\r\nHost: h\r\nX-User-Id: ${user}\r\nContent-Length: 50000\r\n\r\n`;
    const { text, end } = await talk(port, [post("poster") + body], { halfClose: true });
    expect(text).toMatch(/x-twinlane-version: new.*n$/s);
    expect(end).toBe("closed");
    await eventually(() => upstreams[1]?.received().endsWith(body) === true);
    await talk(port, [`GET / HTTP/1.1\r\nHost: h\r\nX-User-Id: gone\r\n\r\n`], { timeoutMs: 1 });
    expect(await ask(port, ["poster"])).toBe("n");
  });

  it("is needed at the start", async () => {
    writeFileSync(file, "{");
    await expect(start()).rejects.toMatchObject({ code: "scenario-unreadable" });
  });
});
