import { invariant } from "../base/invariant.ts";

/**
 * The search for the highest rate that meets the goals, as a pure function of the trials so far: exponential
 * bracket, bisection on a logarithmic scale, repeats where a trial is too close to call, a confirmation twice as
 * long. Latency is taken to rise with the rate; where noise says otherwise, the lower rate that missed is believed.
 *
 * Source: the bracket, bisection and short-trials-first of RFC 2544's throughput search and MLRsearch
 * (draft-ietf-bmwg-mlrsearch), with repeats as votes.
 */

export type SearchSettings = {
  readonly startPerSecond: number;
  readonly minPerSecond: number;
  readonly maxPerSecond: number;
  /** The answer is met, and a rate this share above it is missed; 0.05 is 5 %. */
  readonly precision: number;
  readonly trialMs: number;
  /** Requests without which a goal can't be judged; a trial at a low rate lasts until it has them. */
  readonly requestsNeeded: number;
};

export type Purpose = "bracket" | "bisect" | "confirm";
export type TrialPlan = {
  readonly purpose: Purpose;
  readonly ratePerSecond: number;
  readonly durationMs: number;
};

/**
 * `undecided`: something else disturbed it, or too few requests. `bound`: the generator can't make this rate.
 * `isClose`: a goal's value lay so near its limit that noise may have decided.
 */
export type TrialOutcome = "met" | "missed" | "undecided" | "bound";
export type FinishedTrial = Pick<TrialPlan, "purpose" | "ratePerSecond"> & {
  readonly outcome: TrialOutcome;
  readonly isClose: boolean;
};

export type SearchEnd = {
  readonly state: "found" | "at least" | "below" | "not decided";
  /** The highest rate that met the goals; for `below` the lowest that was tried. */
  readonly ratePerSecond?: number;
  readonly lowestMissedPerSecond?: number;
  /** What ended the search. */
  readonly limit:
    | "goals"
    | "generator"
    | "highest rate asked for"
    | "lowest rate asked for"
    | "too unsteady"
    | "stopped";
};

export type SearchStep = { readonly next: TrialPlan } | { readonly end: SearchEnd };

/** Rates rise and fall by this factor until one meets and one misses the goals. */
const bracketFactor = 2;
/** Votes at one rate; with three, one disturbed trial is outvoted. */
const maxVotes = 3;
/** A confirmation has to hold for longer: a queue that grows slowly shows only in time. */
const confirmationLengths = 2;
/** So many rates may fail their confirmation before the service is called unsteady. */
const maxConfirmations = 4;
/** Bound of the whole search; a bracket over six decades and a bisection to 1 % take fewer. */
export const maxTrials = 60;
export const longestTrialMs = 60_000;
/** More requests than needed, as Poisson arrivals give sometimes fewer than planned. */
const requestsReserve = 1.15;

/** @returns the trial to run next, or the answer */
export function nextStep(settings: SearchSettings, trials: readonly FinishedTrial[]): SearchStep {
  if (trials.length >= maxTrials) return unsteady();
  const searching = trials.filter(({ purpose }) => purpose !== "confirm");
  const last = searching.at(-1);
  if (last === undefined) return trial(settings, "bracket", settings.startPerSecond);
  const vote = voteAt(searching, last.ratePerSecond);
  const { low, high } = boundsOf(searching);
  if (vote === "open") return trial(settings, last.purpose, last.ratePerSecond);
  if (vote === "bound") return { end: generatorEnd(low, high) };
  const next = nextRate(settings, low, high);
  if (next !== undefined)
    return trial(settings, high === undefined || low === undefined ? "bracket" : "bisect", next);
  if (low === undefined)
    return {
      end: { state: "below", ratePerSecond: high ?? settings.minPerSecond, limit: "lowest rate asked for" },
    };
  return confirm(
    settings,
    { low, high },
    trials.filter(({ purpose }) => purpose === "confirm"),
  );
}

type Bounds = { readonly low: number | undefined; readonly high: number | undefined };

/** The lowest rate that missed, and the highest below it that met the goals. */
function boundsOf(trials: readonly FinishedTrial[]): Bounds {
  const rates = [...new Set(trials.map(({ ratePerSecond }) => ratePerSecond))].toSorted(
    (left, right) => left - right,
  );
  const high = rates.find((rate) => voteAt(trials, rate) === "missed");
  const low = rates.findLast((rate) => voteAt(trials, rate) === "met" && (high === undefined || rate < high));
  return { low, high };
}

