import { describe, expect, test } from "vitest";
import { type SweepChart, whatIfSvg } from "../../../src/report/charts/what-if.ts";

const lines: SweepChart = {
  kind: "lines",
  xTitle: "users",
  yTitle: "servers of both versions",
  lineTitle: "split.new",
  points: [100, 10_000, 1_000_000].flatMap((x) => [
    { x, y: x / 1000 + 2, line: "0.1" },
    { x, y: x / 500 + 2, line: "0.5" },
  ]),
};

describe("a chart of a what-if", () => {
  test("stands alone: written-out colours and font, white paper, nothing that is fetched or run", async () => {
    const svg = await whatIfSvg(lines);
    expect(svg.startsWith("<svg")).toBe(true);
    expect(svg).not.toContain("var(");
    expect(svg).not.toContain("inherit");
    expect(svg).not.toMatch(/<script|href=/);
    expect(svg).toContain('fill="white"');
  });

  test("names its axes and its lines", async () => {
    const svg = await whatIfSvg(lines);
    for (const text of ["users", "servers of both versions", "split.new", ">0.1<", ">0.5<", ">10k<"]) {
      expect(svg).toContain(text);
    }
  });

  test("is the same, byte for byte, for the same points", async () => {
    expect(await whatIfSvg(lines)).toBe(await whatIfSvg(lines));
  });

  test("has a bar for each input of a tornado", async () => {
    const bars = [
      { input: "workload.peakFactor", from: 2, to: 900 },
      { input: "users", from: 2, to: 600 },
    ];
    const svg = await whatIfSvg({ kind: "bars", xTitle: "servers", bars });
    expect(svg).toContain("workload.peakFactor");
    expect(svg.match(/aria-roledescription="bar"/g)).toHaveLength(2);
  });

  test("draws no markup from a name", async () => {
    const svg = await whatIfSvg({ ...lines, xTitle: "<script>alert(1)</script>" });
    expect(svg).not.toContain("<script>");
  });
});
