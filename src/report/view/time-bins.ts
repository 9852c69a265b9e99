import { type Version, versions } from "../../base/version.ts";
import type { RunResult, SecondResult } from "../../result/schema.ts";

/** Most points that one line of a figure has, whatever the length of the run. */
export const maxPoints = 600;

/** Some seconds of the run taken together. */
export type TimeBin = {
  readonly startSecond: number;
  /** Seconds in it; the last one may have fewer than the others. */
  readonly seconds: number;
  /** Index of the stage of its first second. */
  readonly stage: number;
  readonly versions: { readonly [version in Version]?: BinArm };
};

/**
 * Counts are sums. Percentiles can't be merged, so each is that of the bin's worst second: `null` where one
 * was not met, absent where no second had enough samples.
 */
export type BinArm = {
  readonly scheduled: number;
  readonly completed: number;
  readonly p50Ms?: number | null;
  readonly p90Ms?: number | null;
  readonly p99Ms?: number | null;
  readonly movingP99Ms?: number | null;
  /** Over how many seconds, the longest stretch of the bin's. */
  readonly movingSeconds?: number;
  readonly maxMs?: number;
};

/**
 * The run's seconds in at most `limit` bins of one length, and one more; without gaps. The warm-up has negative
 * seconds.
 */
export function timeBins(result: RunResult, limit = maxPoints): readonly TimeBin[] {
  const { seconds } = result;
  const span = spanSeconds(result);
  const first = seconds.reduce((lowest, { second }) => Math.min(lowest, second), Number.POSITIVE_INFINITY);
  const last = seconds.reduce((highest, { second }) => Math.max(highest, second), Number.NEGATIVE_INFINITY);
  if (first > last) return [];
  const length = span * Math.ceil((last - first + span) / span / limit);
  const axis = axisOf(result, { first, end: last + span });
  // Bins are counted from second 0, so that none holds both warm-up and measured seconds.
  const firstBin = Math.floor(first / length);
  const contents = Array.from({ length: Math.floor(last / length) - firstBin + 1 }, (): SecondResult[] => []);
  for (const second of seconds) contents[Math.floor(second.second / length) - firstBin]?.push(second);
  return contents.map((content, index) => {
    const startSecond = Math.max(axis.first, (firstBin + index) * length);
    const endSecond = Math.min(axis.end, (firstBin + index + 1) * length);
    return binOf(content, { startSecond, seconds: endSecond - startSecond });
  });
}

/**
 * How many seconds each of a result's `seconds` covers. A long simulation keeps spans of several apart, each under
 * the number of its first: their greatest common divisor. A measured second is one.
 */
export function spanSeconds({ seconds, simulation }: RunResult): number {
  if (simulation === undefined) return 1;
  const divisor = seconds.reduce((common, { second }) => greatestCommonDivisor(common, Math.abs(second)), 0);
  return Math.max(1, divisor);
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}

type Axis = { readonly first: number; readonly end: number };

/** The first and the last span may reach beyond the simulated time; a rate is that of the part within. */
function axisOf({ simulation, totals }: RunResult, { first, end }: Axis): Axis {
  if (simulation === undefined) return { first, end };
  return {
    first: Math.max(first, -Math.ceil(simulation.warmUp.configuredMs / 1000)),
    end: Math.min(end, Math.ceil(totals.durationMs / 1000)),
  };
}

function binOf(content: readonly SecondResult[], place: { startSecond: number; seconds: number }): TimeBin {
  const arms: { [version in Version]?: BinArm } = {};
  for (const version of versions) {
    const own = content.map((second) => second.versions[version]).filter((arm) => arm !== undefined);
    if (own.length > 0) arms[version] = armOf(own);
  }
  return { ...place, stage: content[0]?.stage ?? 0, versions: arms };
}

type SecondArm = NonNullable<SecondResult["versions"]["old"]>;

function armOf(seconds: readonly SecondArm[]): BinArm {
  const p50Ms = worst(seconds.map((second) => second.p50Ms));
  const p90Ms = worst(seconds.map((second) => second.p90Ms));
  const p99Ms = worst(seconds.map((second) => second.p99Ms));
  const movingP99Ms = worst(seconds.map((second) => second.movingP99?.ms));
  const movingSeconds = worst(seconds.map((second) => second.movingP99?.seconds));
  const maxMs = worst(seconds.map((second) => second.maxMs));
  return {
    scheduled: seconds.reduce((total, { scheduled }) => total + scheduled, 0),
    completed: seconds.reduce((total, { completed }) => total + completed, 0),
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p90Ms !== undefined && { p90Ms }),
    ...(p99Ms !== undefined && { p99Ms }),
    ...(movingP99Ms !== undefined && { movingP99Ms }),
    ...(typeof movingSeconds === "number" && { movingSeconds }),
    ...(typeof maxMs === "number" && { maxMs }),
  };
}

function worst(values: readonly (number | null | undefined)[]): number | null | undefined {
  if (values.includes(null)) return null;
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.length === 0 ? undefined : numbers.reduce((left, right) => Math.max(left, right));
}
