import { type Version, versions } from "../../base/version.ts";
import type { RunResult } from "../../result/schema.ts";
import { type Estimate, estimateRatio } from "../../stats/estimate.ts";
import {
  type ComparedFigure,
  comparedFigures,
  type FigureEstimate,
  figureEstimate,
} from "./figure-estimate.ts";

/** Several results side by side, each against the first. */
export type ResultComparison = {
  readonly schema: "twinlane/comparison@1";
  readonly results: readonly ComparedResult[];
  readonly rows: readonly ComparisonRow[];
  readonly growth: readonly GrowthComparison[];
};

export type ComparedResult = {
  readonly name: string;
  readonly method: RunResult["method"];
  readonly scenario: string;
  readonly validity: string;
};

export type ComparisonRow = {
  readonly version: Version;
  readonly figure: ComparedFigure;
  /** In the order of the results; null where one doesn't have the figure. */
  readonly values: readonly (number | null)[];
  /** Of each further result against the first; null where one of the two lacks the figure. */
  readonly differences: readonly (Difference | null)[];
};

export type Difference = {
  readonly absolute: number;
  /** Relative to the first; absent where that is 0. */
  readonly relative?: number;
  /** 95 % interval of the ratio less 1. */
  readonly interval?: { readonly low: number; readonly high: number };
  /** Absent where no interval can be told. */
  readonly verdict?: "higher" | "lower" | "no difference told";
};

/** Servers of both versions, spares apart, at one user count. */
export type GrowthComparison = {
  readonly users: number;
  readonly servers: readonly (number | null)[];
};

export type NamedResult = { readonly name: string; readonly result: RunResult };

/**
 * Lays results of any clock side by side, each figure with its difference from the first result's, and where both
 * sides tell how sure they are, with the interval of that difference.
 *
 * @param named - two or more
 */
export function compareResults(named: readonly NamedResult[]): ResultComparison {
  const rows = versions.flatMap((version) =>
    comparedFigures.flatMap((figure) => comparisonRow(named, version, figure) ?? []),
  );
  const users = [...new Set(named.flatMap(({ result }) => result.growth.map((row) => row.users)))];
  return {
    schema: "twinlane/comparison@1",
    results: named.map(({ name, result }) => ({
      name,
      method: result.method,
      scenario: result.scenario.name,
      validity: result.validity.state,
    })),
    rows,
    growth: users
      .toSorted((left, right) => left - right)
      .map((count) => ({
        users: count,
        servers: named.map(
          ({ result }) => result.growth.find((row) => row.users === count)?.servers.total ?? null,
        ),
      })),
  };
}

function comparisonRow(
  named: readonly NamedResult[],
  version: Version,
  figure: ComparedFigure,
): ComparisonRow | undefined {
  const estimates = named.map(({ result }) => figureEstimate(result, version, figure));
  if (estimates.every((estimate) => estimate === undefined)) return undefined;
  const [first, ...others] = estimates;
  return {
    version,
    figure,
    values: estimates.map((estimate) => estimate?.value ?? null),
    differences: others.map((other) => (first && other ? differenceOf(first, other) : null)),
  };
}

function differenceOf(first: FigureEstimate, other: FigureEstimate): Difference {
  const absolute = other.value - first.value;
  const ratio = ratioOf(first.interval, other.interval);
  return {
    absolute,
    ...(first.value !== 0 && { relative: absolute / first.value }),
    ...(ratio && { interval: { low: ratio.low - 1, high: ratio.high - 1 }, verdict: verdictOf(ratio) }),
  };
}

/** Bounded on both sides, or not told at all. */
function ratioOf(first: Estimate | undefined, other: Estimate | undefined): Estimate | undefined {
  if (first === undefined || other === undefined) return undefined;
  const ratio = estimateRatio(other, first);
  return Number.isFinite(ratio.low) && Number.isFinite(ratio.high) ? ratio : undefined;
}

function verdictOf({ low, high }: Estimate): NonNullable<Difference["verdict"]> {
  if (low > 1) return "higher";
  return high < 1 ? "lower" : "no difference told";
}
