import { formatDurationMs } from "../../base/units.ts";
import { type Version, versions } from "../../base/version.ts";
import { proxiedNames } from "../../result/proxied.ts";
import type { Arm, RunResult } from "../../result/schema.ts";
import { budgetParts } from "../../result/window.ts";
import { percentileCell } from "./duration.ts";
import type { ColourName, FigureView } from "./figure.ts";
import { type Cell, numberColumn, type TableView, textColumn } from "./table.ts";

export type BudgetData = { readonly pieces: readonly BudgetPiece[] };

export type BudgetPiece = {
  readonly version: Version;
  /** Place in the bar, from 0, in the order in which a request passes the parts. */
  readonly order: number;
  readonly ms: number;
};

type BudgetPart = (typeof budgetParts)[number];

const partTitles: Readonly<Record<BudgetPart, string>> = {
  pacerLag: "generator late",
  slotWait: "wait for a connection",
  earlierAttempts: "earlier attempts and pauses",
  splitter: "splitter",
  network: "network and system",
  serverQueue: "queue in the service",
  service: "service's own work",
};

/** The colour of each part, in the order of `budgetParts`. */
export const budgetColours = [
  "part-1",
  "part-2",
  "muted",
  "part-3",
  "part-4",
  "part-5",
  "part-6",
] as const satisfies readonly ColourName[];

/** What a mean response time is made of. Absent where the parts were not measured. */
export function budgetFigure(result: RunResult): FigureView<BudgetData> | undefined {
  const { totals } = result;
  const pieces = versions.flatMap((version) => piecesOf(version, totals.versions[version]));
  if (!pieces.some(({ ms }) => ms > 0)) return undefined;
  return {
    title: "Where the time goes",
    explanation: `The mean response time of answered requests, part by part in the order a request passes them.${proxySentence(result)}`,
    description: `Stacked bars. ${versions.map((version) => sentenceOf(version, totals.versions[version])).join(" ")}`,
    legend: shownParts(totals.versions).map((part) => ({
      label: partTitles[part],
      colour: budgetColours[budgetParts.indexOf(part)] ?? "muted",
      mark: "area",
    })),
    table: tableOf(totals.versions),
    data: { pieces },
  };
}

/** What stands before a store is a part of the service's own work, which waits for it. */
function proxySentence(result: RunResult): string {
  const names = proxiedNames(result);
  if (names.length === 0) return "";
  const parts = names.map((name) => {
    const part = versions.some((version) => version === name) ? partTitles.network : partTitles.service;
    return `the one before ${name} is in “${part}”`;
  });
  return ` Fault proxies stood in the path for the whole run: ${parts.join(", ")}.`;
}

/** A request has earlier attempts only where clients ask again. */
function shownParts(arms: RunResult["totals"]["versions"]): readonly BudgetPart[] {
  const hasAttempts = versions.some((version) => arms[version].partsMs.earlierAttempts !== undefined);
  return hasAttempts ? budgetParts : budgetParts.filter((part) => part !== "earlierAttempts");
}

function piecesOf(version: Version, { partsMs }: Arm): BudgetPiece[] {
  return budgetParts.flatMap((part, order) => {
    const ms = partsMs[part]?.mean;
    return ms === undefined ? [] : [{ version, order, ms }];
  });
}

function sentenceOf(version: Version, { partsMs }: Arm): string {
  const parts = budgetParts.flatMap((part) => {
    const mean = partsMs[part]?.mean;
    return mean === undefined ? [] : [`${partTitles[part]} ${formatDurationMs(mean)}`];
  });
  return parts.length === 0 ? "" : `${version}: ${parts.join(", ")}.`;
}

function tableOf(arms: RunResult["totals"]["versions"]): TableView {
  const shown = versions.filter((version) => Object.keys(arms[version].partsMs).length > 0);
  return {
    columns: [
      textColumn("Part"),
      ...shown.flatMap((version) =>
        ["mean", "p50", "p99"].map((name) => numberColumn(`${version}, ${name}`)),
      ),
    ],
    rows: shownParts(arms).map((part) => ({
      cells: [{ text: partTitles[part] }, ...shown.flatMap((version) => cellsOf(arms[version], part))],
    })),
    notes: ["Means add up to the mean response time; percentiles of parts don't add up."],
  };
}

function cellsOf({ partsMs, scheduled }: Arm, part: BudgetPart): Cell[] {
  const times = partsMs[part];
  if (times?.mean === undefined) return ["–", "–", "–"].map((text) => ({ text, tone: "quiet" }));
  return [
    { text: formatDurationMs(times.mean) },
    percentileCell({ name: "p50", ms: times.p50, samples: scheduled, isShort: true }),
    percentileCell({ name: "p99", ms: times.p99, samples: scheduled, isShort: true }),
  ];
}
