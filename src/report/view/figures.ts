import type { RunResult } from "../../result/schema.ts";
import { type BudgetData, budgetFigure } from "./budget-figure.ts";
import type { EventView } from "./events.ts";
import type { FigureView, LegendEntry } from "./figure.ts";
import { type GrowthData, growthFigure } from "./growth-figure.ts";
import { type HealthData, healthFigure } from "./health-figure.ts";
import { type LatencyData, latencyFigure } from "./latency-figure.ts";
import { type MachineData, machineFigure } from "./machine-figure.ts";
import { type RateData, rateFigure } from "./rate-figure.ts";
import { type ResourceData, resourceFigure } from "./resource-figure.ts";
import { type SpectrumData, spectrumFigure } from "./spectrum-figure.ts";
import { type SplitData, splitFigure } from "./split-figure.ts";
import { timeBins } from "./time-bins.ts";
import { type Timeline, timelineOf } from "./timeline.ts";

/** Every figure for which the result has the numbers. */
export type FigureViews = {
  readonly latency: FigureView<LatencyData> | undefined;
  readonly spectrum: FigureView<SpectrumData> | undefined;
  readonly rates: FigureView<RateData> | undefined;
  readonly split: FigureView<SplitData> | undefined;
  readonly budget: FigureView<BudgetData> | undefined;
  readonly resources: FigureView<ResourceData> | undefined;
  readonly health: FigureView<HealthData> | undefined;
  readonly machine: FigureView<MachineData> | undefined;
  readonly growth: FigureView<GrowthData> | undefined;
};

export function figureViews(result: RunResult, events: readonly EventView[]): FigureViews {
  const bins = timeBins(result);
  const timeline = timelineOf(result, { bins, events });
  return {
    latency: overTime(latencyFigure(result, { bins, timeline })),
    spectrum: spectrumFigure(result),
    rates: overTime(rateFigure(result, timeline)),
    split: overTime(splitFigure(result, timeline)),
    budget: budgetFigure(result),
    resources: overTime(resourceFigure(result, timeline)),
    health: overTime(healthFigure(result, timeline)),
    machine: overTime(machineFigure(result, timeline)),
    growth: growthFigure(result.growth),
  };
}

const doubtfulLegend: LegendEntry = { label: "not to be trusted", colour: "doubt", mark: "area" };

/** Says what the shade behind the lines means, where there is any. */
function overTime<Data extends { readonly timeline: Timeline }>(
  figure: FigureView<Data> | undefined,
): FigureView<Data> | undefined {
  if (figure === undefined || figure.data.timeline.doubtful.length === 0) return figure;
  return { ...figure, legend: [...figure.legend, doubtfulLegend] };
}
