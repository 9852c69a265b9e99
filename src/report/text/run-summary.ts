import { courseSentence, harmSentence } from "../../analysis/reaction.ts";
import type { RunResult } from "../../result/schema.ts";
import type { Cell, TableView } from "../view/table.ts";
import { isCheckTold } from "../view/verdict.ts";
import { type ReportView, reportView } from "../view.ts";
import { type Paint, paintWith, visibleWidth } from "./paint.ts";
import { textTable } from "./text-table.ts";
import { hangingLines } from "./wrap.ts";

export type SummaryOptions = {
  /** Whether the stream shows colours; the caller decides, by terminal and NO_COLOR. */
  readonly colour: boolean;
  /** Width of the terminal, or what to assume without one. */
  readonly widthColumns: number;
};

/** What the terminal prints after a run: the verdict first, then what it rests on. Ends with a line break. */
export function renderRunSummary(result: RunResult, options: SummaryOptions): string {
  const view = reportView(result);
  const paint = paintWith(options.colour);
  const prose = (lines: readonly string[]) =>
    lines.flatMap((line) => hangingLines(line, options.widthColumns));
  const blocks = [
    prose(verdictLines(view, paint)),
    prose(noticeLines(view, paint)),
    tableLines(view.versions, { ...options, paint }),
    prose(openCheckLines(view, paint)),
    prose(trafficLines(view, paint)),
    prose(reactionLines(result, paint)),
    tableLines(view.growth, { ...options, paint }),
    prose(bottleneckLines(view, paint)),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** What didn't pass stands below, with the checks. */
function verdictLines({ verdict, origin, checks }: ReportView, paint: Paint): string[] {
  const headline = `${paint(paint(verdict.state, "strong"), verdict.tone)}  ${paint(verdict.sentence, "strong")}`;
  const source = origin === undefined ? [] : [`  ${paint(`${origin}.`, "quiet")}`];
  const reasons = checks === undefined ? verdict.reasons : [];
  return [headline, ...source, ...reasons.map((reason) => `  ${reason}`)];
}

/** Remarks on a valid run stand back: they warn of nothing. */
function noticeLines({ notices, instrument }: ReportView, paint: Paint): string[] {
  return [
    ...notices.flatMap(({ title, lines, tone }) => [paint(title, tone), ...lines.map((line) => `  ${line}`)]),
    ...(instrument?.notes ?? []).map((note) => `  ${paint(note, "quiet")}`),
  ];
}

type TableOptions = SummaryOptions & { readonly paint: Paint };

function tableLines(table: TableView | undefined, options: TableOptions): string[] {
  return table === undefined ? [] : textTable(forTerminal(table), options);
}

/** Short texts, and the columns with a short title under it; all columns where none has one. */
function forTerminal(table: TableView): TableView {
  const kept = table.columns.flatMap(({ short }, index) => (short === undefined ? [] : [index]));
  const pick = <T>(items: readonly T[]) =>
    kept.length === 0 ? items : kept.flatMap((index) => items.slice(index, index + 1));
  const shortened = ({ text, short, ...cell }: Cell): Cell => ({ ...cell, text: short ?? text });
  return {
    columns: pick(table.columns).map((column) => ({ ...column, title: column.short ?? column.title })),
    rows: table.rows.map(({ cells }) => ({ cells: pick(cells).map(shortened) })),
    notes: [],
  };
}

/** Checks that passed are counted, the others told, with their reason where the headline doesn't have it. */
function openCheckLines({ checks, verdict }: ReportView, paint: Paint): string[] {
  if (checks === undefined) return [];
  const states = checks.rows.map(({ cells }) => cells[1]?.text);
  const passed = states.filter((state) => state === "PASS").length;
  const open = checks.rows.filter(({ cells }) => cells[1]?.text !== "PASS");
  return [
    `  ${passed} of ${states.length} checks passed`,
    ...open.map(({ cells: [name, state, reason = { text: "" }] }) => {
      const why = isCheckTold({ reason: reason.text }, verdict.sentence) ? "" : `: ${reason.text}`;
      return `  ${paint(state?.text ?? "", state?.tone)}  ${name?.text}${why}`;
    }),
  ];
}

function trafficLines(
  { split, mirror, behind, comparison, ledger, events }: ReportView,
  paint: Paint,
): string[] {
  const unbalanced = ledger.filter(({ balanced }) => !balanced);
  return [
    ...(split === undefined
      ? []
      : [`  split   ${paint(split.text, split.tone === "bad" ? "bad" : undefined)}`]),
    ...(mirror === undefined ? [] : [`  mirror  ${mirror}`]),
    ...behind.map(({ title, text }) => `  ${title.toLowerCase().padEnd(7)} ${text}`),
    ...(comparison === undefined
      ? []
      : [`  compare ${paint(comparison.sentence, comparison.tone === "bad" ? "bad" : undefined)}`]),
    ...unbalanced.map(({ title, equation }) => `  ledger  ${paint(`${title}: ${equation}`, "bad")}`),
    ...eventLines(events),
  ];
}

/** In columns, as long as a kind is no longer than usual. */
function eventLines(events: ReportView["events"]): string[] {
  const shown = events.slice(0, maxEventLines);
  const widest = (texts: readonly string[]) =>
    texts.reduce((most, text) => Math.max(most, Math.min(visibleWidth(text), widestKindColumns)), 0);
  const atColumns = widest(shown.map(({ at }) => at));
  const kindColumns = widest(shown.map(({ kind }) => kind));
  const lines = shown.map(({ at, kind, message }) => {
    const space = " ".repeat(Math.max(0, kindColumns - visibleWidth(kind)));
    return `  ${at.padStart(atColumns)}  ${kind}${space}  ${message}`;
  });
  const left = events.length - shown.length;
  return left === 0 ? lines : [...lines, `  and ${left} more, listed in the report and in result.json`];
}

const widestKindColumns = 20;

/** For each fault of new: its course, and whom it harmed. */
function reactionLines({ reaction = [] }: RunResult, paint: Paint): string[] {
  return reaction
    .slice(0, maxEventLines)
    .flatMap((each) => [
      `  ${paint("reaction", "quiet")}  ${each.fault}: ${courseSentence(each) || "nobody noticed"}`,
      `            ${harmSentence(each)}`,
    ]);
}

/** Most events that the terminal repeats; the report lists them all. */
const maxEventLines = 8;

function bottleneckLines({ bottlenecks }: ReportView, paint: Paint): string[] {
  const first = bottlenecks?.links[0];
  if (first === undefined) return [];
  const at = first.at === "" ? "" : `, ${first.at}`;
  return [
    `  ${paint("first bottleneck", "quiet")}  ${first.resource}${at}: ${first.reason}`,
    `  ${paint("do first", "quiet")}          ${first.remedy}`,
  ];
}
