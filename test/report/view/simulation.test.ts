import { describe, expect, test } from "vitest";
import { renderReport } from "../../../src/report/html.ts";
import { renderMarkdown } from "../../../src/report/markdown.ts";
import { renderRunSummary } from "../../../src/report/text/run-summary.ts";
import { reportView } from "../../../src/report/view.ts";
import type { RunResult } from "../../../src/result/schema.ts";
import { hostileTexts, measuredResult, modelledResult, simulatedResult } from "../fixture-result.ts";

const simulated = simulatedResult();
const view = reportView(simulated);

function rowOf(title: string): string[] | undefined {
  return view.simulation?.estimates?.rows
    .find(({ cells }) => cells[0]?.text === title)
    ?.cells.map(({ text }) => text);
}

function doubted(reasons: string[], overloads: NonNullable<RunResult["simulation"]>["overloads"]): RunResult {
  const { simulation } = simulated;
  return {
    ...simulated,
    validity: { state: "TAINTED", reasons },
    ...(simulation && { simulation: { ...simulation, overloads } }),
  };
}

describe("estimates of a simulation", () => {
  test.each([
    ["p99 response time", "79 ms [77.4 ms, 80.6 ms]", "60 ms [58.8 ms, 61.2 ms]", "−19 ms [−20 ms, −18 ms]"],
    ["p99.9 response time", "136 ms [133 ms, 139 ms]", "–", ""],
    ["throughput", "180/s [176.4/s, 183.6/s]", "20/s [19.6/s, 20.4/s]", ""],
    ["error rate", "–", "0 %", ""],
  ])("%s: %s, %s, and a difference only where it says something: %j", (title, old, fresh, difference) => {
    expect(rowOf(title)).toEqual([title, old, fresh, difference]);
  });

  test("have rows for what was estimated alone", () => {
    expect(view.simulation?.estimates?.rows).toHaveLength(4);
  });

  test("say how they were come by, and how sure they are", () => {
    expect(view.simulation?.sentences).toEqual([
      "10 replications, each with a seed of its own, event by event, 144,873 events.",
      "The system settles after 400 ms; the warm-up, which counts nowhere, takes 3 s.",
      "The 95 % intervals are as narrow as asked for: ±2 % of the mean and ±5 % of the p99.",
    ]);
  });
});

describe("a simulation that is played once", () => {
  const { simulation } = simulated;
  const once = reportView({
    ...simulated,
    ...(simulation && { simulation: { ...simulation, replications: 1 } }),
  });

  test("promises no interval, once and not twice", () => {
    expect(once.simulation?.sentences).toEqual([
      "1 replication, event by event, 144,873 events.",
      "The system settles after 400 ms; the warm-up, which counts nowhere, takes 3 s.",
      "One replication has no interval.",
    ]);
    expect(once.simulation?.estimates?.notes).toEqual([]);
  });
});

describe("autoscaled servers", () => {
  const changes = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      atMs: 15_000 * index - 10_000,
      wanted: index + 5,
      ready: 4,
    }));
  const scaledBy = (count: number): RunResult => {
    const { simulation } = simulated;
    const report = { meanServers: 9.79, fewest: 4, most: 16, costPerHour: 0.979, steps: changes(count) };
    return { ...simulated, ...(simulation && { simulation: { ...simulation, scaling: { new: report } } }) };
  };

  test("stand change by change, from the warm-up on, with their mean and cost", () => {
    const { scaling } = reportView(scaledBy(2)).simulation ?? {};
    expect(scaling?.rows.map(({ cells }) => cells.slice(1).map(({ text }) => text))).toEqual([
      ["−10.0 s", "4", "5"],
      ["5.0 s", "4", "6"],
    ]);
    expect(scaling?.notes[0]).toContain("9.79 servers on average, 4 to 16, at a cost of 0.98 per hour.");
  });

  test("are a dozen changes at most, and the rest is counted", () => {
    const { scaling } = reportView(scaledBy(40)).simulation ?? {};
    expect(scaling?.rows).toHaveLength(12);
    expect(scaling?.notes[0]).toContain("28 more changes");
  });

  test("are on the page and in Markdown, and only where there is an autoscaler", async () => {
    for (const render of [renderReport, renderMarkdown]) {
      expect(await render(scaledBy(2))).toContain("Autoscaled servers");
      expect(await render(simulated)).not.toContain("Autoscaled servers");
    }
  });
});

