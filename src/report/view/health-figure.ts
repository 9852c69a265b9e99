import { formatDurationMs, formatShare } from "../../base/units.ts";
import type { GeneratorHealth, RunResult } from "../../result/schema.ts";
import type { FigureView } from "./figure.ts";
import { maxPoints } from "./time-bins.ts";
import type { Timeline } from "./timeline.ts";

export type HealthData = {
  readonly timeline: Timeline;
  readonly points: readonly { readonly second: number; readonly ms: number }[];
};

/** How late the generator itself was. Absent where no driver told, as in a simulated run. */
export function healthFigure({ health }: RunResult, timeline: Timeline): FigureView<HealthData> | undefined {
  const points = worstByBin(health, timeline);
  if (points.length < 2) return undefined;
  const worstMs = health.reduce((worst, { pacerLagP99Ms }) => Math.max(worst, pacerLagP99Ms), 0);
  const busiest = health.reduce((most, { cpuShare }) => Math.max(most, cpuShare), 0);
  const utilisation = health.reduce((most, { loopUtilisation }) => Math.max(most, loopUtilisation), 0);
  return {
    title: "How late the generator was",
    explanation: `p99 of the delay between a request's due time and the moment the generator saw it; the worst driver of each moment. A driver used at most ${formatShare(busiest)} of a core, its event loop was busy at most ${formatShare(utilisation)} of the time.`,
    description: `Lateness of the load generator over time, at most ${formatDurationMs(worstMs)} at p99.`,
    legend: [{ label: "generator late, p99", colour: "muted", mark: "solid" }],
    data: { timeline, points },
  };
}

function worstByBin(health: readonly GeneratorHealth[], timeline: Timeline): HealthData["points"] {
  const { startSecond, endSecond } = timeline;
  const binSeconds = Math.max(1, Math.ceil((endSecond - startSecond) / maxPoints));
  const worst = new Map<number, number>();
  for (const { atMs, pacerLagP99Ms } of health) {
    const second = atMs / 1000;
    if (second < startSecond || second > endSecond) continue;
    const bin = Math.floor(second / binSeconds);
    worst.set(bin, Math.max(worst.get(bin) ?? 0, pacerLagP99Ms));
  }
  return [...worst]
    .sort(([left], [right]) => left - right)
    .map(([bin, ms]) => ({ second: Math.min(endSecond, (bin + 0.5) * binSeconds), ms }));
}
