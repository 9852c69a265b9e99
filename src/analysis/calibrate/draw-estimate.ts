import type { ProfileEstimate } from "../../result/profile-schema.ts";
import { meanEstimate, studentQuantile } from "../../stats/student.ts";

/**
 * A value with the 95 % interval that bootstrap draws leave open: their standard deviation times Student's t. Never
 * below zero. Draws that are all alike leave nothing open because nothing was there to be drawn anew, as where a run
 * tells a single figure: then there is no interval, not one without width.
 */
export function estimateFrom<Draw>(
  value: number,
  draws: readonly Draw[],
  of: (draw: Draw) => number | undefined,
): ProfileEstimate {
  const values = draws.map(of).filter((drawn) => drawn !== undefined);
  const spread = meanEstimate(values);
  if (spread === undefined || values.every((drawn) => drawn === values[0]))
    return { value: roundedTo6(value) };
  const variance = values.reduce((sum, drawn) => sum + (drawn - spread.mean) ** 2, 0) / (values.length - 1);
  const half = Math.sqrt(variance) * studentQuantile(0.975, values.length - 1);
  return {
    value: roundedTo6(value),
    low: roundedTo6(Math.max(0, value - half)),
    high: roundedTo6(value + half),
  };
}

/** As many digits as a person could want in a file. */
export function roundedTo6(value: number): number {
  return Number(value.toPrecision(6));
}
