import type { Version } from "../base/version.ts";
import { HarmedUsers, mostUsersToldPerSecond, type ToldUsers } from "./harmed-users.ts";
import type { Observation } from "./observation.ts";

/** How requests of one version ended in one second, by when they ended. Moments are ms on the run's axis. */
export type EndDelta = {
  /** Whole seconds from the start of the measured part. */
  readonly second: number;
  readonly version: Version;
  /** The first request that was not answered well. */
  readonly firstFailedMs?: number;
  /** Of the requests that the version answered: when the last one was sent, and the last answer was whole. */
  readonly lastSentMs?: number;
  readonly lastAnsweredMs?: number;
  readonly failed: number;
  readonly harmed: ToldUsers;
};

/** What an end leaves of a request. */
export type EndedObservation = Pick<Observation, "outcome" | "version" | "sentMs" | "completedMs" | "user">;

/** Collects the ends of requests between two windows; bounded by the seconds that had any. */
export class EndRecorder {
  readonly #originMs: number;
  #rows = new Map<string, Row>();
  /** Requests end mostly in the second of those before them. */
  #lastRows: { [version in Version]?: Row } = {};

  constructor(originMs: number) {
    this.#originMs = originMs;
  }

  record({ outcome, version, sentMs, completedMs, user }: EndedObservation): void {
    const endMs = completedMs - this.#originMs;
    const row = this.#rowOf(Math.floor(endMs / 1000), version);
    if (outcome === "ok" || outcome === "http-error") {
      row.lastSentMs = Math.max(row.lastSentMs, sentMs - this.#originMs);
      row.lastAnsweredMs = Math.max(row.lastAnsweredMs, endMs);
    }
    if (outcome === "ok" || outcome === "unfinished") return;
    row.failed++;
    row.firstFailedMs = Math.min(row.firstFailedMs, endMs);
    if (user !== undefined) {
      row.harmed ??= new HarmedUsers(mostUsersToldPerSecond);
      row.harmed.add(user);
    }
  }

  take(): readonly EndDelta[] {
    const rows = [...this.#rows.values()];
    this.#rows = new Map();
    this.#lastRows = {};
    return rows.map(({ second, version, failed, firstFailedMs, lastSentMs, lastAnsweredMs, harmed }) => ({
      second,
      version,
      failed,
      harmed: harmed?.tell() ?? nobody,
      ...(Number.isFinite(firstFailedMs) && { firstFailedMs: toMicroseconds(firstFailedMs) }),
      ...(Number.isFinite(lastSentMs) && { lastSentMs: toMicroseconds(lastSentMs) }),
      ...(Number.isFinite(lastAnsweredMs) && { lastAnsweredMs: toMicroseconds(lastAnsweredMs) }),
    }));
  }

  #rowOf(second: number, version: Version): Row {
    const last = this.#lastRows[version];
    if (last?.second === second) return last;
    const key = `${second}/${version}`;
    const row = this.#rows.get(key) ?? emptyRow(second, version);
    this.#rows.set(key, row);
    this.#lastRows[version] = row;
    return row;
  }
}

function emptyRow(second: number, version: Version): Row {
  return {
    second,
    version,
    failed: 0,
    firstFailedMs: Number.POSITIVE_INFINITY,
    lastSentMs: Number.NEGATIVE_INFINITY,
    lastAnsweredMs: Number.NEGATIVE_INFINITY,
    harmed: undefined,
  };
}

type Row = {
  readonly second: number;
  readonly version: Version;
  failed: number;
  firstFailedMs: number;
  lastSentMs: number;
  lastAnsweredMs: number;
  harmed: HarmedUsers | undefined;
};

const nobody: ToldUsers = { users: [], isCut: false };

function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
