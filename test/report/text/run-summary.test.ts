import { expect, test } from "vitest";
import { visibleWidth } from "../../../src/report/text/paint.ts";
import { renderRunSummary } from "../../../src/report/text/run-summary.ts";
import {
  generatorBoundResult,
  hostileResult,
  measuredResult,
  modelledResult,
  noDataResult,
  outageResult,
} from "../fixture-result.ts";

const plain = { colour: false, widthColumns: 100 };
const measured = measuredResult({ seconds: 10 });

test("the verdict is the first line", () => {
  expect(renderRunSummary(outageResult(), plain).split("\n")[0]).toBe(
    "FAIL  new may not take 10 %: 6.7 % of its requests failed, limit 1 %.",
  );
});

test("figures of a version stand under its name, in line", () => {
  const lines = renderRunSummary(measured, plain).split("\n");
  const head = lines.find((line) => line.includes("old · checkout 1.4")) ?? "";
  const rows = lines.filter((line) =>
    /^ {2}(offered(?! rate)|completed|p50 response time|memory, highest) /.test(line),
  );
  const end = visibleWidth(head.slice(0, head.indexOf("checkout 1.4") + "checkout 1.4".length));
  expect(rows).toHaveLength(4);
  for (const row of rows) expect([...row].slice(0, end).join("")).toMatch(/\S$/);
});

test("shows the growth table with servers, what sets them and the first bottleneck", () => {
  const text = renderRunSummary(measured, plain);
  expect(text).toMatch(/Users +Peak rate +Old +New +Servers +Set by +First bottleneck/);
  expect(text).toMatch(/100,000,000 +57,870\/s +16,667 +16,667 +33,334 +connections +database/);
  expect(text).toContain("first bottleneck  database, full at 210,000 users");
});

test("tells checks that did not pass with their reasons, and counts the others", () => {
  const text = renderRunSummary(outageResult(), plain);
  expect(text).toContain("2 of 4 checks passed");
  expect(text).toContain("FAIL  new: errorRate ≤ 1 % · gate: 6.7 % failed, limit 1 %.");
});

test("a check's reason that the verdict tells isn't told again", () => {
  const failed = outageResult();
  const reason = "rolled back: 2 bad seconds of new in a row";
  const checks = failed.verdict.checks.map((check) =>
    check.state === "FAIL" ? { ...check, name: "the ramp", kind: "rollout", reason } : check,
  );
  const verdict = {
    ...failed.verdict,
    checks,
    sentence: `The ramp was ${reason}.`,
    reasons: [`the ramp: ${reason}`],
  };
  const text = renderRunSummary({ ...failed, verdict }, { colour: false, widthColumns: 200 });
  expect(text.match(/2 bad seconds of new in a row/g)).toHaveLength(1);
  expect(text).toMatch(/^ {2}FAIL {2}the ramp · rollout$/m);
});

test("has a line for the split, for the mirror and for each event", () => {
  const text = renderRunSummary(outageResult(), plain);
  expect(text).toMatch(/ {2}split {3}10 % to new configured, [\d.]+ % realised/);
  expect(text).toMatch(/ {2}mirror {2}64,000 requests copied to new: [\d,]+ answered, errors included, /);
  expect(text).toContain("20.9 s  unhealthy · new  3 health checks in a row failed: refused");
});

test.each([80, 100, 200])("tables keep within %i columns or turn into blocks", (widthColumns) => {
  const tables = renderRunSummary(measured, { colour: false, widthColumns })
    .split("\n\n")
    .filter((block) => block.includes("checkout 1.4") || block.includes("Peak rate"));
  expect(tables).toHaveLength(2);
  for (const line of tables.join("\n").split("\n"))
    expect(visibleWidth(line)).toBeLessThanOrEqual(widthColumns);
});

test.each([80, 120])("no line is wider than a terminal of %i columns", (widthColumns) => {
  for (const result of [generatorBoundResult(), outageResult(), modelledResult()]) {
    const lines = renderRunSummary(result, { colour: false, widthColumns }).split("\n");
    for (const line of lines) expect(visibleWidth(line)).toBeLessThanOrEqual(widthColumns);
  }
});

test("80 columns show old beside new and the growth table as tables, without what can be spared", () => {
  const text = renderRunSummary(measured, { colour: false, widthColumns: 80 });
  expect(text).toMatch(/ {2}p99 response time +\S+ ms +\S+ ms/);
  expect(text).toMatch(/Users +Peak rate +Servers +Set by +First bottleneck/);
});

test("a narrow terminal gets each row as a block, with every figure whole", () => {
  const text = renderRunSummary(measured, { colour: false, widthColumns: 40 });
  expect(text).toMatch(/Users 100,000,000\n +Peak rate +57,870\/s\n/);
});

test("colours only when asked, and says the same with them", () => {
  const coloured = renderRunSummary(outageResult(), { ...plain, colour: true });
  expect(coloured).toContain("\u001b[");
  expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(renderRunSummary(outageResult(), plain));
});

test("sends no control sequence of a hostile result to the terminal", () => {
  expect(renderRunSummary(hostileResult(), plain)).not.toMatch(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
  );
});

test("a generator-bound run is told so before its figures", () => {
  const text = renderRunSummary(generatorBoundResult(), plain);
  expect(text.indexOf("Generator-bound")).toBeGreaterThan(0);
  expect(text.indexOf("Generator-bound")).toBeLessThan(text.indexOf("offered"));
});

test("a modelled result is its growth, one without data its verdict and the checks left open", () => {
  expect(renderRunSummary(modelledResult(), plain)).not.toContain("offered");
  expect(renderRunSummary(noDataResult(), plain)).toBe(
    "NO DATA  No request came due, so there is nothing to judge.\n\n" +
      "  0 of 1 checks passed\n  NO DATA  new: responseTime.p99 ≤ 200 ms · slo: No requests reached new.\n",
  );
});
