import { expect, test } from "vitest";
import { maxMarkdownBytes, renderMarkdown } from "../../src/report/markdown.ts";
import { hostileResult, measuredResult, modelledResult, outageResult } from "./fixture-result.ts";

const measured = measuredResult({ seconds: 10 });

test("the verdict is its heading, tables and balance follow", () => {
  const text = renderMarkdown(outageResult());
  expect(text.startsWith("# FAIL: new may not take 10 %")).toBe(true);
  expect([...text.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual([
    "Versions",
    "Checks",
    "Traffic",
    "What went wrong",
    "Instrument",
    "Growth",
    "Bottlenecks, the first one first",
    "Assumptions",
  ]);
});

test("every row of a table has as many cells as its head", () => {
  for (const result of [measured, hostileResult()]) {
    const tables = renderMarkdown(result)
      .split("\n\n")
      .filter((block) => block.startsWith("|"));
    expect(tables.length).toBeGreaterThanOrEqual(3);
    for (const table of tables) {
      expect(
        new Set(
          table
            .trim()
            .split("\n")
            .map((line) => line.split("|").length),
        ).size,
      ).toBe(1);
    }
  }
});

test("texts are never markup", () => {
  const text = renderMarkdown(hostileResult());
  expect(text).not.toMatch(/<script|<img|\]\(|`/);
  expect(text).toContain("&lt;img src=x onerror=alert(1)&gt;");
});

test("a modelled result leaves out what it can't know", () => {
  const text = renderMarkdown(modelledResult());
  expect(text).not.toContain("## Versions");
  expect(text).toContain("## Growth");
});

test("a summary with thousands of checks is cut at a line and says so", () => {
  const check = { kind: "gate", name: "new: errorRate", state: "PASS" as const, reason: "ü".repeat(200) };
  const checks = Array.from({ length: 2000 }, () => check);
  const text = renderMarkdown({ ...measured, verdict: { ...measured.verdict, checks } });
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxMarkdownBytes);
  expect(text).toMatch(/\|\n\nCut here; report\.html beside this file has the rest\.\n$/);
});
