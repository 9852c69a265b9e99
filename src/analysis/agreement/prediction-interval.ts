import type { Prediction } from "../../result/agreement-schema.ts";
import { studentQuantile } from "../../stats/student.ts";

const confidence = 0.95;

/**
 * The value to expect and the interval of one measurement to come, from values that might as well have been measured:
 * mean ± t·s·√(1 + 1/n), on logarithms where the quantity is a time, as times are skewed.
 *
 * @param values - at least two
 * @param extraDeviation - a standard deviation on the same scale that the values don't have in them
 *
 * Source: G. Hahn and W. Meeker, Statistical Intervals (1991), section 4.4.
 */
export function predictionFrom(
  values: readonly number[],
  { onLogarithms, extraDeviation = 0 }: { readonly onLogarithms: boolean; readonly extraDeviation?: number },
): Prediction {
  const count = values.length;
  const scaled = onLogarithms ? values.map((value) => Math.log(Math.max(value, 1e-9))) : values;
  const centre = scaled.reduce((sum, value) => sum + value, 0) / count;
  const variance = scaled.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (count - 1);
  const deviation = Math.sqrt(variance * (1 + 1 / count) + extraDeviation ** 2);
  const half = studentQuantile((1 + confidence) / 2, count - 1) * deviation;
  const unscaled = (value: number) => (onLogarithms ? Math.exp(value) : Math.max(0, value));
  return {
    value: values.reduce((sum, value) => sum + value, 0) / count,
    low: unscaled(centre - half),
    high: unscaled(centre + half),
  };
}
