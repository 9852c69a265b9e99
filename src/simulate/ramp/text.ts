import { formatCount, formatDurationMs, formatShare } from "../../base/units.ts";
import type { FaultOutcome, RampOutcome, RampStudy, ShareOf, Spread } from "./study-ramps.ts";

/** A study of ramps as a small table for the terminal. */
export function rampStudyText({ ramps, withFaults, withoutFaults, sameTwice }: RampStudy): string {
  return [
    `${formatCount(ramps)} ramps of each kind in virtual time; in brackets, 95 % intervals.`,
    "",
    ...(withFaults === undefined ? [] : faultLines(withFaults)),
    outcomeLine("Without faults: stopped", withoutFaults),
    outcomeLine("Old against itself: false alarms", sameTwice),
    "",
    "No machine stands still in these ramps.",
  ].join("\n");
}

function faultLines(outcome: FaultOutcome): readonly string[] {
  const { faultAtMs, caught, missed, alarmedBefore, timeToDetectMs, harmed, decidedBy } = outcome;
  const loops = Object.entries(decidedBy).map(([loop, times]) => `${loop} ${formatCount(times)}`);
  return [
    line(`Fault at ${formatDurationMs(faultAtMs)}: caught`, shareText(caught)),
    ...(loops.length === 0 ? [] : [line("  stopped by", loops.join(", "))]),
    line("  time to detect", spreadText(timeToDetectMs, formatDurationMs)),
    line("  requests harmed", spreadText(harmed, formatCount)),
    line("  missed", formatCount(missed)),
    line("  stopped before the fault", formatCount(alarmedBefore)),
  ];
}

function outcomeLine(title: string, { stopped }: RampOutcome): string {
  return line(title, shareText(stopped));
}

function shareText({ count, share, low, high }: ShareOf): string {
  return `${formatShare(share)} (${formatCount(count)})  [${formatShare(low)}, ${formatShare(high)}]`;
}

function spreadText(spread: Spread | undefined, write: (value: number) => string): string {
  if (spread === undefined) return "never";
  return `median ${write(spread.median)}, p95 ${write(spread.p95)}, highest ${write(spread.highest)}`;
}

function line(title: string, text: string): string {
  return `  ${title.padEnd(36)}${text}`;
}
