import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.ts";
import { writeReports } from "../../src/report/write.ts";
import { measuredResult, noDataResult } from "./fixture-result.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "twinlane-report-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test("leaves the page, its twins and nothing unfinished, and writes the same bytes again", async () => {
  const result = measuredResult({ seconds: 5 });
  const { htmlFile } = await writeReports(directory, result);
  const first = await readFile(htmlFile, "utf8");
  expect((await readdir(directory)).sort()).toEqual([
    "growth.csv",
    "junit.xml",
    "report.html",
    "seconds.csv",
    "summary.md",
  ]);
  await writeReports(directory, result);
  expect(await readFile(htmlFile, "utf8")).toBe(first);
});

test("a directory that isn't there is the user's error, with its path", async () => {
  const missing = join(directory, "missing");
  await expect(writeReports(missing, noDataResult())).rejects.toThrow(UserError);
  await expect(writeReports(missing, noDataResult())).rejects.toThrow(missing);
});
