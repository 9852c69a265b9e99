import type { TopLevelSpec } from "vega-lite";
import { clockFromSeconds } from "../../base/units.ts";
import type { Timeline } from "../view/timeline.ts";
import type { FigureSize } from "./theme.ts";

export type Layered = Extract<TopLevelSpec, { layer: unknown }>;
export type Layer = Layered["layer"][number];
type Encoding = NonNullable<Extract<Layer, { mark: unknown }>["encoding"]>;
export type XChannel = NonNullable<Encoding["x"]>;
export type YChannel = NonNullable<Encoding["y"]>;
export type ColourChannel = NonNullable<Encoding["color"]>;

/** Constant expressions over the axis's own value: no text of a result ever stands in one. */
const secondsLabel = "format(datum.value, 'd') + ' s'";
const clockLabel =
  "(datum.value < 0 ? '−' : '') + floor(abs(datum.value) / 60) + ':' + format(abs(datum.value) % 60, '02d')";
const durationLabel =
  "datum.value >= 1000 ? format(datum.value / 1000, '~g') + ' s'" +
  " : datum.value >= 1 || datum.value === 0 ? format(datum.value, '~g') + ' ms'" +
  " : format(datum.value * 1000, '~g') + ' µs'";

/** Steps, in seconds, that people read at a glance. */
const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];

/** Seconds of the run, all figures on the same ones. */
export function timeChannel(timeline: Timeline, { isNarrow }: FigureSize): XChannel {
  const { startSecond, endSecond } = timeline;
  const length = endSecond - startSecond;
  const most = isNarrow ? 5 : 10;
  const step =
    timeSteps.find((seconds) => length / seconds <= most) ?? Math.ceil(length / most / 86_400) * 86_400;
  const values: number[] = [];
  for (let second = Math.ceil(startSecond / step) * step; second <= endSecond; second += step)
    values.push(second);
  return {
    field: "second",
    type: "quantitative",
    title: null,
    scale: { domain: [startSecond, endSecond], nice: false },
    axis: { values, labelExpr: length > clockFromSeconds ? clockLabel : secondsLabel },
  };
}

/** Response times; a logarithmic axis has a label at 1, 2 and 5 of each decade, or at each decade. */
export function durationChannel(
  valuesMs: readonly number[],
  { scale, heightPixels }: { readonly scale: "linear" | "log"; readonly heightPixels: number },
): YChannel {
  const highest = valuesMs.reduce((left, right) => Math.max(left, right), 0);
  const base = { field: "ms", type: "quantitative", title: null } as const;
  if (scale === "linear") {
    return {
      ...base,
      scale: { domainMin: 0, nice: true },
      axis: { labelExpr: durationLabel, tickCount: Math.round(heightPixels / 55) },
    };
  }
  const positive = valuesMs.filter((ms) => ms > 0);
  const lowest = positive.reduce((left, right) => Math.min(left, right), highest);
  const domain = [roundDown(lowest), roundUp(highest)] as const;
  return {
    ...base,
    scale: { type: "log", domain: [...domain], nice: false, clamp: true },
    axis: { labelExpr: durationLabel, values: logTicks(...domain) },
  };
}

/** Ticks of a logarithmic axis. */
export function logTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  const steps = decades > 3 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const step of steps) {
      const tick = Number((step * 10 ** power).toPrecision(6));
      if (tick >= low && tick <= high) ticks.push(tick);
    }
  }
  return ticks;
}

/** The next lower of 1, 2, 5 times a power of ten. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return Number((power * ([5, 2].find((step) => step * power <= value) ?? 1)).toPrecision(6));
}

/** The next higher of 1, 2, 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return Number((power * ([1, 2, 5].find((step) => step * power >= value) ?? 10)).toPrecision(6));
}
