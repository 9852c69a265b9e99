import { formatBytes, formatCount, formatDurationMs, formatNumber } from "../../base/units.ts";
import type { RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";

/** One fact that someone needs to repeat the run or to weigh it. */
export type RunCardEntry = { readonly title: string; readonly text: string };

export function runCard(result: RunResult): readonly RunCardEntry[] {
  const { scenario, seed, environment, totals, validity, stages } = result;
  const entries: (RunCardEntry | undefined)[] = [
    { title: "Scenario", text: plainText(scenario.name) },
    { title: "Scenario hash", text: plainText(scenario.hash) },
    { title: "Old", text: plainText(scenario.labels.old) },
    { title: "New", text: plainText(scenario.labels.new) },
    { title: "Seed", text: String(seed) },
    { title: "Users", text: formatNumber(scenario.users) },
    totals.durationMs > 0
      ? {
          title: lengthTitles[result.method],
          text: `${formatDurationMs(totals.durationMs)}${warmUpText(stages)}`,
        }
      : undefined,
    validity.floorMs === undefined
      ? undefined
      : { title: "Instrument adds", text: `${formatDurationMs(validity.floorMs)} at p99` },
    ...environmentEntries(environment),
    { title: "Result schema", text: result.schema },
  ];
  return entries.filter((entry) => entry !== undefined);
}

const lengthTitles: Readonly<Record<RunResult["method"], string>> = {
  measured: "Measured for",
  simulated: "Simulated for",
  modelled: "Length",
};

function warmUpText(stages: RunResult["stages"]): string {
  const warmUpMs = stages
    .filter(({ warmUp }) => warmUp)
    .reduce((total, { startMs, endMs }) => total + endMs - startMs, 0);
  return warmUpMs > 0 ? `, after ${formatDurationMs(warmUpMs)} of warm-up` : "";
}

function environmentEntries(environment: RunResult["environment"]): RunCardEntry[] {
  if (environment === undefined) return [];
  const cores = `${formatCount(environment.cores)} ${environment.cores === 1 ? "core" : "cores"}`;
  return [
    { title: "Started", text: plainText(environment.startedAt) },
    {
      title: "Machine",
      text: `${plainText(environment.cpu)}, ${cores}, ${formatBytes(environment.memoryBytes)}`,
    },
    { title: "System", text: plainText(environment.os) },
    { title: "Node", text: plainText(environment.node) },
    { title: "Twinlane", text: plainText(environment.twinlane) },
  ];
}
