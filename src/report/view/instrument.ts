import {
  formatCount,
  formatDurationMs,
  formatMomentMs,
  formatRatePerSecond,
  formatShare,
} from "../../base/units.ts";
import type { RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { percentileCell } from "./duration.ts";
import { processesTable } from "./instrument-processes.ts";
import {
  bounded,
  type Cell,
  numberColumn,
  type Row,
  type TableView,
  type Tone,
  textColumn,
} from "./table.ts";

/** How far the figures of a measured run can be trusted, and what that rests on. */
export type InstrumentView = {
  readonly tone: Tone;
  /** The validity, how much of the run it is about, and the floor, in a sentence or two. */
  readonly sentence: string;
  /** Remarks on a valid run; where it isn't, they stand above everything else. */
  readonly notes: readonly string[];
  /** The stretches that are not to be trusted. */
  readonly doubtful: TableView | undefined;
  /** What the instrument adds by itself. */
  readonly floor: TableView | undefined;
  readonly processes: TableView | undefined;
  /** The machine over the measured part. */
  readonly machine: string | undefined;
};

/** Only a measured result has an instrument. */
export function instrumentView(result: RunResult): InstrumentView | undefined {
  if (result.method !== "measured") return undefined;
  const { validity } = result;
  return {
    tone: tones[validity.state],
    sentence: `${validitySentence(result)}${floorSentence(result)}`,
    notes: validity.state === "VALID" ? validity.reasons.map(plainText) : [],
    doubtful: doubtfulTable(validity.windows ?? []),
    floor: floorTable(result),
    processes: processesTable(result),
    machine: machineSentence(result),
  };
}

const tones: Readonly<Record<RunResult["validity"]["state"], Tone>> = {
  VALID: "good",
  TAINTED: "unsure",
  "GENERATOR-BOUND": "bad",
};

function validitySentence({ validity, health }: RunResult): string {
  switch (validity.state) {
    case "VALID":
      return health.length === 0 ? "VALID." : "VALID: the load was sent on time.";
    case "TAINTED":
      return "TAINTED: some of the figures are this machine's and not the services'.";
    case "GENERATOR-BOUND":
      return "GENERATOR-BOUND: the response times describe this machine and not the services.";
  }
}

function floorSentence({ validity: { floorMs } }: RunResult): string {
  if (floorMs === undefined) return "";
  return ` Before the run the instrument by itself took ${formatDurationMs(floorMs)} at p99; response times of less than ten times that are partly its own.`;
}

type TaintedWindows = NonNullable<RunResult["validity"]["windows"]>;

/** By process and cause, the one with most time first. */
function doubtfulTable(windows: TaintedWindows): TableView | undefined {
  if (windows.length === 0) return undefined;
  const groups = Map.groupBy(windows, ({ process, cause }) => `${process} ${cause}`);
  const rows = [...groups.values()].map((own) => ({
    ms: own.reduce((total, { startMs, endMs }) => total + endMs - startMs, 0),
    first: own[0],
    spans: spansOf(own),
  }));
  return bounded({
    columns: [textColumn("Process"), textColumn("Cause"), numberColumn("In all"), textColumn("When")],
    rows: rows
      .toSorted((left, right) => right.ms - left.ms)
      .map(({ ms, first, spans }) => ({
        cells: [
          { text: plainText(first?.process ?? "") },
          { text: first?.cause ?? "" },
          { text: formatDurationMs(ms) },
          { text: spansText(spans) },
        ],
      })),
    notes: [],
  });
}

type Span = { readonly startMs: number; readonly endMs: number };

/** Seconds of a process are not quite a second apart. */
const leastGapMs = 250;
const shownSpans = 8;

function spansOf(windows: TaintedWindows): readonly Span[] {
  const spans: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of windows.toSorted((left, right) => left.startMs - right.startMs)) {
    const before = spans.at(-1);
    if (before !== undefined && startMs - before.endMs < leastGapMs)
      before.endMs = Math.max(before.endMs, endMs);
    else spans.push({ startMs, endMs });
  }
  return spans;
}

function spansText(spans: readonly Span[]): string {
  const shown = spans
    .slice(0, shownSpans)
    .map(({ startMs, endMs }) => `${formatMomentMs(startMs)} to ${formatMomentMs(endMs)}`);
  const left = spans.length - shown.length;
  return [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join(", ");
}

function floorTable({ calibration }: RunResult): TableView | undefined {
  if (calibration === undefined) return undefined;
  const { ratePerSecond, direct, throughSplitter, splitterMs } = calibration;
  const requests = formatCount(throughSplitter.requests);
  return {
    columns: [textColumn(""), ...["p50", "p99", "Longest"].map(numberColumn)],
    rows: [
      timesRow("seen late by the generator", throughSplitter.pacerLagMs, throughSplitter.requests),
      timesRow("response time, directly", direct.responseTimeMs, direct.requests),
      timesRow(
        "response time, through the splitter",
        throughSplitter.responseTimeMs,
        throughSplitter.requests,
      ),
      timesRow("the splitter's own part of it", splitterMs, throughSplitter.requests),
    ],
    notes: [
      `Before the run, ${requests} requests at ${formatRatePerSecond(ratePerSecond)} to a service that answers at once, on each way.`,
    ],
  };
}

type Times = NonNullable<RunResult["calibration"]>["splitterMs"];

function timesRow(title: string, { p50, p99, max }: Times, samples: number): Row {
  const longest: Cell = max === undefined ? { text: "–", tone: "quiet" } : { text: formatDurationMs(max) };
  return {
    cells: [
      { text: title },
      percentileCell({ name: "p50", ms: p50, samples, isShort: true }),
      percentileCell({ name: "p99", ms: p99, samples, isShort: true }),
      longest,
    ],
  };
}

/** The machine over the measured part, in a sentence; absent where it wasn't watched. */
function machineSentence({ system = [], totals }: RunResult): string | undefined {
  const measured = system.filter(({ atMs }) => atMs > 0 && atMs <= totals.durationMs + 1000);
  const parts = [
    shareText(
      measured.map(({ cpuShare }) => cpuShare),
      "of its CPU in use",
    ),
    shareText(
      measured.map(({ cpuPressureShare }) => cpuPressureShare),
      "of the time a task waited for a core",
    ),
    shareText(
      measured.map(({ stealShare }) => stealShare),
      "given to other guests",
    ),
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `The machine in the mean (and at most): ${parts.join(", ")}.`;
}

function shareText(values: readonly (number | undefined)[], what: string): string | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  const mean = known.reduce((left, right) => left + right) / known.length;
  const most = known.reduce((left, right) => Math.max(left, right));
  return `${formatShare(mean)} (${formatShare(most)}) ${what}`;
}
