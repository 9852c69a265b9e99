import { describe, expect, test } from "vitest";
import { type ReportView, reportView } from "../../src/report/view.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { expectedShare } from "../../src/stats/binomial.ts";
import {
  generatorBoundResult,
  hostileResult,
  measuredResult,
  modelledResult,
  noDataResult,
  outageResult,
  overloadedResult,
  partialResult,
} from "./fixture-result.ts";

const measured = measuredResult({ seconds: 30 });
const view = reportView(measured);

/** The texts of the row that starts with `name`. */
function rowOf({ versions }: ReportView, name: string): readonly string[] | undefined {
  return versions?.rows.find(({ cells }) => cells[0]?.text === name)?.cells.map(({ text }) => text);
}

function withNew(result: RunResult, change: Partial<RunResult["totals"]["versions"]["new"]>): RunResult {
  const { totals } = result;
  const versions = { ...totals.versions, new: { ...totals.versions.new, ...change } };
  return { ...result, totals: { ...totals, versions } };
}

describe("a measured run", () => {
  test("gives every part of the report", () => {
    expect(view.verdict).toMatchObject({ state: "PASS", tone: "good" });
    expect(view.notices).toEqual([]);
    expect(view.checks?.rows).toHaveLength(measured.verdict.checks.length);
    expect(Object.values(view.figures).every((figure) => figure !== undefined)).toBe(true);
    expect(view.growth?.rows).toHaveLength(4);
    expect(view.bottlenecks?.links[0]).toMatchObject({
      resource: "database",
      at: "full at 210,000 users, 1,000/s",
    });
    expect(view.runCard.find(({ title }) => title === "Seed")?.text).toBe("42");
  });

  test("shows old beside new under their labels", () => {
    expect(view.versions?.columns.map(({ title }) => title)).toEqual([
      "",
      "old · checkout 1.4",
      "new · checkout 2.0",
      "new against old",
    ]);
    const { old, new: fresh } = measured.totals.versions;
    expect(rowOf(view, "offered")).toEqual([
      "offered",
      old.scheduled.toLocaleString("en-US"),
      fresh.scheduled.toLocaleString("en-US"),
      "",
    ]);
    expect(rowOf(view, "p99 response time")?.[1]).toBe(
      `${Number(old.responseTimeMs.p99?.toPrecision(3))} ms`,
    );
  });

  test("prints the balance of each version and of both, and it balances", () => {
    expect(view.ledger).toHaveLength(3);
    expect(view.ledger.every(({ balanced, equation }) => balanced && equation.includes(" = "))).toBe(true);
  });

  test("says plainly where the balance is off", () => {
    const off = reportView(withNew(measured, { failed: 1_000_000 }));
    expect(off.ledger.map(({ balanced }) => balanced)).toEqual([true, false, false]);
    expect(off.ledger[1]?.equation).toContain(" ≠ ");
  });

  test("has a p99 for each version among its tiles, at most six of them", () => {
    expect(view.tiles.map(({ title }) => title).slice(0, 2)).toEqual([
      "p99 response time, old",
      "p99 response time, new",
    ]);
    expect(view.tiles.length).toBeLessThanOrEqual(6);
  });

  test("takes the percentile curve from the same histograms as the table", () => {
    const p99 = view.figures.spectrum?.table?.rows.find(({ cells }) => cells[0]?.text === "p99")?.cells;
    expect([p99?.[1]?.text, p99?.[3]?.text]).toEqual(rowOf(view, "p99 response time")?.slice(1, 3));
  });

  test("never draws a percentile above the longest time", () => {
    for (const { version, ms } of view.figures.spectrum?.data.points ?? []) {
      expect(ms).toBeLessThanOrEqual(measured.totals.versions[version].responseTimeMs.max ?? 0);
    }
  });

  test("draws means of parts that add up to the mean response time of what was answered", () => {
    const pieces = view.figures.budget?.data.pieces.filter(({ version }) => version === "old") ?? [];
    const sumMs = pieces.reduce((total, { ms }) => total + ms, 0);
    expect(sumMs / (measured.totals.versions.old.responseTimeMs.mean ?? 0)).toBeCloseTo(1, 2);
  });

  test("sets CPU against the requests that it went into, copies among them, and claims no difference", () => {
    const cpu = rowOf(view, "CPU per request");
    // 0.46 cores for about 1,080 requests a second, 0.07 for about 120.
    expect(Number.parseFloat(cpu?.[1] ?? "")).toBeCloseTo(425, -2);
    expect(Number.parseFloat(cpu?.[2] ?? "")).toBeCloseTo(590, -2);
    expect(cpu?.[3]).toBe("");
    const counts = { answered: 30 * 1200, failed: 0, timedOut: 0, dropped: 0, tooLarge: 0 };
    const mirrored = reportView({ ...measured, mirror: { to: "new", copied: 30 * 1200, ...counts } });
    expect(Number.parseFloat(rowOf(mirrored, "CPU per request")?.[2] ?? "")).toBeCloseTo(53, -1);
  });

  test("can't be changed", () => {
    expect(Object.isFrozen(view) && Object.isFrozen(view.figures.latency?.data.points)).toBe(true);
  });
});

