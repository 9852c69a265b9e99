import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../src/result/journal.ts";
import {
  createRunDirectory,
  JournalWriter,
  readJournal,
  readResult,
  writeAtomically,
} from "../../src/result/store.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "twinlane-store-"));
});
afterEach(() => rm(root, { recursive: true }));

const event: JournalEntry = { type: "event", event: { atMs: 0, kind: "fault", message: "new crashed" } };

describe("a run directory", () => {
  test("is named after the scenario and the time, and is new each time", async () => {
    const at = new Date("2026-03-04T05:06:07Z");
    const made = await Promise.all([1, 2, 3].map(() => createRunDirectory(root, "Ten Thousand", at)));
    expect(made.every(({ runId }) => /^ten-thousand-20260304-050607-[0-9a-f]{4}$/.test(runId))).toBe(true);
    expect(new Set(made.map(({ directory }) => directory)).size).toBe(3);
  });

  test("that can't be made is a user's error that names it", async () => {
    const file = join(root, "file");
    await writeFile(file, "");
    await expect(createRunDirectory(file, "a", new Date())).rejects.toMatchObject({ code: "run-directory" });
  });
});

describe("a journal on disk", () => {
  test("is never written over", async () => {
    const writer = await JournalWriter.create(root);
    await writer.close();
    await expect(JournalWriter.create(root)).rejects.toMatchObject({ code: "run-directory" });
  });

  test("keeps the order of many lines and survives a torn end", async () => {
    const writer = await JournalWriter.create(root);
    for (let index = 0; index < 200; index++)
      writer.append({ ...event, event: { ...event.event, atMs: index } });
    await writer.sync();
    await writer.close();
    const file = join(root, "journal.ndjson");
    const whole = await readFile(file);
    await truncate(file, whole.length - 7);
    const reading = await readJournal(root);
    expect(reading.entries.map((each) => (each.type === "event" ? each.event.atMs : -1))).toEqual(
      Array.from({ length: 199 }, (_, index) => index),
    );
    expect(reading.torn).toBe("line 200 is incomplete");
  });

  test("tells when the disk refused a line", async () => {
    const writer = await JournalWriter.create(root);
    await writer.close();
    writer.append(event);
    await expect(writer.sync()).rejects.toMatchObject({ code: "run-directory" });
  });
});

describe("a file written atomically", () => {
  test("is there whole, with nothing beside it", async () => {
    await writeAtomically(join(root, "a.txt"), "text");
    expect(await readFile(join(root, "a.txt"), "utf8")).toBe("text");
    expect(await readdir(root)).toEqual(["a.txt"]);
  });
});

describe("a result that can't be read", () => {
  test.each([
    ["missing", undefined, /can't be read: no such file/],
    ["not JSON", "{", /is not JSON/],
    ["of another schema", '{"schema":"twinlane/result@99"}', /is not a twinlane\/result@1 document/],
    ["damaged", '{"schema":"twinlane/result@1","method":"guessed"}', /is damaged at method/],
  ])("%s is a user's error", async (_what, text, message) => {
    const file = join(root, "result.json");
    if (text !== undefined) await writeFile(file, text);
    await expect(readResult(file)).rejects.toThrow(message);
  });
});
