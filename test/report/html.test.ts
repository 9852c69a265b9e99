import { describe, expect, test } from "vitest";
import { renderReport } from "../../src/report/html.ts";
import {
  generatorBoundResult,
  hostileResult,
  longResult,
  measuredResult,
  modelledResult,
  noDataResult,
  outageResult,
} from "./fixture-result.ts";

const page = await renderReport(measuredResult({ seconds: 30 }));

describe("the page", () => {
  test("has its sections in the order in which people ask", () => {
    expect([...page.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1])).toEqual([
      "Old and new",
      "Checks",
      "Over time",
      "Response time",
      "Traffic",
      "Resources",
      "Instrument",
      "Growth",
      "Requirements",
      "Run card",
    ]);
  });

  test("says the verdict before anything else", () => {
    expect(page.indexOf('class="state good">PASS')).toBeGreaterThan(0);
    expect(page.indexOf('class="state good">PASS')).toBeLessThan(page.indexOf('class="tiles"'));
    expect(page.indexOf('class="tiles"')).toBeLessThan(page.indexOf("<h2>"));
  });

  test("has a title, a line and a description for each of its figures", () => {
    const figures = page.match(/<figure>/g) ?? [];
    expect(figures).toHaveLength(9);
    expect(page.match(/<figcaption><h3>[^<]+<\/h3><p>[^<]+<\/p><\/figcaption>/g)).toHaveLength(9);
    // Two of them have two panels.
    expect(page.match(/role="img" aria-label="[^"]{20,}"/g)).toHaveLength(11);
  });

  test("is the same, byte for byte, when it is rendered again or beside another", async () => {
    const [again] = await Promise.all([
      renderReport(measuredResult({ seconds: 30 })),
      renderReport(outageResult()),
    ]);
    expect(again).toBe(page);
  });

  test("uses each id once", () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id] of page.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
  });
});

describe("what the page may do", () => {
  test("it runs nothing and fetches nothing", () => {
    expect(page).toContain("default-src &#39;none&#39;");
    expect(page).not.toMatch(
      /<script|<link|<iframe|<object|<embed|<form|@import|src=|href=|javascript:|\son\w+=/i,
    );
    expect(page.match(/url\((?!#)/g)).toBeNull();
    expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:/);
  });

  test("texts that look like markup stay texts", async () => {
    const hostile = await renderReport(hostileResult());
    expect(hostile).not.toMatch(/<script|<img|\son\w+=(?!alert)/i);
    expect(hostile).toContain("&lt;/script&gt;&lt;script&gt;alert(1)");
    expect(hostile).not.toMatch(/<[^>]*onerror/i);
    expect(hostile).toContain("__proto__");
  });
});

describe("the size of the page", () => {
  test("an hour stays under two megabytes", async () => {
    const hour = await renderReport(longResult(3600));
    expect(Buffer.byteLength(hour)).toBeLessThan(2_000_000);
    const day = await renderReport(longResult(86_400));
    expect(Buffer.byteLength(day) / Buffer.byteLength(hour)).toBeLessThan(1.1);
  });

  test("it doesn't grow with the number of requests", async () => {
    const few = await renderReport(measuredResult({ seconds: 20, ratePerSecond: 300 }));
    const many = await renderReport(measuredResult({ seconds: 20, ratePerSecond: 6000 }));
    expect(Buffer.byteLength(many) / Buffer.byteLength(few)).toBeLessThan(1.25);
  });
});

describe("other results", () => {
  test("a modelled one shows growth and its assumptions, and no empty section", async () => {
    const modelled = await renderReport(modelledResult());
    expect([...modelled.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1])).toEqual([
      "Growth",
      "Run card",
    ]);
    expect(modelled).toContain("These figures are calculated, and assume");
    expect(modelled).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("a generator-bound one has its banner above the tiles", async () => {
    const bound = await renderReport(generatorBoundResult());
    expect(bound.indexOf('class="notice bad"')).toBeGreaterThan(0);
    expect(bound.indexOf('class="notice bad"')).toBeLessThan(bound.indexOf('class="tiles"'));
  });

  test.each([measuredResult, outageResult, noDataResult, hostileResult])(
    "%o prints no value that is none",
    async (make) => {
      expect(await renderReport(make())).not.toMatch(/\bNaN\b|>undefined|\bInfinity\b|\[object/);
    },
  );
});
