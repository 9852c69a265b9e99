import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeReports } from "../../src/report/write.ts";
import type { RunResult } from "../../src/result/schema.ts";
import {
  hostileResult,
  measuredResult,
  modelledResult,
  outageResult,
  simulatedResult,
} from "./fixture-result.ts";

const executablePath = "/usr/bin/chromium";
const quietFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Without a browser there is nothing to look with; the page's text is tested elsewhere. */
describe.skipIf(!existsSync(executablePath))(`the page in ${executablePath}`, () => {
  let browser: Browser;
  let directory = "";

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "twinlane-browser-"));
    browser = await chromium.launch({ executablePath, args: quietFlags });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function open(result: RunResult, look: Look): Promise<Seen> {
    const { htmlFile } = await writeReports(directory, result);
    const page = await browser.newPage({
      viewport: { width: look.width, height: 900 },
      colorScheme: look.scheme,
    });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("request", (request) => requests.push(request.url()));
    await page.emulateMedia({ media: look.media ?? "screen", colorScheme: look.scheme });
    await page.goto(`file://${htmlFile}`);
    return { page, complaints, requests };
  }

  test.each([
    { width: 1280, scheme: "light" },
    { width: 1280, scheme: "dark" },
    { width: 400, scheme: "light" },
    { width: 700, scheme: "dark", media: "print" },
  ] as const)("shows every figure, fetches nothing, complains of nothing: %o", async (look) => {
    const { page, complaints, requests } = await open(outageResult(), look);
    expect(complaints).toEqual([]);
    expect(requests).toHaveLength(1);
    const figures = await page.locator(".panel svg:visible").evaluateAll(sizesOf);
    expect(figures).toHaveLength(11);
    for (const { width, height, marks } of figures) {
      expect(Math.min(width, height)).toBeGreaterThan(50);
      expect(marks).toBeGreaterThan(0);
    }
    expect(await page.evaluate<number>(pageWidth)).toBeLessThanOrEqual(look.width);
    await page.close();
  });

  test.each([measuredResult({ seconds: 10 }), outageResult(), modelledResult(), simulatedResult()])(
    "cuts no table off on a usual screen",
    async (result) => {
      const { page } = await open(result, { width: 1280, scheme: "light" });
      const widths = await page.locator(".scroll:visible").evaluateAll(widthsOf);
      expect(widths.length).toBeGreaterThan(0);
      for (const { table, room } of widths) expect(table).toBeLessThanOrEqual(room);
      await page.close();
    },
  );

  test("old beside new needs no scrolling on a telephone", async () => {
    const { page } = await open(outageResult(), { width: 400, scheme: "light" });
    const [first] = await page.locator(".scroll:visible").evaluateAll(widthsOf);
    expect(first?.table).toBeLessThanOrEqual(first?.room ?? 0);
    await page.close();
  });

  test.each(["light", "dark"] as const)("its text stands out from the paper in %s", async (scheme) => {
    const { page } = await open(measuredResult({ seconds: 10 }), { width: 1280, scheme });
    const shades = await page.evaluate<Shades>(inkAndPaper);
    expect(contrast(shades.ink, shades.paper)).toBeGreaterThan(7);
    expect(contrast(shades.muted, shades.paper)).toBeGreaterThan(4.5);
    expect(luminance(shades.paper) > 0.5).toBe(scheme === "light");
    await page.close();
  });

  test("is dark on light on paper, whatever the screen", async () => {
    const { page } = await open(measuredResult({ seconds: 10 }), {
      width: 700,
      scheme: "dark",
      media: "print",
    });
    const { paper } = await page.evaluate<Shades>(inkAndPaper);
    expect(luminance(paper)).toBeGreaterThan(0.9);
    await page.close();
  });

  test("texts of a hostile result run nothing and make no element", async () => {
    const { page, complaints, requests } = await open(hostileResult(), { width: 1280, scheme: "light" });
    expect(complaints).toEqual([]);
    expect(requests).toHaveLength(1);
    expect(await page.locator("script, img, iframe, a, form, [onerror]").count()).toBe(0);
    expect(await page.locator("h1").textContent()).toContain("<img src=x onerror=alert(1)>");
    await page.close();
  });

  test("a modelled result has its growth chart alone", async () => {
    const { page, complaints } = await open(modelledResult(), { width: 1280, scheme: "light" });
    expect(complaints).toEqual([]);
    expect(await page.locator("figure").count()).toBe(1);
    await page.close();
  });
});

type Look = {
  readonly width: number;
  readonly scheme: "light" | "dark";
  readonly media?: "screen" | "print";
};
type Seen = { readonly page: Page; readonly complaints: string[]; readonly requests: string[] };

// These run in the page. They are texts because the project's own code is typed without a browser's globals.
const pageWidth = "document.documentElement.scrollWidth";
const sizesOf = (elements: unknown[]): { width: number; height: number; marks: number }[] =>
  (
    elements as {
      getBoundingClientRect(): { width: number; height: number };
      querySelectorAll(of: string): { length: number };
    }[]
  ).map((element) => {
    const { width, height } = element.getBoundingClientRect();
    return { width, height, marks: element.querySelectorAll("path[stroke], path[fill]").length };
  });
const widthsOf = (elements: unknown[]): { table: number; room: number }[] =>
  (elements as { scrollWidth: number; clientWidth: number }[]).map((element) => ({
    table: element.scrollWidth,
    room: element.clientWidth,
  }));
const inkAndPaper = `(() => {
  const colour = (selector, property) =>
    getComputedStyle(document.querySelector(selector))[property].match(/\\d+/g).map(Number);
  return { ink: colour("h1", "color"), muted: colour(".tiles dt", "color"), paper: colour("body", "backgroundColor") };
})()`;
type Shades = { readonly ink: number[]; readonly muted: number[]; readonly paper: number[] };

/** Source: WCAG 2.2, contrast ratio. */
function contrast(left: readonly number[], right: readonly number[]): number {
  const [high = 0, low = 0] = [luminance(left), luminance(right)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

function luminance(rgb: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
