import { expect, test } from "vitest";
import { renderGrowthCsv, renderSecondsCsv } from "../../src/report/csv.ts";
import { hostileResult, measuredResult } from "./fixture-result.ts";

const measured = measuredResult({ seconds: 5, warmUpSeconds: 1 });

test("a row for each second and version, the warm-up before second 0", () => {
  const lines = renderSecondsCsv(measured).split("\r\n");
  expect(lines[0]).toBe(
    "second,stage,version,scheduled,completed,failed,timedOut,notSent,p50Ms,p90Ms,p99Ms,maxMs",
  );
  expect(lines).toHaveLength(1 + 6 * 2 + 1);
  expect(lines[1]).toMatch(/^-1,warm-up,old,\d+,/);
});

test("a percentile with too few samples is empty, one that was not met says so", () => {
  const [first] = measured.seconds;
  const old = { scheduled: 3, completed: 0, failed: 0, timedOut: 0, notSent: 3, p50Ms: null };
  const csv = renderSecondsCsv({ ...measured, seconds: first ? [{ ...first, versions: { old } }] : [] });
  expect(csv.split("\r\n")[1]).toBe("-1,warm-up,old,3,0,0,0,3,not met,,,");
});

test("negative seconds stay numbers, texts that a spreadsheet would run do not", () => {
  expect(renderSecondsCsv(measured)).toContain("\r\n-1,");
  const [row] = measured.growth;
  const growth = row ? [{ ...row, firstBottleneck: '=HYPERLINK("x"),1' }] : [];
  expect(renderGrowthCsv({ ...measured, growth })).toContain(`"'=HYPERLINK(""x""),1"`);
});

test("no hostile name breaks a row", () => {
  const result = hostileResult();
  const lines = renderSecondsCsv(result).trim().split("\r\n");
  expect(lines).toHaveLength(1 + result.seconds.length * 2);
  expect(renderGrowthCsv(result).trim().split("\r\n")).toHaveLength(5);
});
