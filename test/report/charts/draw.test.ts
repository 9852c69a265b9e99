import { describe, expect, test } from "vitest";
import { logTicks } from "../../../src/report/charts/axes.ts";
import { drawSvg } from "../../../src/report/charts/draw.ts";
import { latencySpec } from "../../../src/report/charts/latency.ts";
import { drawFigures } from "../../../src/report/charts/panels.ts";
import { reportView } from "../../../src/report/view.ts";
import { hostileResult, hostileTexts, measuredResult } from "../fixture-result.ts";

const size = { widthPixels: 400, heightPixels: 200, isNarrow: true };
const timeline = { startSecond: 0, endSecond: 10, warmUp: undefined, doubtful: [], events: [] };

describe("a drawing", () => {
  test("loads nothing, even where a specification asks for it", async () => {
    const spec = { data: { url: "http://127.0.0.1:9/data.json" }, mark: "point" as const, encoding: {} };
    const svg = await drawSvg(spec, { name: "x", size });
    expect(svg).toContain("<svg");
    expect(svg).not.toContain("127.0.0.1");
  });

  test("is the same when others are drawn meanwhile", async () => {
    const { figures } = reportView(measuredResult({ seconds: 5 }));
    const [left, right] = await Promise.all([drawFigures(figures), drawFigures(figures)]);
    expect(left).toEqual(right);
  });

  test("holds no text of the result", async () => {
    const drawn = JSON.stringify(await drawFigures(reportView(hostileResult()).figures));
    for (const text of hostileTexts) if (text.length > 4) expect(drawn).not.toContain(text);
    expect(drawn).not.toContain("alert");
  });

  test("takes its colours from the page, with one for use outside of it", async () => {
    const drawn = await drawFigures(reportView(measuredResult({ seconds: 5 })).figures);
    expect(drawn.latency[0]?.wideSvg).toContain('stroke="var(--old, #0072B2)"');
    expect(drawn.latency[0]?.wideSvg).not.toMatch(/fill="(white|#fff)/);
  });

  test("of times of zero on a logarithmic axis has no place that is no number", async () => {
    const points = [0, 10, 5000].map((ms, second) => ({
      second,
      version: "old" as const,
      line: "median" as const,
      ms,
    }));
    const svg = await drawSvg(latencySpec({ timeline, points, notMet: [], scale: "log" }, size), {
      name: "x",
      size,
    });
    expect(svg).not.toMatch(/NaN|Infinity/);
    expect(svg).toContain("var(--old");
  });
});

test.each([
  [1, 1000, [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]],
  [1, 100_000, [1, 10, 100, 1000, 10_000, 100_000]],
  [0.02, 0.5, [0.02, 0.05, 0.1, 0.2, 0.5]],
])("a logarithmic axis from %d to %d has ticks at %j", (low, high, expected) => {
  expect(logTicks(low, high)).toEqual(expected);
});
