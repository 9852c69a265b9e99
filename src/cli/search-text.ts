import { formatGoalValue, type Goal, parseGoal } from "../analysis/goal.ts";
import { type ExitCode, exitCodes } from "../base/errors.ts";
import { formatDurationMs, formatNumber } from "../base/units.ts";
import { paintWith } from "../report/text/paint.ts";
import { textTable } from "../report/text/text-table.ts";
import { numberColumn, type TableView, type Tone, textColumn } from "../report/view/table.ts";
import type { CapacitySearch, SearchTrial, VersionSearch } from "../result/capacity-search-schema.ts";

const toneOf: Readonly<Record<SearchTrial["outcome"], Tone>> = {
  met: "good",
  missed: "bad",
  undecided: "unsure",
  bound: "unsure",
};

/** The trials of each version as a table, and the answer under it. */
export function renderSearch(
  search: CapacitySearch,
  options: { readonly colour: boolean; readonly widthColumns: number },
): string {
  const paint = paintWith(options.colour);
  const goals = search.goals.map(parseGoal);
  const blocks = search.searches.map((version) => [
    ...textTable(trialsTable(version, goals), { ...options, paint }),
    paint(version.sentence, "strong"),
  ]);
  const stopped = search.stopped === undefined ? [] : [[`The search was ${search.stopped}.`]];
  return [...blocks, ...stopped].map((lines) => lines.join("\n")).join("\n\n");
}

/** One trial in a line, for a person who waits. */
export function trialLine(version: string, trial: SearchTrial, goals: readonly string[]): string {
  const values = goals.map((goal, index) => {
    const outcome = trial.goals[index];
    const parsed = parseGoal(goal);
    return `${parsed.metric} ${outcome === undefined ? "–" : formatGoalValue(parsed, outcome)}`;
  });
  return `${version} ${formatNumber(trial.ratePerSecond)}/s · ${trial.purpose} · ${values.join(", ")} · ${trial.outcome}`;
}

/** What a finished search tells a shell: of several versions the least certain one. */
export function exitCodeOfSearch({ searches, stopped }: CapacitySearch): ExitCode {
  if (stopped !== undefined) return exitCodes.stopped;
  if (searches.some(({ state }) => state === "below")) return exitCodes.failed;
  if (searches.some(({ limit }) => limit === "generator")) return exitCodes.generatorBound;
  return searches.some(({ state }) => state === "not decided") ? exitCodes.inconclusive : exitCodes.pass;
}

function trialsTable({ label, trials }: VersionSearch, goals: readonly Goal[]): TableView {
  return {
    columns: [
      textColumn(label),
      numberColumn("rate"),
      numberColumn("for"),
      numberColumn("requests"),
      ...goals.map(({ text }) => numberColumn(text)),
      textColumn("load"),
      textColumn(""),
    ],
    rows: trials.map((trial) => ({
      cells: [
        { text: trial.purpose },
        { text: `${formatNumber(trial.ratePerSecond)}/s` },
        { text: formatDurationMs(trial.durationMs) },
        { text: formatNumber(trial.requests) },
        ...goals.map((goal, index) => {
          const outcome = trial.goals[index];
          return { text: outcome === undefined ? "–" : formatGoalValue(goal, outcome) };
        }),
        { text: trial.validity.state.toLowerCase() },
        { text: trial.outcome, tone: toneOf[trial.outcome] },
      ],
    })),
    notes: [],
  };
}
