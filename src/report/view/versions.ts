import { formatCount, formatDurationMs, formatRatePerSecond } from "../../base/units.ts";
import type { PerVersion } from "../../base/version.ts";
import { perVersion, versions } from "../../base/version.ts";
import type { Arm, RunResult } from "../../result/schema.ts";
import type { PercentileName } from "../../stats/percentiles.ts";
import { plainText } from "../text/plain-text.ts";
import { formatDifferenceMs, percentileCell, percentileTitles } from "./duration.ts";
import { type Cell, numberColumn, type Row, type TableView, textColumn } from "./table.ts";
import { resourceNotes, versionResourceRows } from "./version-resources.ts";

const shownPercentiles: readonly PercentileName[] = ["p50", "p90", "p95", "p99", "p999"];
const nothing: Cell = { text: "–", tone: "quiet" };
const blank: Cell = { text: "" };

export function hasRequests({ totals }: RunResult): boolean {
  return versions.some((version) => totals.versions[version].scheduled > 0);
}

/** `old · checkout 1.4`, or the version alone where its label says no more. */
export function versionTitles({ scenario }: RunResult): PerVersion<string> {
  return perVersion((version) => {
    const label = plainText(scenario.labels[version]);
    return label === "" || label === version ? version : `${version} · ${shortened(label)}`;
  });
}

/** Longest label in the head of a table; the run card has it whole. */
const maxLabelLength = 28;

function shortened(label: string): string {
  return label.length > maxLabelLength
    ? `${label
        .slice(0, maxLabelLength - 1)
        .trimEnd()
        .toWellFormed()}…`
    : label;
}

/** Old beside new, a row for each quantity that at least one of them has. */
export function versionsTable(result: RunResult): TableView {
  const titles = versionTitles(result);
  const rows = [
    ...requestRows(result),
    ...rateRows(result),
    ...responseTimeRows(result),
    ...versionResourceRows(result),
  ];
  return {
    columns: [
      textColumn(""),
      { ...numberColumn(titles.old), colour: "old" },
      { ...numberColumn(titles.new), colour: "new" },
      numberColumn("new against old"),
    ],
    rows,
    notes: notesOf(result),
  };
}

function requestRows(result: RunResult): Row[] {
  if (!hasRequests(result)) return [];
  const arms = result.totals.versions;
  const counts: readonly [title: string, key: CountKey, always: boolean][] = [
    ["offered", "scheduled", true],
    ["completed", "completed", true],
    ["failed", "failed", true],
    ["timed out", "timedOut", true],
    ["not sent", "notSent", true],
    ["in flight at the end", "inFlight", false],
    ["rerouted here", "rerouted", false],
  ];
  const group = "Requests";
  return counts
    .filter(([, key, always]) => always || versions.some((version) => arms[version][key] > 0))
    .map(([title, key]) => ({
      group,
      cells: [{ text: title }, countCell(arms.old, key), countCell(arms.new, key), blank],
    }));
}

type CountKey = "scheduled" | "completed" | "failed" | "timedOut" | "notSent" | "inFlight" | "rerouted";

function countCell(arm: Arm, key: CountKey): Cell {
  const text = formatCount(arm[key]);
  const isTrouble = arm[key] > 0 && (key === "failed" || key === "timedOut" || key === "notSent");
  return isTrouble ? { text, tone: "bad" } : { text };
}

function rateRows({ totals: { versions: arms } }: RunResult): Row[] {
  const rates = [
    ["offered rate", "offeredPerSecond"],
    ["throughput", "throughputPerSecond"],
  ] as const;
  return rates
    .filter(([, key]) => versions.some((version) => arms[version][key] > 0))
    .map(([title, key]) => ({
      group: "Rate",
      cells: [
        { text: title },
        { text: formatRatePerSecond(arms.old[key]) },
        { text: formatRatePerSecond(arms.new[key]) },
        blank,
      ],
    }));
}

function responseTimeRows(result: RunResult): Row[] {
  const { old, new: fresh } = result.totals.versions;
  const isKnown = (name: PercentileName) =>
    old.responseTimeMs[name] !== undefined || fresh.responseTimeMs[name] !== undefined;
  const names = shownPercentiles.filter((name) =>
    hasRequests(result) ? isShown(name, isKnown) : isKnown(name),
  );
  const rows: Row[] = names.map((name) => ({
    group: "Response time",
    cells: [
      { text: `${percentileTitles[name]} response time` },
      percentileCell({ name, ms: old.responseTimeMs[name], samples: old.scheduled }),
      percentileCell({ name, ms: fresh.responseTimeMs[name], samples: fresh.scheduled }),
      differenceCell(old.responseTimeMs[name], fresh.responseTimeMs[name]),
    ],
  }));
  if (old.responseTimeMs.max === undefined && fresh.responseTimeMs.max === undefined) return rows;
  return [...rows, maxRow(old, fresh)];
}

/** p50, p90 and p99 always have their row, if only to say why there is no number in it. */
function isShown(name: PercentileName, isKnown: (name: PercentileName) => boolean): boolean {
  return name === "p50" || name === "p90" || name === "p99" || isKnown(name);
}

function maxRow(old: Arm, fresh: Arm): Row {
  return {
    group: "Response time",
    cells: [
      { text: "longest response time", short: "longest" },
      maxCell(old),
      maxCell(fresh),
      differenceCell(old.responseTimeMs.max, fresh.responseTimeMs.max),
    ],
  };
}

function maxCell({ responseTimeMs: { max } }: Arm): Cell {
  return max === undefined ? nothing : { text: formatDurationMs(max) };
}

function differenceCell(old: number | null | undefined, fresh: number | null | undefined): Cell {
  if (typeof old !== "number" || typeof fresh !== "number") return blank;
  return { text: formatDifferenceMs(old, fresh) };
}

function notesOf(result: RunResult): string[] {
  const notes: string[] = [];
  if (!hasRequests(result)) return notes;
  if (result.method === "measured") {
    notes.push(
      "Response time counts from the moment a request was due, not from when it was sent. Requests not sent count as infinitely slow.",
    );
  }
  if (versions.some((version) => result.totals.versions[version].timedOut > 0)) {
    notes.push(
      "A request that timed out counts with the time after which it was given up; the true time is longer.",
    );
  }
  return [...notes, ...resourceNotes(result)];
}
