/** The CPU use of one second, in cores, and the requests per second in it. */
export type CpuSecond = { readonly cores: number; readonly ratePerSecond: number };

/** What each request takes, and what is used without any. */
export type CpuDemand = {
  readonly msPerRequest: number;
  readonly idleCores: number;
  /** Standard deviation of single seconds around the line, in cores. */
  readonly scatterCores: number;
};

/** Loads closer together than this can't tell what is used at rest from what requests take. */
const leastSpread = 0.2;

/**
 * The line through the mean CPU use at each load: its slope is the demand, its foot what is used without requests.
 * A foot below zero, or loads too close together for one, give a line through the origin.
 *
 * @param loads - the seconds of each run
 * @returns undefined where nothing was sampled
 *
 * Source: the utilisation law, U = X·D (Denning and Buzen, "The operational analysis of queueing network models",
 * 1978), by least squares on the runs' means: single seconds scatter with what was begun in the second before.
 */
export function cpuDemand(loads: readonly (readonly CpuSecond[])[]): CpuDemand | undefined {
  const means = loads.filter((seconds) => seconds.length > 0).map(meanSecond);
  if (means.length === 0 || means.every(({ ratePerSecond }) => ratePerSecond === 0)) return undefined;
  const { slope, foot } = lineThrough(means);
  const residuals = loads.flat().map(({ cores, ratePerSecond }) => cores - foot - slope * ratePerSecond);
  const freedom = Math.max(1, residuals.length - 2);
  const squares = residuals.reduce((sum, residual) => sum + residual * residual, 0);
  return { msPerRequest: slope * 1000, idleCores: foot, scatterCores: Math.sqrt(squares / freedom) };
}

type Weighted = CpuSecond & { readonly weight: number };

function meanSecond(seconds: readonly CpuSecond[]): Weighted {
  const sum = (of: (second: CpuSecond) => number) => seconds.reduce((total, second) => total + of(second), 0);
  return {
    cores: sum(({ cores }) => cores) / seconds.length,
    ratePerSecond: sum(({ ratePerSecond }) => ratePerSecond) / seconds.length,
    weight: seconds.length,
  };
}

function lineThrough(points: readonly Weighted[]): { readonly slope: number; readonly foot: number } {
  const sum = (of: (point: Weighted) => number) =>
    points.reduce((total, point) => total + point.weight * of(point), 0);
  const products = sum(({ cores, ratePerSecond }) => cores * ratePerSecond);
  const throughOrigin = { slope: products / sum(({ ratePerSecond }) => ratePerSecond ** 2), foot: 0 };
  const rates = points.map(({ ratePerSecond }) => ratePerSecond);
  const highest = Math.max(...rates);
  if (highest - Math.min(...rates) < leastSpread * highest) return throughOrigin;
  const total = sum(() => 1);
  const meanRate = sum(({ ratePerSecond }) => ratePerSecond) / total;
  const meanCores = sum(({ cores }) => cores) / total;
  const slope =
    sum(({ cores, ratePerSecond }) => (cores - meanCores) * (ratePerSecond - meanRate)) /
    sum(({ ratePerSecond }) => (ratePerSecond - meanRate) ** 2);
  const foot = meanCores - slope * meanRate;
  return foot < 0 || slope < 0 ? throughOrigin : { slope, foot };
}
