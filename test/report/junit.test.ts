import { expect, test } from "vitest";
import { renderJunit } from "../../src/report/junit.ts";
import {
  generatorBoundResult,
  hostileResult,
  hostileTexts,
  measuredResult,
  noDataResult,
  outageResult,
} from "./fixture-result.ts";

const measured = measuredResult({ seconds: 5 });

test("one suite for the scenario, one case for each check", () => {
  const xml = renderJunit(measured);
  expect(xml).toContain('<testsuite name="checkout" tests="4" failures="0" errors="0" time="5.000"');
  expect(xml.match(/<testcase /g)).toHaveLength(4);
  expect(xml).not.toMatch(/<failure|<error/);
});

test("a failed check is a failure with its reason", () => {
  const xml = renderJunit(outageResult());
  expect(xml).toContain('failures="2"');
  expect(xml).toContain('<failure type="FAIL" message="6.7 % failed, limit 1 %."/>');
});

test("checks that could not be decided are errors, never passes", () => {
  expect(renderJunit(noDataResult())).toContain('errors="1"');
  expect(renderJunit(generatorBoundResult()).match(/<error type="INCONCLUSIVE"/g)).toHaveLength(4);
});

test("a scenario without checks has its verdict as the only case", () => {
  const xml = renderJunit({ ...measured, verdict: { ...measured.verdict, checks: [] } });
  expect(xml.match(/<testcase /g)).toHaveLength(1);
  expect(xml).toContain('name="verdict"');
});

test("only characters that XML 1.0 allows, and no text that ends its attribute", () => {
  const xml = renderJunit(hostileResult());
  expect(xml.isWellFormed()).toBe(true);
  expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
  expect(xml.match(/<testcase /g)).toHaveLength(hostileTexts.length);
  for (const line of xml.split("\n")) expect((line.match(/"/g) ?? []).length % 2).toBe(0);
});
