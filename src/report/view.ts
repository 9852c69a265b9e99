import { deepFreeze } from "../base/deep-freeze.ts";
import { formatDurationMs, formatNumber } from "../base/units.ts";
import type { RunResult } from "../result/schema.ts";
import { plainText } from "./text/plain-text.ts";
import { type BehindLine, behindLines } from "./view/behind.ts";
import { type BottleneckChain, bottleneckChain } from "./view/bottlenecks.ts";
import { type ComparisonView, comparisonView } from "./view/comparison.ts";
import { dataTable } from "./view/data.ts";
import { endpointsTable, errorsTable } from "./view/endpoints.ts";
import { type EventView, eventViews } from "./view/events.ts";
import { type FigureViews, figureViews } from "./view/figures.ts";
import { growthTable } from "./view/growth.ts";
import { type InstrumentView, instrumentView } from "./view/instrument.ts";
import { type LedgerLine, ledgerLines, mirrorSentence, type SplitLine, splitLine } from "./view/ledger.ts";
import { requirementsTable } from "./view/requirements.ts";
import { resourcesTable } from "./view/resources.ts";
import { retryLines } from "./view/retries.ts";
import { type RolloutView, rolloutView } from "./view/rollout.ts";
import { type RunCardEntry, runCard } from "./view/run-card.ts";
import { type SimulationView, simulationView } from "./view/simulation.ts";
import type { TableView } from "./view/table.ts";
import { type Tile, tilesOf } from "./view/tiles.ts";
import { checksTable, type Notice, noticesOf, type VerdictView, verdictView } from "./view/verdict.ts";
import { versionsTable } from "./view/versions.ts";

/**
 * Everything a report says, as texts: formatted once, free of control characters, so that the page, the
 * Markdown and the terminal can't disagree. What the result doesn't hold is absent.
 */
export type ReportView = {
  readonly title: string;
  readonly description: string | undefined;
  /** `Measured · 10,000 users · 30 s`. */
  readonly subtitle: string;
  readonly method: RunResult["method"];
  /** Where nothing was measured, what was done instead: it stands beside the verdict. */
  readonly origin: string | undefined;
  readonly verdict: VerdictView;
  readonly notices: readonly Notice[];
  readonly tiles: readonly Tile[];
  readonly versions: TableView | undefined;
  readonly simulation: SimulationView | undefined;
  readonly checks: TableView | undefined;
  readonly split: SplitLine | undefined;
  readonly mirror: string | undefined;
  readonly behind: readonly BehindLine[];
  readonly comparison: ComparisonView | undefined;
  readonly rollout: RolloutView | undefined;
  readonly errors: TableView | undefined;
  readonly events: readonly EventView[];
  readonly figures: FigureViews;
  readonly instrument: InstrumentView | undefined;
  readonly endpoints: TableView | undefined;
  readonly resources: TableView | undefined;
  readonly data: TableView | undefined;
  readonly growth: TableView | undefined;
  readonly bottlenecks: BottleneckChain | undefined;
  readonly assumptions: readonly string[];
  readonly requirements: TableView | undefined;
  readonly ledger: readonly LedgerLine[];
  readonly runCard: readonly RunCardEntry[];
};

export function reportView(result: RunResult): ReportView {
  const versions = versionsTable(result);
  const events = eventViews(result);
  return deepFreeze({
    title: plainText(result.scenario.name),
    description: result.scenario.description && plainText(result.scenario.description),
    subtitle: subtitleOf(result),
    method: result.method,
    origin: origins[result.method],
    verdict: verdictView(result),
    notices: noticesOf(result),
    tiles: tilesOf(result),
    versions: versions.rows.length > 0 ? versions : undefined,
    simulation: simulationView(result),
    checks: checksTable(result.verdict.checks),
    split: splitLine(result),
    mirror: result.mirror && mirrorSentence(result.mirror),
    behind: [...retryLines(result), ...behindLines(result)],
    comparison: comparisonView(result),
    rollout: rolloutView(result),
    errors: errorsTable(result),
    events,
    figures: figureViews(result, events),
    instrument: instrumentView(result),
    endpoints: endpointsTable(result),
    resources: resourcesTable(result.resources),
    data: dataTable(result),
    growth: growthTable(result.growth),
    bottlenecks: bottleneckChain(result),
    assumptions: result.assumptions.map(plainText),
    requirements: requirementsTable(result),
    ledger: ledgerLines(result),
    runCard: runCard(result),
  });
}

const methodTitles: Readonly<Record<RunResult["method"], string>> = {
  measured: "Measured",
  simulated: "Simulated",
  modelled: "Calculated",
};

const origins: Readonly<Record<RunResult["method"], string | undefined>> = {
  measured: undefined,
  simulated: "Simulated, not measured",
  modelled: "Calculated, not measured",
};

function subtitleOf({ method, scenario, totals, environment }: RunResult): string {
  const parts = [
    methodTitles[method],
    `${formatNumber(scenario.users)} users`,
    ...(totals.durationMs > 0 ? [formatDurationMs(totals.durationMs)] : []),
    ...(environment === undefined ? [] : [formatStart(environment.startedAt)]),
  ];
  return parts.join(" · ");
}

/** `2026-11-21T00:52:00.000Z` → `2026-11-21 00:52 UTC`; another form stays as it is. */
function formatStart(startedAt: string): string {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):[\d.]+Z$/.exec(startedAt);
  return parts === null ? plainText(startedAt) : `${parts[1]} ${parts[2]} UTC`;
}
