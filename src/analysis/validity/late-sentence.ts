import { assertNever } from "../../base/invariant.ts";
import { formatDurationMs, formatNumber, formatShare } from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { RunResult, TaintCause } from "../../result/schema.ts";
import { driverCount, type InstrumentSecond } from "./instrument-seconds.ts";
import { fewSecondsShare, fullMachine } from "./limits.ts";

/** Late seconds of one process, for one reason. */
export type LateGroup = {
  readonly process: string;
  readonly cause: TaintCause;
  readonly seconds: readonly InstrumentSecond[];
  /** All seconds of the process, the late ones among them. */
  readonly all: readonly InstrumentSecond[];
};

type Case = { readonly result: RunResult; readonly group: LateGroup; readonly rate: string };

/**
 * The culprit, its evidence and the remedy, for example: driver-2 sent 38 % of its requests more than 1 ms late, up
 * to 41 ms at p99, in 12 of 30 seconds (3 to 14): it used 97 % of a core; old was at 22 % and new at 19 % of a core;
 * try --set run.drivers=3, or at most 9,000/s.
 *
 * @param onTimeRate - a rate at which the instrument is known or expected to be on time, per second
 */
export function lateSentence(result: RunResult, group: LateGroup, onTimeRate: number): string {
  const found: Case = { result, group, rate: `at most ${formatNumber(onTimeRate)}/s` };
  const { seconds, all } = group;
  const ofSeconds = Math.max(1, Math.min(all.length, Math.round(result.totals.durationMs / 1000)));
  const when = `in ${Math.min(seconds.length, ofSeconds)} of ${ofSeconds} seconds (${namedSeconds(seconds)})`;
  const parts = [evidence(found), ...(isNowAndThen(group) ? [] : [servicesAt(result)]), remedy(found)];
  return `${lateness(group)} ${when}: ${parts.join("; ")}.`;
}

/** A pause that nothing explains, in few seconds: neither the services nor the rate have to do with it. */
function isNowAndThen({ cause, seconds, all }: LateGroup): boolean {
  return cause === "stalled event loop" && seconds.length <= all.length * fewSecondsShare;
}

function lateness({ process, seconds }: LateGroup): string {
  const worst = formatDurationMs(Math.max(...seconds.map(({ lateP99Ms }) => lateP99Ms)));
  if (seconds[0]?.role === "splitter") return `The event loop of the splitter was up to ${worst} late at p99`;
  const name = process === "driver" ? "The driver" : process;
  const due = seconds.reduce((sum, second) => sum + (second.due ?? 0), 0);
  const late = seconds.reduce((sum, second) => sum + (second.due ?? 0) * (second.lateShare ?? 0), 0);
  if (late === 0) return `${name} sent its requests up to ${worst} late at p99,`;
  return `${name} sent ${formatShare(late / due)} of its requests more than 1 ms late, up to ${worst} at p99,`;
}

function evidence({ group }: Case): string {
  const { seconds, cause } = group;
  const highest = (read: (second: InstrumentSecond) => number | undefined) =>
    formatShare(Math.max(0, ...seconds.flatMap((second) => read(second) ?? [])));
  const starved = highest(({ starvedShare }) => starvedShare);
  const waited =
    starved === "0 %"
      ? "it had to wait for a core"
      : `it was ready without a core for up to ${starved} of the time`;
  const used = (read: (second: InstrumentSecond) => number | undefined) => coresUsed(seconds, read);
  switch (cause) {
    case "driver out of CPU":
    case "splitter out of CPU":
      return `it used ${highest(({ cpuShare }) => cpuShare)} of a core`;
    case "CPU quota":
      return `the CPU quota stopped this container in up to ${highest(({ machine }) => machine.throttledShare)} of its periods`;
    case "steal":
      return `the hypervisor gave up to ${highest(({ machine }) => machine.stealShare)} of the CPU time to other guests`;
    case "services took the cores":
      return `${waited}, while the services used ${used(({ machine }) => machine.services)}`;
    case "other processes took the cores":
      return `${waited}, while processes that are no part of the run used ${used(({ machine }) => machine.others)}`;
    case "too few cores":
      return `${waited}, while drivers, splitter and coordinator used ${used(({ machine }) => machine.instrument)}`;
    case "process stopped":
      return `it stood still for up to ${formatDurationMs(Math.max(...seconds.map(({ lateMaxMs }) => lateMaxMs)))} without using or awaiting a core: it, or the machine, was stopped (SIGSTOP, a debugger, a snapshot)`;
    case "stalled event loop":
      return `it used only ${highest(({ cpuShare }) => cpuShare)} of a core${starved === "0 %" ? "" : ` and waited for one ${starved} of the time`}, so a pause of the system, a disk or garbage collection held it up`;
    default:
      return assertNever(cause);
  }
}

