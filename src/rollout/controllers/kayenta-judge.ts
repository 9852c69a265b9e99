import { normalQuantile } from "../../stats/normal-quantile.ts";

/** How a metric of new stands to the baseline's, by the points of one metric over time. */
export type KayentaClass = "Pass" | "High" | "Low" | "Nodata";

/**
 * A look-alike of the Kayenta judge's comparison of one metric: points that are no number are removed; identical
 * or single-valued series pass; else the Mann–Whitney interval of 98 % around the Hodges–Lehmann difference d is
 * High when it lies above 0.25 |d| and the ratio of the means is at least 1, and Low when it lies below −0.25 |d|.
 * So any consistent shift fails, however small.
 *
 * @param baseline - points of old, `canary` of new, in time order
 */
export function classifyPoints(baseline: readonly number[], canary: readonly number[]): KayentaClass {
  const old = baseline.filter(Number.isFinite);
  const fresh = canary.filter(Number.isFinite);
  if (old.length === 0 || fresh.length === 0) return "Nodata";
  if (new Set([...old, ...fresh]).size === 1) return "Pass";
  const { estimate, low, high } = differenceInterval(fresh, old);
  const margin = tolerance * Math.abs(estimate);
  const ratio = mean(fresh) / mean(old);
  if (low > margin && !(ratio < 1)) return "High";
  if (high < -margin && !(ratio > 1)) return "Low";
  return "Pass";
}

const tolerance = 0.25;
const confidence = 0.98;
/** More points than that are thinned, for all their pairs are looked at. */
const mostPoints = 400;

/** Hodges–Lehmann difference of `left` − `right`, with the interval of the rank test. */
function differenceInterval(left: readonly number[], right: readonly number[]) {
  const [some, others] = [thin(left), thin(right)];
  const differences = some.flatMap((a) => others.map((b) => a - b)).toSorted((a, b) => a - b);
  const pairs = differences.length;
  const spread =
    normalQuantile((1 + confidence) / 2) * Math.sqrt((pairs * (some.length + others.length + 1)) / 12);
  const cut = Math.max(0, Math.floor(pairs / 2 - spread));
  const at = (index: number) => differences[index] ?? 0;
  return {
    estimate: (at(Math.floor((pairs - 1) / 2)) + at(Math.ceil((pairs - 1) / 2))) / 2,
    low: at(cut),
    high: at(pairs - 1 - cut),
  };
}

function thin(points: readonly number[]): readonly number[] {
  const every = Math.ceil(points.length / mostPoints);
  return points.filter((_, index) => index % every === 0);
}

function mean(points: readonly number[]): number {
  return points.reduce((sum, point) => sum + point, 0) / points.length;
}