describe("percentiles that are no numbers", () => {
  test("one that was not met is said so, and has no difference", () => {
    const result = withNew(measured, {
      responseTimeMs: { ...measured.totals.versions.new.responseTimeMs, p99: null },
    });
    expect(rowOf(reportView(result), "p99 response time")?.slice(2)).toEqual(["not met", ""]);
    expect(reportView(result).tiles[1]).toMatchObject({ value: "not met", tone: "bad" });
  });

  test("seconds in which one was not met break the line and have a mark of their own", () => {
    const { latency, spectrum } = reportView(overloadedResult()).figures;
    expect(latency?.data.notMet.map(({ version }) => version)).toEqual(Array(10).fill("new"));
    expect(latency?.data.notMet[0]?.second).toBe(10.5);
    expect(latency?.legend.at(-1)?.mark).toBe("triangle");
    const tails =
      spectrum?.data.points.filter(({ version }) => version === "new").map(({ tail }) => tail) ?? [];
    // A fortieth of all its requests was never sent: the curve can't go on beyond p97.5.
    expect(Math.max(...tails)).toBeGreaterThan(30);
    expect(Math.max(...tails)).toBeLessThan(45);
  });

  test("one with too few samples says how many there are and how many it takes", () => {
    const cells = rowOf(reportView(partialResult()), "p99 response time");
    expect(cells?.[2]).toMatch(/^too few samples \(\d+ of 299\)$/);
  });
});

describe("a run that is not valid", () => {
  test.each(["GENERATOR-BOUND", "TAINTED"] as const)(
    "%s: a banner, and no response time as a headline",
    (state) => {
      const result = { ...measured, validity: { state, reasons: ["The pacer was late."] } };
      const { notices, tiles } = reportView(result);
      expect(notices).toHaveLength(1);
      expect(notices[0]?.lines[0]).toBe("The pacer was late.");
      expect(tiles.some(({ title, note }) => /p\d\d/.test(title + note))).toBe(false);
    },
  );

  test("a partial one says until when it was measured", () => {
    expect(reportView(partialResult()).notices[0]).toMatchObject({ title: "Partial run" });
  });

  test("a generator-bound one keeps its verdict's words", () => {
    expect(reportView(generatorBoundResult()).verdict).toMatchObject({
      state: "INCONCLUSIVE",
      tone: "unsure",
    });
  });
});

describe("the share of new over time", () => {
  const shareOf = (users: number) => {
    const { totals, stages } = measured;
    const split = {
      ...totals.split,
      expected: expectedShare(0.1, 1 / (1 / totals.split.requests + 1 / users)),
    };
    const result = {
      ...measured,
      stages: stages.map((stage) => ({ ...stage, split })),
      totals: { ...totals, split },
    };
    return reportView(result).figures.split?.data.points ?? [];
  };

  test("lies in a band that is that of its own number of requests", () => {
    for (const { requests, low, high } of shareOf(1e12)) {
      const expected = expectedShare(0.1, requests);
      expect(low).toBeCloseTo(expected.low, 4);
      expect(high).toBeCloseTo(expected.high, 4);
    }
  });

  test("lies in a band of the users where they are dealt and not the requests", () => {
    for (const { requests, low, high } of shareOf(500)) {
      const expected = expectedShare(0.1, 1 / (1 / requests + 1 / 500));
      expect(low).toBeCloseTo(expected.low, 4);
      expect(high).toBeCloseTo(expected.high, 4);
    }
  });
});

test("a split that sends everything to one version is drawn only where it didn't", () => {
  const split = { ...measured.totals.split, configured: 0 };
  const seconds = measured.seconds.map(({ versions: { new: _, ...rest }, ...second }) => ({
    ...second,
    versions: rest,
  }));
  const result = { ...measured, stages: [], totals: { ...measured.totals, split } };
  expect(reportView({ ...result, seconds }).figures.split).toBeUndefined();
  expect(reportView(result).figures.split).toBeDefined();
});

