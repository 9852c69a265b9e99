import { randomStream, type Uniform } from "../../src/base/random.ts";
import type { TimedRequest } from "./steady-load.ts";

/** On the clock of `Date.now()`. */
export type Slice = { readonly fromMs: number; readonly toMs: number };

export type PairedRatio = {
  readonly offP99Ms: number;
  readonly onP99Ms: number;
  readonly ratio: number;
  /** 95 %, by drawing pairs of slices anew. */
  readonly interval: readonly [number, number];
};

const draws = 400;

/** The p99 of all requests that began in a slice of the one kind, beside those of the other kind; slices come in pairs. */
export function pairedRatio(
  requests: readonly TimedRequest[],
  off: readonly Slice[],
  on: readonly Slice[],
): PairedRatio {
  const [offTimes, onTimes] = [timesIn(requests, off), timesIn(requests, on)];
  const offP99Ms = p99(offTimes);
  const onP99Ms = p99(onTimes);
  const uniform = randomStream(1, "paired-slices");
  const drawn = Array.from({ length: draws }, () => {
    const picks = drawPairs(off.length, uniform);
    const of = (times: readonly (readonly number[])[]) => p99(picks.map((pick) => times[pick] ?? []));
    return of(onTimes) / of(offTimes);
  }).toSorted((a, b) => a - b);
  const at = (share: number) => round(drawn[Math.floor(draws * share)] ?? Number.NaN);
  return { offP99Ms, onP99Ms, ratio: round(onP99Ms / offP99Ms), interval: [at(0.025), at(0.975)] };
}

function timesIn(
  requests: readonly TimedRequest[],
  slices: readonly Slice[],
): readonly (readonly number[])[] {
  return slices.map(({ fromMs, toMs }) =>
    requests.filter(({ startMs }) => startMs >= fromMs && startMs < toMs).map(({ tookMs }) => tookMs),
  );
}

function drawPairs(pairs: number, uniform: Uniform): readonly number[] {
  return Array.from({ length: pairs }, () => Math.floor(uniform() * pairs));
}

function p99(slices: readonly (readonly number[])[]): number {
  const times = Float64Array.from(slices.flat()).sort();
  return times[Math.floor(times.length * 0.99)] ?? Number.NaN;
}

function round(value: number): number {
  return Number(value.toFixed(3));
}
