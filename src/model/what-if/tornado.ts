import type { Axis } from "./axis.ts";
import type { MetricName } from "./metrics.ts";
import { numberAt, withNumber } from "./scenario-path.ts";
import { type Basis, figureOf } from "./sweep.ts";

/** What one input, moved over its range while all others stay, does to a figure. */
export type TornadoBar = {
  readonly path: string;
  readonly base: number;
  readonly low: { readonly input: number; readonly figure: number | undefined };
  readonly high: { readonly input: number; readonly figure: number | undefined };
  /** Difference of the two figures; Infinity where one of them is impossible. */
  readonly swing: number;
};

/** One at a time, widest swing first. */
export function tornado(basis: Basis, axes: readonly Axis[], show: MetricName): readonly TornadoBar[] {
  const end = (path: string, input: number) => ({
    input,
    figure: figureOf({ ...basis, scenario: withNumber(basis.scenario, path, input) }, show),
  });
  return axes
    .map(({ path, values }) => {
      const low = end(path, Math.min(...values));
      const high = end(path, Math.max(...values));
      const swing =
        low.figure === undefined || high.figure === undefined
          ? Number.POSITIVE_INFINITY
          : Math.abs(high.figure - low.figure);
      return { path, base: numberAt(basis.scenario, path), low, high, swing };
    })
    .sort((left, right) => right.swing - left.swing);
}
