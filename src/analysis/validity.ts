import { proxiedNames } from "../result/proxied.ts";
import type { RunResult, TaintedWindow } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { causeOf } from "./validity/cause.ts";
import { type InstrumentSecond, instrumentSeconds } from "./validity/instrument-seconds.ts";
import { type LateGroup, lateSentence } from "./validity/late-sentence.ts";
import { type LatenessLimits, latenessLimits, worthlessSecondsShare } from "./validity/limits.ts";
import { floorOf, refusedConnections, silentDrivers, unevenDrivers } from "./validity/shortages.ts";

/** Where no second at a clearly lower rate was on time, this part of the offered rate is worth a try. */
const cautiousPart = 0.7;
const clearlyLess = 0.95;

/**
 * Whether the run's latencies describe the services or the machine that made the load. Only what the drivers and
 * the splitter did themselves counts against them: a service that is slow, or starved of CPU, makes requests
 * wait, but not the pacer.
 *
 * @returns the state; a sentence for each culprit, with its remedy; the stretches that are not to be trusted
 */
export function judgeValidity(result: RunResult, slo: RunPlan["slo"]): RunResult["validity"] {
  const limits = latenessLimits(result);
  const seconds = instrumentSeconds(result);
  const late = seconds.filter((second) => isSuspect(second, limits));
  const shortages = [...refusedConnections(result), ...unevenDrivers(result), ...silentDrivers(result)];
  const { floorMs, notes } = floorOf(result, slo);
  const isBound =
    shortages.some(({ state }) => state === "GENERATOR-BOUND") || isWorthlessAsAWhole(seconds, limits);
  const isTainted = shortages.length > 0 || late.length > 0;
  const onTimeRate = onTimeRatePerSecond(result, late);
  return {
    state: isBound ? "GENERATOR-BOUND" : isTainted ? "TAINTED" : "VALID",
    reasons: [
      ...shortages.map(({ sentence }) => sentence),
      ...groupsOf(late, seconds).map((group) => lateSentence(result, group, onTimeRate)),
      ...notes,
      ...proxyNotes(result),
    ],
    ...(floorMs !== undefined && { floorMs }),
    ...(late.length > 0 && { windows: windowsOf(late) }),
  };
}

/** Every figure of the run has them in it, those of the time without a fault as well. */
function proxyNotes(result: RunResult): readonly string[] {
  const names = proxiedNames(result);
  if (names.length === 0) return [];
  return [
    `For its faults a proxy stood before ${names.join(", ")} for the whole run; what it adds to each answer is in these figures.`,
  ];
}

function isSuspect({ role, lateP50Ms, lateP99Ms }: InstrumentSecond, limits: LatenessLimits): boolean {
  if (role === "splitter") return lateP99Ms > limits.suspectLoopMs;
  return lateP99Ms > limits.suspectP99Ms || lateP50Ms > limits.suspectMedianMs;
}

function isWorthless({ role, lateP50Ms, lateP99Ms }: InstrumentSecond, limits: LatenessLimits): boolean {
  if (role === "splitter") return lateP99Ms > limits.worthlessLoopMs;
  return lateP99Ms > limits.worthlessP99Ms || lateP50Ms > limits.worthlessMedianMs;
}

/** All drivers' seconds count together, the splitter's by themselves. */
function isWorthlessAsAWhole(seconds: readonly InstrumentSecond[], limits: LatenessLimits): boolean {
  return (["driver", "splitter"] as const).some((role) => {
    const own = seconds.filter((second) => second.role === role);
    const worthless = own.filter((second) => isWorthless(second, limits));
    return worthless.length > 0 && worthless.length >= own.length * worthlessSecondsShare;
  });
}

/** By process and cause, those with the most seconds first. */
function groupsOf(late: readonly InstrumentSecond[], all: readonly InstrumentSecond[]): readonly LateGroup[] {
  const groups = Map.groupBy(late, (second) => `${second.process} ${causeOf(second)}`);
  return [...groups.values()]
    .flatMap((seconds) => {
      const [first] = seconds;
      if (first === undefined) return [];
      const { process } = first;
      const ofProcess = all.filter((second) => second.process === process);
      return [{ process, cause: causeOf(first), seconds, all: ofProcess }];
    })
    .toSorted((left, right) => right.seconds.length - left.seconds.length);
}

/** Neighbouring seconds of one process and cause are one stretch. */
function windowsOf(late: readonly InstrumentSecond[]): TaintedWindow[] {
  const windows: TaintedWindow[] = [];
  for (const second of late) {
    const { process, dueFromMs: startMs, endMs } = second;
    const cause = causeOf(second);
    const before = windows.findLast((window) => window.process === process);
    if (before?.cause === cause && startMs <= before.endMs + 1) before.endMs = endMs;
    else windows.push({ startMs, endMs, process, cause });
  }
  return windows;
}

/** The highest rate of a second in which nobody was late, where that is clearly less than was offered; two digits. */
function onTimeRatePerSecond({ seconds, totals }: RunResult, late: readonly InstrumentSecond[]): number {
  const onTime = seconds.filter(({ second }) => {
    const [startMs, endMs] = [second * 1000, (second + 1) * 1000];
    return second >= 0 && !late.some((window) => window.dueFromMs < endMs && window.endMs > startMs);
  });
  const offered = totals.durationMs > 0 ? (totals.due * 1000) / totals.durationMs : 0;
  const seen = Math.max(0, ...onTime.map(({ due }) => due));
  const { old, new: next } = totals.versions;
  const answered = old.throughputPerSecond + next.throughputPerSecond;
  const cautious = Math.min(offered * cautiousPart, answered > 0 ? answered : offered);
  return Number((seen > cautious && seen < offered * clearlyLess ? seen : cautious).toPrecision(2));
}
