import { describe, expect, test } from "vitest";
import { renderReport } from "../../../src/report/html.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { reportView } from "../../../src/report/view.ts";
import type { Bottleneck, RunResult } from "../../../src/result/schema.ts";
import { modelledResult } from "../fixture-result.ts";

const modelled = modelledResult();

function chainOf(bottlenecks: Bottleneck[], change: Partial<RunResult> = {}) {
  return reportView({ ...modelled, bottlenecks, ...change }).bottlenecks;
}

function bottleneck(
  resource: string,
  atUsers: number | undefined,
  more: Partial<Bottleneck> = {},
): Bottleneck {
  return {
    resource,
    reason: "1 of 2 servers are needed",
    remedy: "Add a server",
    ...(atUsers !== undefined && { atUsers }),
    ...more,
  };
}

describe("the chain of bottlenecks", () => {
  test("says for how many users everything is sized", () => {
    expect(chainOf([bottleneck("connections", 3000)])?.basis).toContain("as sized for 10,000 users");
  });

  test.each([
    { given: { movesToUsers: 4500 }, expected: "Add a server; it is full at 4,500 users then." },
    { given: {}, expected: "Add a server." },
    { given: { remedy: "Add a read replica." }, expected: "Add a read replica." },
  ])("says what helps, and by how much where the result knows: $expected", ({ given, expected }) => {
    expect(chainOf([bottleneck("connections", 3000, given)])?.links[0]?.remedy).toBe(expected);
  });

  test("tells a remedy once", () => {
    const links = chainOf([
      bottleneck("connections", 3000, { movesToUsers: 4500 }),
      bottleneck("database", 4000, { remedy: "Shard it" }),
      bottleneck("CPU", 5000, { movesToUsers: 7500 }),
      bottleneck("network", 6000),
    ])?.links;
    expect(links?.map(({ remedy }) => remedy)).toEqual([
      "Add a server; it is full at 4,500 users then.",
      "Shard it.",
      "As for connections; it is full at 7,500 users then.",
      "As for connections.",
    ]);
  });

  test("keeps what fills only beyond the largest user count to a sentence", () => {
    const chain = chainOf([
      bottleneck("connections", 3000),
      bottleneck("CPU", 200_000_000),
      bottleneck("network", 5_000_000_000),
    ]);
    expect(chain?.links.map(({ resource }) => resource)).toEqual(["connections"]);
    expect(chain?.beyond).toBe(
      "Full only beyond 100,000,000 users: CPU (200,000,000), network (5,000,000,000).",
    );
  });

  test("shows the first one wherever it lies, and all without a growth table", () => {
    expect(chainOf([bottleneck("CPU", 5e9)])?.links).toHaveLength(1);
    const all = chainOf([bottleneck("CPU", 5e9), bottleneck("network", 6e9)], { growth: [] });
    expect([all?.links.length, all?.beyond]).toEqual([2, undefined]);
  });

  test("has no user count where nothing limits it, and is absent where there is none", () => {
    expect(chainOf([bottleneck("network", undefined)])?.links[0]?.at).toBe("");
    expect(chainOf([])).toBeUndefined();
  });
});

test("page and Markdown tell the same chain", async () => {
  const result = {
    ...modelled,
    bottlenecks: [bottleneck("connections", 3000), bottleneck("CPU", 200_000_000)],
  };
  for (const text of [await renderReport(result), renderMarkdown(result)]) {
    for (const words of ["as sized for 10,000 users", "full at 3,000 users", "Full only beyond"])
      expect(text).toContain(words);
  }
});

describe("the growth table", () => {
  const titlesOf = (result: RunResult) => reportView(result).growth?.columns.map(({ title }) => title) ?? [];

  test("has no second column for the same figures", () => {
    const growth = modelled.growth.map((row) => ({
      ...row,
      averageRatePerSecond: row.peakRatePerSecond,
      concurrentUsers: row.users,
    }));
    expect(titlesOf(modelled)).toEqual(expect.arrayContaining(["Average rate", "Users at once"]));
    expect(titlesOf({ ...modelled, growth })).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/Average rate|Users at once/)]),
    );
  });

  test("and the tiles have the cost where there is one", () => {
    const growth = modelled.growth.map((row) => ({ ...row, costPerHour: 1234.5 }));
    expect(titlesOf({ ...modelled, growth })).toContain("Cost per hour");
    expect(reportView({ ...modelled, growth }).tiles[0]?.note).toMatch(
      /^1,234\.50 per hour; first bottleneck/,
    );
    expect(reportView(modelled).tiles[0]?.note).toMatch(/^first bottleneck/);
  });
});