describe("what a result doesn't hold", () => {
  test("a modelled one has no requests, rates, splits, resources or times, and nothing is made 0 for it", () => {
    const modelled = reportView(modelledResult());
    expect(modelled.versions).toBeUndefined();
    expect(modelled.ledger).toEqual([]);
    expect(modelled.split).toBeUndefined();
    expect(modelled.resources).toBeUndefined();
    expect(modelled.subtitle).toBe("Calculated · 10,000 users");
    const { growth, ...others } = modelled.figures;
    expect(growth).toBeDefined();
    expect(Object.values(others).every((figure) => figure === undefined)).toBe(true);
    expect(modelled.tiles.map(({ title }) => title)).toEqual([
      "Servers for 100 users",
      "Servers for 10,000 users",
      "Servers for 1 M users",
      "Servers for 100 M users",
    ]);
  });

  test("without data there is a verdict and no figure", () => {
    const empty = reportView(noDataResult());
    expect(empty.verdict.state).toBe("NO DATA");
    expect(empty.tiles).toEqual([]);
    expect(Object.values(empty.figures).every((figure) => figure === undefined)).toBe(true);
  });

  test("a growth table without spare servers or cost has no columns for them", () => {
    const growth = measured.growth.map((row) => ({ ...row, servers: { ...row.servers, spare: 0 } }));
    const titles = reportView({ ...measured, growth }).growth?.columns.map(({ title }) => title);
    expect(titles).toContain("Servers in all");
    expect(titles?.some((title) => title.startsWith("Spare") || title.startsWith("Cost"))).toBe(false);
  });
});

describe("what happened on the way", () => {
  const outage = reportView(outageResult());

  test("events are numbered in order of time and stand in the figures under those numbers", () => {
    expect(outage.events.map(({ number, at }) => [number, at])).toEqual([
      [1, "20.0 s"],
      [2, "20.9 s"],
      [3, "24.1 s"],
    ]);
    expect(outage.figures.latency?.data.timeline.events.map(({ number }) => number)).toEqual([1, 2, 3]);
  });

  test("a flood of events is cut, and the cut is told", () => {
    const events = Array.from({ length: 500 }, (_, index) => ({
      atMs: index,
      kind: "unhealthy",
      message: "again",
    }));
    const flooded = reportView({ ...measured, events }).events;
    expect(flooded).toHaveLength(61);
    expect(flooded.at(-1)?.message).toBe("440 more events are in result.json");
  });

  test("failures are told by class, the most frequent first", () => {
    const counts = outage.errors?.rows.map(({ cells }) => Number(cells[2]?.text)) ?? [];
    expect(counts).toEqual(counts.toSorted((left, right) => right - left));
    expect(outage.errors?.rows[0]?.cells[0]?.text).toBe("refused");
  });

  test("a run with values far apart is drawn on a logarithmic axis", () => {
    expect(outage.figures.latency?.data.scale).toBe("log");
    expect(view.figures.latency?.data.scale).toBe("linear");
  });
});

test("resources of a process that was down have a gap, not a line across it", () => {
  const resources = measured.resources.map((process) => ({
    ...process,
    samples: process.samples.filter(({ atMs }) => process.role !== "new" || atMs < 10_000 || atMs >= 20_000),
  }));
  const points = reportView({ ...measured, resources }).figures.resources?.data.cpu ?? [];
  expect(points.filter(({ value }) => value === null)).toEqual([{ second: 10.5, role: "new", value: null }]);
});

test("requests answered by the other version are told beside the split", () => {
  expect(reportView(withNew(measured, { rerouted: 1234 })).split?.text).toMatch(
    /; 1,234 of them were answered by the other version, because theirs was out$/,
  );
});

test("a table that grows with the scenario is cut at two hundred rows, and says so", () => {
  const check = { kind: "gate", name: "new: errorRate", state: "PASS" as const, reason: "0 %" };
  const checks = Array.from({ length: 1200 }, () => check);
  const table = reportView({ ...measured, verdict: { ...measured.verdict, checks } }).checks;
  expect(table?.rows).toHaveLength(200);
  expect(table?.notes).toEqual(["1,000 more rows are in result.json."]);
});

test("the upper line is the highest percentile that the seconds support for both versions", () => {
  const upper = (ratePerSecond: number) =>
    reportView(measuredResult({ seconds: 8, ratePerSecond, newShare: 0.5 })).figures.latency?.legend[1]
      ?.label;
  expect(upper(1000)).toBe("old, p99");
  expect(upper(120)).toBe("old, p90");
  expect(upper(20)).toBe("old, longest");
});

test("no text of a hostile result holds a control character or turns the direction of reading", () => {
  const shown = JSON.stringify(reportView(hostileResult()));
  expect(shown.match(/\\u00[01].|[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g)).toBeNull();
});