test("rates over time are those of one replication, as in the table above them", () => {
  const points = view.figures.rates?.data.points.filter(
    ({ version, second }) => version === "old" && second >= 0,
  );
  const mean = (points ?? []).reduce((sum, { offered }) => sum + offered, 0) / (points?.length ?? 0);
  expect(mean / simulated.totals.versions.old.offeredPerSecond).toBeCloseTo(1, 1);
});

describe("what is not measured says so", () => {
  test.each([
    [simulated, "Simulated, not measured"],
    [modelledResult(), "Calculated, not measured"],
  ])("on the page, in Markdown and in the terminal", async (result, words) => {
    expect((await renderReport(result)).split("<h1>")[0]).toContain(words);
    expect(renderMarkdown(result).split("\n## ")[0]).toContain(words);
    expect(renderRunSummary(result, { colour: false, widthColumns: 100 }).split("\n")[1]).toBe(`  ${words}.`);
  });

  test("and a measured result does not", async () => {
    expect(await renderReport(measuredResult({ seconds: 5 }))).not.toContain("not measured</span>");
  });
});

describe("doubts about a simulation", () => {
  test("an overload is no matter of a generator or of moments", () => {
    const overload = { resource: "old slots", utilisation: 2.5, excessPerSecond: 300 };
    const [notice, ...others] = reportView(
      doubted(["old slots: 2 times the work that can be done."], [overload]),
    ).notices;
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ tone: "bad", title: "More work is offered than can be done" });
    expect(JSON.stringify(notice)).not.toMatch(/tainted|generator|moments/i);
  });

  test("anything else is to be read with care, in its own words alone", () => {
    expect(reportView(doubted(["The intervals are wider than asked for."], [])).notices).toEqual([
      { tone: "unsure", title: "To be read with care", lines: ["The intervals are wider than asked for."] },
    ]);
  });

  test("one that was stopped was not measured until then", () => {
    const stopped = reportView({
      ...simulated,
      completeness: { state: "partial", reason: "stopped by SIGINT" },
    });
    expect(stopped.notices[0]?.title).toBe("Partial simulation");
    expect(JSON.stringify(stopped.notices)).not.toContain("was measured");
  });
});

describe("the page of a simulation", () => {
  test("has its assumptions once, right under its figures, and no instrument", async () => {
    const page = await renderReport(simulated);
    const headings = [...page.matchAll(/<h2>([^<]+)<\/h2>/g)].map((match) => match[1]);
    expect(headings.slice(0, 3)).toEqual(["Old and new", "Simulation", "Checks"]);
    expect(headings).not.toContain("Instrument");
    expect(page.split("The splitter takes no time")).toHaveLength(2);
    expect(page.indexOf("The splitter takes no time")).toBeLessThan(page.indexOf("<h2>Checks"));
    expect(page).not.toMatch(/counts from the moment|Measured for|idle process/);
  });

  test("says whose events it lists", async () => {
    const events = [{ atMs: 2000, kind: "split", message: "10 % to new" }];
    expect(await renderReport({ ...simulated, events })).toContain("those of the first replication");
  });

  test("has servers by simulation only where they were asked for", () => {
    expect(view.simulation?.growth).toBeUndefined();
    const growth = [
      {
        users: 1_000_000,
        peakRatePerSecond: 20_000,
        versions: { old: { servers: 1234, cellServers: 6, p99Ms: { mean: 80, low: 79, high: 81 } } },
      },
    ];
    const sized = {
      ...simulated,
      ...(simulated.simulation && { simulation: { ...simulated.simulation, growth } }),
    };
    expect(reportView(sized).simulation?.growth?.rows[0]?.cells.map(({ text }) => text)).toEqual([
      "1,000,000",
      "20,000/s",
      "1,234",
      "80 ms [79 ms, 81 ms]",
      "–",
      "",
    ]);
  });

  test("shows hostile texts as texts", async () => {
    const page = await renderReport({
      ...doubted([...hostileTexts], []),
      assumptions: [...hostileTexts],
      scenario: { ...simulated.scenario, labels: { old: hostileTexts[0], new: hostileTexts[1] } },
    });
    expect(page).not.toMatch(/<script|<img|[\u001b\u202e]/);
  });
});
