import { formatDurationMs, formatNumber, formatShare } from "../base/units.ts";
import { versions } from "../base/version.ts";
import type { GeneratorHealth, RunResult } from "../result/schema.ts";

/**
 * Whether the run's latencies describe the services or the machine that made the load. Only the driver's own
 * lateness counts against it: a service that is slow, or starved, makes requests wait, but not the pacer.
 */

/** Sent later than this at the 99th percentile, a second is suspect, or its latencies are worthless. */
const suspectLagMs = 1;
const worthlessLagMs = 10;
/** The same as parts of what is measured: a lag is harmless where responses take far longer. */
const suspectPartOfMedian = 0.05;
const worthlessPartOfP99 = 0.1;
/** From this share of worthless seconds on, the run as a whole is. */
const worthlessShare = 0.25;
const generatorFailureShare = 0.001;
/** A process at this share of a core has no room left. */
const fullCore = 0.85;
const secondsNamed = 5;

export function judgeValidity(result: RunResult): RunResult["validity"] {
  const measured = result.health.filter(
    ({ atMs, due }) => atMs > 0 && atMs <= result.totals.durationMs && due > 0,
  );
  const failures = result.health.reduce((sum, { generatorFailures }) => sum + generatorFailures, 0);
  const limits = lagLimits(result);
  const worthless = measured.filter(({ pacerLagP99Ms }) => pacerLagP99Ms > limits.worthlessMs);
  const suspect = measured.filter(({ pacerLagP99Ms }) => pacerLagP99Ms > limits.suspectMs);
  if (failures > result.totals.due * generatorFailureShare) {
    const sentence = `${formatNumber(failures)} connections failed on this machine itself, out of ports or descriptors; \`ulimit -n\` and fewer connections help.`;
    return { state: "GENERATOR-BOUND", reasons: [sentence] };
  }
  if (worthless.length >= Math.max(1, measured.length * worthlessShare)) {
    return { state: "GENERATOR-BOUND", reasons: [boundSentence(result, worthless)] };
  }
  return suspect.length === 0
    ? { state: "VALID", reasons: [] }
    : { state: "TAINTED", reasons: [taintSentence(suspect, measured.length)] };
}

function lagLimits({ totals }: RunResult) {
  const times = versions.map((version) => totals.versions[version].responseTimeMs);
  const medians = times.flatMap(({ p50 }) => p50 ?? []);
  const p99s = times.flatMap(({ p99 }) => p99 ?? []);
  return {
    suspectMs: Math.max(
      suspectLagMs,
      Math.min(...medians, Number.MAX_VALUE) === Number.MAX_VALUE
        ? 0
        : Math.min(...medians) * suspectPartOfMedian,
    ),
    worthlessMs: Math.max(worthlessLagMs, p99s.length === 0 ? 0 : Math.min(...p99s) * worthlessPartOfP99),
  };
}

function taintSentence(suspect: readonly GeneratorHealth[], all: number): string {
  const seconds = [...new Set(suspect.map(({ atMs }) => Math.max(0, Math.ceil(atMs / 1000) - 1)))];
  const named = seconds.slice(0, secondsNamed).join(", ");
  const more = seconds.length > secondsNamed ? ` and ${seconds.length - secondsNamed} more` : "";
  const worst = Math.max(...suspect.map(({ pacerLagP99Ms }) => pacerLagP99Ms));
  return `In ${suspect.length} of ${all} driver seconds (second ${named}${more}) the load was sent up to ${formatDurationMs(worst)} late at p99; their latencies include this machine.`;
}

function boundSentence(result: RunResult, worthless: readonly GeneratorHealth[]): string {
  const worst = worthless.reduce((left, right) => (right.pacerLagP99Ms > left.pacerLagP99Ms ? right : left));
  const drivers = new Set(result.health.map(({ driver }) => driver)).size;
  const name = drivers === 1 ? "The driver" : `driver-${worst.driver + 1}`;
  const lag = `${name} sent its requests up to ${formatDurationMs(worst.pacerLagP99Ms)} late at p99, at ${formatShare(worst.cpuShare)} of a core`;
  const offered = result.totals.durationMs > 0 ? (result.totals.due * 1000) / result.totals.durationMs : 0;
  const remedy =
    worst.cpuShare >= fullCore
      ? `try --set run.drivers=${drivers + 1}, or a rate well below ${formatNumber(offered)}/s`
      : "the cores of this machine were taken by something else: give the driver a core of its own, or lower the rate";
  return `${lag}; ${servicesSentence(result)}; ${remedy}.`;
}

function servicesSentence({ resources }: RunResult): string {
  const cpu = versions.map((version) => {
    const shares = resources
      .filter(({ role }) => role === version)
      .flatMap(({ summary }) => summary.cpuShareMean ?? []);
    return `${version} at ${shares.length === 0 ? "an unknown share" : formatShare(shares.reduce((sum, share) => sum + share, 0))}`;
  });
  return cpu.join(", ");
}