/** A trial that was close counts once, a clear one twice; two are enough, three are the most. */
function voteAt(trials: readonly FinishedTrial[], rate: number): "met" | "missed" | "bound" | "open" {
  const here = trials.filter(({ ratePerSecond }) => ratePerSecond === rate);
  if (here.some(({ outcome }) => outcome === "bound")) return "bound";
  const votes = (wanted: TrialOutcome) =>
    here.reduce((sum, { outcome, isClose }) => sum + (outcome === wanted ? (isClose ? 1 : 2) : 0), 0);
  const [met, missed] = [votes("met"), votes("missed")];
  if (here.length < maxVotes)
    return Math.max(met, missed) >= 2 && met !== missed ? winner(met, missed) : "open";
  return met + missed === 0 ? "bound" : winner(met, missed);
}

function winner(met: number, missed: number): "met" | "missed" {
  return met > missed ? "met" : "missed";
}

/** @returns undefined when nothing is left to try */
function nextRate(
  { minPerSecond, maxPerSecond, precision }: SearchSettings,
  low: number | undefined,
  high: number | undefined,
): number | undefined {
  if (high === undefined) {
    invariant(low !== undefined, "a decided trial gives a bound");
    return low >= maxPerSecond ? undefined : Math.min(roundRate(low * bracketFactor), maxPerSecond);
  }
  if (low === undefined)
    return high <= minPerSecond ? undefined : Math.max(roundRate(high / bracketFactor), minPerSecond);
  if (high <= low * (1 + precision)) return undefined;
  const middle = roundRate(Math.sqrt(low * high));
  return middle > low && middle < high ? middle : undefined;
}

function confirm(
  settings: SearchSettings,
  { low, high }: { readonly low: number; readonly high: number | undefined },
  trials: readonly FinishedTrial[],
): SearchStep {
  const last = trials.at(-1);
  if (last === undefined) return trial(settings, "confirm", low);
  const rate = last.ratePerSecond;
  const vote = voteAt(trials, rate);
  if (vote === "open") return trial(settings, "confirm", rate);
  if (vote === "bound") return { end: generatorEnd(rate, high) };
  const missed = trials
    .filter(({ outcome }) => outcome === "missed")
    .map(({ ratePerSecond }) => ratePerSecond);
  const lowestMissed =
    missed.length === 0
      ? high
      : Math.min(...missed.filter((other) => other > rate), high ?? Number.POSITIVE_INFINITY);
  if (vote === "met") return { end: confirmedEnd(settings, rate, lowestMissed) };
  const lower = roundRate(rate / (1 + settings.precision));
  const tried = new Set(trials.map(({ ratePerSecond }) => ratePerSecond)).size;
  return tried >= maxConfirmations || lower < settings.minPerSecond
    ? unsteady()
    : trial(settings, "confirm", lower);
}

function confirmedEnd({ maxPerSecond }: SearchSettings, rate: number, high: number | undefined): SearchEnd {
  if (high === undefined || !Number.isFinite(high)) {
    invariant(rate >= maxPerSecond, "without a rate that missed the search went on to the highest");
    return { state: "at least", ratePerSecond: rate, limit: "highest rate asked for" };
  }
  return { state: "found", ratePerSecond: rate, lowestMissedPerSecond: high, limit: "goals" };
}

function generatorEnd(low: number | undefined, high: number | undefined): SearchEnd {
  return {
    state: low === undefined ? "not decided" : "at least",
    ...(low !== undefined && { ratePerSecond: low }),
    ...(high !== undefined && { lowestMissedPerSecond: high }),
    limit: "generator",
  };
}

function unsteady(): SearchStep {
  return { end: { state: "not decided", limit: "too unsteady" } };
}

function trial(
  { trialMs, requestsNeeded }: SearchSettings,
  purpose: Purpose,
  ratePerSecond: number,
): SearchStep {
  const neededMs = (requestsNeeded * requestsReserve * 1000) / ratePerSecond;
  const lengths = purpose === "confirm" ? confirmationLengths : 1;
  const durationMs = Math.ceil(
    Math.min(Math.max(trialMs * lengths, neededMs), Math.max(longestTrialMs, trialMs)),
  );
  return { next: { purpose, ratePerSecond, durationMs } };
}

/** The lowest rate at which a trial of the longest length has the requests it needs. */
export function lowestJudgedRate(requestsNeeded: number): number {
  return Math.ceil((requestsNeeded * requestsReserve * 1000) / longestTrialMs);
}

/** Four digits: finer than any precision that can be asked for, and readable. */
function roundRate(ratePerSecond: number): number {
  return Number(ratePerSecond.toPrecision(4));
}
