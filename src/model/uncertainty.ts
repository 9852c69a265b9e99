import { UserError } from "../base/errors.ts";
import { randomStream, type Uniform } from "../base/random.ts";
import type { Scenario } from "../scenario/schema.ts";
import { capacityPoint } from "./capacity-point.ts";
import { numberAt, type ScenarioText, scenarioWith, withNumber } from "./what-if/scenario-path.ts";
import { type Basis, basisInputs } from "./what-if/sweep.ts";

/** An input between two ends, likeliest at a value between them, in its base unit. */
export type UncertainInput = {
  readonly path: string;
  readonly low: number;
  readonly likely: number;
  readonly high: number;
};

/** 5 %, 50 % and 95 % of a figure over the samples. */
export type Limits = { readonly low: number; readonly middle: number; readonly high: number };

export type UncertainRow = {
  readonly users: number;
  /** Absent where every sample is impossible. */
  readonly servers: Limits | undefined;
  readonly peakPerSecond: Limits | undefined;
  readonly costPerHour: Limits | undefined;
  /** Samples for which no number of servers is enough. */
  readonly impossibleShare: number;
  /** Share of the servers' spread that each input explains, largest first. */
  readonly influences: readonly { readonly path: string; readonly share: number }[];
};

export type Uncertainty = {
  readonly inputs: readonly UncertainInput[];
  readonly samples: number;
  readonly rows: readonly UncertainRow[];
};

const samples = 500;

/**
 * The uncertain inputs of `growth.uncertain`, read in the units of their places.
 *
 * @throws UserError `scenario-invalid` for a value that its place refuses, or ends in the wrong order
 */
export function uncertainInputs(scenario: Scenario, source: ScenarioText): readonly UncertainInput[] {
  return Object.entries(scenario.growth.uncertain).map(([path, { low, likely, high }]) => {
    const read = (written: string | number) => numberAt(scenarioWith(source, `${path}=${written}`), path);
    const input = {
      path,
      low: read(low),
      likely: likely === undefined ? numberAt(scenario, path) : read(likely),
      high: read(high),
    };
    if (input.low <= input.likely && input.likely <= input.high && input.low < input.high) return input;
    throw new UserError(
      "scenario-invalid",
      `growth.uncertain.${path}: low ≤ likely ≤ high must hold, with low below high.`,
    );
  });
}

/**
 * The growth table with limits: every input drawn from its triangle, independently of the others.
 *
 * Source: Latin hypercube sampling (McKay, Beckman and Conover, 1979) of triangular laws; influence by squared
 * rank correlation with the number of servers, as shares of their sum.
 */
export function growthLimits(
  basis: Basis,
  inputs: readonly UncertainInput[],
  userCounts: readonly number[],
): Uncertainty {
  const columns = inputs.map((input, index) =>
    drawColumn(input, randomStream(basis.scenario.run.seed, "uncertainty", index)),
  );
  const drawn = Array.from({ length: samples }, (_, sample) =>
    basisInputs({
      ...basis,
      scenario: inputs.reduce(
        (varied, { path }, index) => withNumber(varied, path, columns[index]?.[sample] ?? 0),
        basis.scenario,
      ),
    }),
  );
  const rows = userCounts.map((users) => {
    const answers = drawn.map((each) => capacityPoint(each, users));
    const points = answers.map((answer) => ("point" in answer ? answer.point : undefined));
    const possible = points.filter((point) => point !== undefined);
    const costs = possible.flatMap(({ cost }) => (cost === undefined ? [] : [cost.perHour]));
    return {
      users,
      servers: limitsOf(possible.map(({ servers }) => servers.total)),
      peakPerSecond: limitsOf(possible.map(({ load }) => load.peakPerSecond)),
      costPerHour: limitsOf(costs),
      impossibleShare: 1 - possible.length / samples,
      influences: influencesOf(
        inputs,
        columns,
        points.map((point) => point?.servers.total ?? Number.MAX_VALUE),
      ),
    };
  });
  return { inputs, samples, rows };
}

/** One value from each of as many equal slices of the law, in random order. */
function drawColumn(input: UncertainInput, uniform: Uniform): readonly number[] {
  const values = Array.from({ length: samples }, (_, slice) =>
    triangle(input, (slice + uniform()) / samples),
  );
  for (let at = samples - 1; at > 0; at--) {
    const other = Math.min(at, Math.floor(uniform() * (at + 1)));
    [values[at], values[other]] = [values[other] ?? 0, values[at] ?? 0];
  }
  return values;
}

/** Inverse of the triangular law. */
function triangle({ low, likely, high }: UncertainInput, chance: number): number {
  const width = high - low;
  const rising = (likely - low) / width;
  return chance < rising
    ? low + Math.sqrt(chance * width * (likely - low))
    : high - Math.sqrt((1 - chance) * width * (high - likely));
}

function limitsOf(values: readonly number[]): Limits | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { low: at(0.05), middle: at(0.5), high: at(0.95) };
}

function influencesOf(
  inputs: readonly UncertainInput[],
  columns: readonly (readonly number[])[],
  figures: readonly number[],
): UncertainRow["influences"] {
  const figureRanks = ranks(figures);
  const squares = columns.map((column) => correlation(ranks(column), figureRanks) ** 2);
  const sum = squares.reduce((total, square) => total + square, 0);
  return inputs
    .map(({ path }, index) => ({ path, share: sum < 1e-12 ? 0 : (squares[index] ?? 0) / sum }))
    .sort((left, right) => right.share - left.share);
}

/** Ranks, equal values sharing the mean of theirs. */
function ranks(values: readonly number[]): readonly number[] {
  const order = values
    .map((value, index) => ({ value, index }))
    .sort((left, right) => left.value - right.value);
  const result = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && order[to]?.value === order[from]?.value) to++;
    for (let at = from; at < to; at++) result[order[at]?.index ?? 0] = (from + to - 1) / 2;
    from = to;
  }
  return result;
}

function correlation(left: readonly number[], right: readonly number[]): number {
  const mean = (left.length - 1) / 2;
  let both = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (const [index, value] of left.entries()) {
    const other = (right[index] ?? 0) - mean;
    both += (value - mean) * other;
    leftSquares += (value - mean) ** 2;
    rightSquares += other ** 2;
  }
  return leftSquares === 0 || rightSquares === 0 ? 0 : both / Math.sqrt(leftSquares * rightSquares);
}
