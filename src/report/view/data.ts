import { formatDurationMs, formatNumber, formatShare } from "../../base/units.ts";
import type { DatabaseDivergence, Divergence, Ledger, StoreFigures } from "../../result/divergence-schema.ts";
import type { RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { type Cell, type Row, type TableView, textColumn } from "./table.ts";

/** What the real stores did and whether their data is right; absent where the stores were modelled. */
export function dataTable({ divergence, stores = [] }: RunResult): TableView | undefined {
  if (divergence === undefined) return undefined;
  return {
    columns: [textColumn("Data"), textColumn("Found")],
    rows: [
      ...(divergence.databases === undefined ? [] : databaseRows(divergence.databases)),
      ...lostRows(divergence),
      ...(divergence.ledger === undefined ? [] : ledgerRows(divergence.ledger)),
      ...cacheRows(divergence),
      ...stores.map(storeRow),
    ],
    notes: notesOf(divergence),
  };
}

function databaseRows(databases: DatabaseDivergence): readonly Row[] {
  const { atEnd, convergence, confirmed, oldestMs, secondWrites, checks, rows, made, aheadOfTime } =
    databases;
  const { missing, extra, stale, different } = atEnd;
  const open = missing + extra + stale + different;
  const isRight = convergence.state === "converged";
  const kinds = `${formatNumber(missing)} missing, ${formatNumber(extra)} extra, ${formatNumber(stale)} stale, ${formatNumber(different)} different`;
  const { p50, p99, max } = secondWrites.lagMs;
  return [
    row("Databases at the end", {
      text: isRight
        ? `equal ${formatDurationMs(convergence.afterMs ?? 0)} after the load`
        : open === 0
          ? "equal, with second writes still due"
          : `apart: ${kinds}`,
      tone: isRight ? "good" : "bad",
    }),
    row("Rows that stayed different", {
      text:
        confirmed === 0 ? "none" : `${formatNumber(confirmed)}, the oldest for ${formatDurationMs(oldestMs)}`,
    }),
    row("Second writes", {
      text: `${formatNumber(secondWrites.applied)} applied, ${formatNumber(secondWrites.superseded)} too late to count, ${formatNumber(secondWrites.lost)} lost, ${formatNumber(secondWrites.retried)} tried again`,
    }),
    ...(p50 === undefined || max === undefined
      ? []
      : [
          row("Lag of second writes", {
            text: `p50 ${formatDurationMs(p50)}${p99 === undefined ? "" : `, p99 ${formatDurationMs(p99)}`}, longest ${formatDurationMs(max)}`,
          }),
        ]),
    ...(aheadOfTime === 0
      ? []
      : [row("Rows stamped in the future", { text: formatNumber(aheadOfTime), tone: "bad" as const })]),
    ...(made === undefined ? [] : [madeRow(made)]),
    row("Compared", { text: `${formatNumber(rows)} rows in ${formatNumber(checks)} checks` }),
  ];
}

function madeRow(made: NonNullable<DatabaseDivergence["made"]>): Row {
  const { found, healed, recall, detectionMs } = made;
  const share = recall === undefined ? "" : ` (${formatShare(recall)} of those that could be seen)`;
  const delay =
    detectionMs.p50 === undefined || detectionMs.max === undefined
      ? ""
      : `, after ${formatDurationMs(detectionMs.p50)} in the middle and ${formatDurationMs(detectionMs.max)} at the latest`;
  return row("Differences made on purpose", {
    text: `${formatNumber(made.made)} made, ${formatNumber(healed)} mended by later writes, ${formatNumber(found)} found${share}${delay}`,
    ...(recall !== undefined && { tone: recall === 1 ? ("good" as const) : ("bad" as const) }),
  });
}

function ledgerRows(ledger: Ledger): readonly Row[] {
  const { bookings, acknowledged, uncertain, openingCents, balanceCents, sumChecks, sumsWrong } = ledger;
  const wrong = ledger.wrongBookings + ledger.wrongAccounts;
  const isBalanced = balanceCents === openingCents && sumsWrong === 0;
  return [
    row("Bookings", {
      text: `${formatNumber(bookings.old)} by old, ${formatNumber(bookings.new)} by new; ${formatNumber(acknowledged.old + acknowledged.new)} were confirmed, ${formatNumber(uncertain)} broken off`,
    }),
    row("Sum of all balances", {
      text: `${isBalanced ? "as at first, to the cent" : "not what it was"}, looked at ${formatNumber(sumChecks)} times`,
      tone: isBalanced ? "good" : "bad",
    }),
    row("Bookings and accounts that don't match their entries", {
      text: formatNumber(wrong),
      tone: wrong === 0 ? "good" : "bad",
    }),
  ];
}

function lostRows({ lostUpdates }: Divergence): readonly Row[] {
  if (lostUpdates === undefined) return [];
  const tone = lostUpdates === 0 ? ("good" as const) : ("bad" as const);
  const text =
    lostUpdates === 0 ? "none" : `${formatNumber(lostUpdates)}, against rows stamped in the future`;
  return [row("Confirmed updates that were lost", { text, tone })];
}

function cacheRows({ cache }: Divergence): readonly Row[] {
  if (cache === undefined) return [];
  const text = `${formatNumber(cache.stale)} of ${formatNumber(cache.entries)} older than the database`;
  return [row("Cached rows at the end", { text })];
}

function storeRow(figures: StoreFigures): Row {
  const { store, perSecond, connectionsMax, connectionsLimit, connectionsNeeded, hitRatio } = figures;
  const what = store === "cache" ? "commands" : "transactions";
  const parts = [
    perSecond &&
      `${formatNumber(Math.round(perSecond.mean))} ${what}/s, at most ${formatNumber(Math.round(perSecond.max))}`,
    connectionsMax !== undefined && `${formatNumber(connectionsMax)} connections at most`,
    connectionsNeeded !== undefined &&
      connectionsLimit !== undefined &&
      `pools may open ${formatNumber(connectionsNeeded)} of ${formatNumber(connectionsLimit)}`,
    hitRatio !== undefined && `${formatShare(hitRatio)} of reads from the cache`,
  ];
  return row(plainText(store), { text: parts.filter((part) => typeof part === "string").join("; ") });
}

function notesOf({ databases }: Divergence): readonly string[] {
  const examples = databases?.examples ?? [];
  if (examples.length === 0) return [];
  const shown = examples.slice(0, shownExamples).map(({ row: name, kind }) => `${plainText(name)} (${kind})`);
  return [`Rows that stayed different, the first found: ${shown.join(", ")}.`];
}

const shownExamples = 5;

function row(title: string, found: Cell): Row {
  return { cells: [{ text: title }, found] };
}