function remedy({ result, group, rate }: Case): string {
  const drivers = driverCount(result);
  const isMachineFull = group.seconds.every(({ machine }) => (machine.cpuShare ?? 0) >= fullMachine);
  switch (group.cause) {
    case "driver out of CPU":
      return isMachineFull
        ? `this machine has no core left for another driver: try ${rate}, or more cores`
        : `try --set run.drivers=${drivers + 1}, or ${rate}`;
    case "splitter out of CPU":
      return `a splitter has one core: try ${rate}`;
    case "CPU quota":
      return `raise the container's CPU limit, or try ${rate}`;
    case "steal":
      return "repeat the run on a machine with cores of its own";
    case "services took the cores":
      return `run the services on another machine, or try ${rate}`;
    case "other processes took the cores":
      return "end them, or repeat the run on a quiet machine";
    case "too few cores":
      return `use a machine with more cores, or try ${rate}`;
    case "process stopped":
      return "repeat the run";
    case "stalled event loop":
      if (isNowAndThen(group)) return "such pauses are rarer where less else runs";
      if (group.seconds[0]?.role === "splitter") return `repeat the run; if it stays so, try ${rate}`;
      return `repeat the run; if it stays so, try --set run.drivers=${drivers + 1}, or ${rate}`;
    default:
      return assertNever(group.cause);
  }
}

/** For example: 1.6 of 2 cores. */
function coresUsed(
  seconds: readonly InstrumentSecond[],
  read: (second: InstrumentSecond) => number | undefined,
): string {
  const cores = Math.max(0, ...seconds.flatMap((second) => read(second) ?? []));
  const all = seconds[0]?.machine.cores;
  return `up to ${formatNumber(Number(cores.toPrecision(2)))}${all === undefined ? "" : ` of ${all}`} cores`;
}

function servicesAt({ resources }: RunResult): string {
  const parts = versions.map((version) => {
    const shares = resources
      .filter(({ role }) => role === version)
      .flatMap(({ summary }) => summary.cpuShareMean ?? []);
    return shares.length === 0
      ? `the CPU of ${version} is not known`
      : `${version} was at ${formatShare(shares.reduce((sum, share) => sum + share, 0))}`;
  });
  return `${parts.join(" and ")} of a core`.replace("known of a core", "known");
}

const rangesNamed = 5;

/** The seconds whose requests were late, as ranges: `3 to 14, 20`. */
function namedSeconds(seconds: readonly InstrumentSecond[]): string {
  const starts = [...new Set(seconds.flatMap(wholeSeconds))];
  const ranges: { first: number; last: number }[] = [];
  for (const start of starts.toSorted((left, right) => left - right)) {
    const open = ranges.at(-1);
    if (open !== undefined && start === open.last + 1) open.last = start;
    else ranges.push({ first: start, last: start });
  }
  const named = ranges
    .slice(0, rangesNamed)
    .map(({ first, last }) => (first === last ? `${first}` : `${first} to ${last}`));
  const more = ranges.length > rangesNamed ? ` and ${ranges.length - rangesNamed} more stretches` : "";
  return `${starts.length === 1 ? "second" : "seconds"} ${named.join(", ")}${more}`;
}

/** A driver tells about a second a little after its end; only a real pause reaches back into the one before. */
function wholeSeconds({ dueFromMs, endMs }: InstrumentSecond): readonly number[] {
  const first = Math.max(0, Math.round(dueFromMs / 1000));
  const last = Math.max(first, Math.round(endMs / 1000) - 1);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
