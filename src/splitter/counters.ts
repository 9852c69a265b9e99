import { systemClock } from "../base/clock.ts";
import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import { DurationBuckets } from "../telemetry/duration-buckets.ts";
import {
  type FailureClass,
  failureClasses,
  type MirrorStats,
  type SplitterStats,
  type StatusClass,
  statusClasses,
  type VersionStats,
} from "./messages.ts";

/** Counts of one version, without its health. */
export type VersionCounts = {
  -readonly [name in keyof Omit<VersionStats, "answered" | "failed" | "healthy">]: number;
} & { answered: Record<StatusClass, number>; failed: Record<FailureClass, number> };

export type MirrorCounts = { -readonly [name in keyof MirrorStats]: number };

/** Everything that is counted, since the last report and since the start. */
export class Counters {
  readonly overhead = new DurationHistogram();
  /** From received to answered, of complete answers, since the start. */
  readonly durations = perVersion(() => new DurationBuckets());
  versions = perVersion(emptyVersion);
  mirror = emptyMirror();
  copyErrors = 0;
  readonly copyTimes = new DurationHistogram();
  byShare = perVersion(() => 0);
  byFlag = perVersion(() => 0);
  byRule = perVersion(() => 0);
  expectedNewPerMillion = 0;
  /** How often a user's request was decided or answered, since the start. */
  usersSteps = 0;
  refused = 0;
  openConnections = 0;
  droppedConnections = 0;
  /** Since the start, for those who read counters and not differences. */
  readonly totals = {
    versions: perVersion(emptyVersion),
    mirror: emptyMirror(),
    refused: 0,
    droppedConnections: 0,
  };

  countAnswer(version: Version, status: number): void {
    this.usersSteps++;
    const { answered } = this.versions[version];
    if (status < 300) answered["2xx"]++;
    else if (status < 400) answered["3xx"]++;
    else if (status < 500) answered["4xx"]++;
    else answered["5xx"]++;
  }

  /** What happened since the last call; starts the next period. */
  take(newPerMillion: number, healthy: PerVersion<boolean>): SplitterStats {
    const { overhead } = this;
    const stats: SplitterStats = {
      atMs: systemClock.nowMs(),
      versions: perVersion((version) => ({ ...this.versions[version], healthy: healthy[version] })),
      mirror: this.mirror,
      copies: { errors: this.copyErrors, histogram: this.copyTimes.encode() },
      split: {
        newPerMillion,
        byShare: this.byShare,
        byFlag: this.byFlag,
        byRule: this.byRule,
        expectedNew: this.expectedNewPerMillion / 1e6,
      },
      refused: this.refused,
      connections: { open: this.openConnections, dropped: this.droppedConnections },
      overhead: {
        count: overhead.count,
        meanMs: overhead.meanMs,
        maxMs: overhead.maxMs,
        histogram: overhead.encode(),
      },
    };
    this.#startPeriod();
    return stats;
  }

  /** Brings `totals` up to date without ending the period. */
  sums(): { readonly versions: PerVersion<VersionCounts>; readonly mirror: MirrorCounts } {
    return {
      versions: perVersion((version) => sumVersion(this.totals.versions[version], this.versions[version])),
      mirror: sumMirror(this.totals.mirror, this.mirror),
    };
  }

  #startPeriod(): void {
    const sums = this.sums();
    this.totals.versions = { old: sums.versions.old, new: sums.versions.new };
    this.totals.mirror = sums.mirror;
    this.totals.refused += this.refused;
    this.totals.droppedConnections += this.droppedConnections;
    const { old, new: newer } = this.versions;
    this.versions = { old: emptyVersion(), new: emptyVersion() };
    this.versions.old.inFlight = old.inFlight;
    this.versions.new.inFlight = newer.inFlight;
    this.mirror = { ...emptyMirror(), inFlight: this.mirror.inFlight };
    this.byShare = perVersion(() => 0);
    this.byFlag = perVersion(() => 0);
    this.byRule = perVersion(() => 0);
    this.expectedNewPerMillion = 0;
    this.refused = 0;
    this.droppedConnections = 0;
    this.overhead.reset();
    this.copyErrors = 0;
    this.copyTimes.reset();
  }
}

function emptyVersion(): VersionCounts {
  return {
    received: 0,
    forwarded: 0,
    rerouted: 0,
    retried: 0,
    inFlight: 0,
    answered: zeroes(statusClasses),
    failed: zeroes(failureClasses),
  };
}

function emptyMirror(): MirrorCounts {
  return { copied: 0, dropped: 0, answered: 0, failed: 0, timedOut: 0, tooLarge: 0, inFlight: 0 };
}

function zeroes<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

function sumVersion(total: VersionCounts, period: VersionCounts): VersionCounts {
  return {
    received: total.received + period.received,
    forwarded: total.forwarded + period.forwarded,
    rerouted: total.rerouted + period.rerouted,
    retried: total.retried + period.retried,
    inFlight: period.inFlight,
    answered: sumRecords(statusClasses, total.answered, period.answered),
    failed: sumRecords(failureClasses, total.failed, period.failed),
  };
}

function sumMirror(total: MirrorCounts, period: MirrorCounts): MirrorCounts {
  return {
    copied: total.copied + period.copied,
    dropped: total.dropped + period.dropped,
    answered: total.answered + period.answered,
    failed: total.failed + period.failed,
    timedOut: total.timedOut + period.timedOut,
    tooLarge: total.tooLarge + period.tooLarge,
    inFlight: period.inFlight,
  };
}

function sumRecords<Name extends string>(
  names: readonly Name[],
  left: Record<Name, number>,
  right: Record<Name, number>,
): Record<Name, number> {
  const sum = zeroes(names);
  for (const name of names) sum[name] = left[name] + right[name];
  return sum;
}
