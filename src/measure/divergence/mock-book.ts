import { type PerVersion, type Version, versions } from "../../base/version.ts";
import type { DatabaseDivergence } from "../../result/divergence-schema.ts";
import { DurationHistogram } from "../../stats/histogram.ts";
import type { AnyProcess } from "../child-process.ts";
import type { MockStats } from "../mock-messages.ts";
import type { MadeDrift, StorageStats } from "../stores/storage-messages.ts";

type Told = {
  readonly version: Version;
  readonly atMs: number;
  /** Requests worked on or waiting. */
  readonly underWay: number;
  readonly storage: StorageStats;
};

/** What the mocks tell of their stores: totals by process, since a mock started again counts from 0. */
export class MockBook {
  readonly #told = new Map<number, Told>();
  readonly #lags = new DurationHistogram();
  readonly #onDrift: (drift: MadeDrift) => void;

  constructor(onDrift: (drift: MadeDrift) => void) {
    this.#onDrift = onDrift;
  }

  take({ atMs, storage, busy, queueLength }: MockStats, { pid, role }: AnyProcess): void {
    if (storage === undefined || (role !== "old" && role !== "new")) return;
    this.#told.set(pid, { version: role, atMs, underWay: busy + queueLength, storage });
    for (const lagMs of storage.second?.lagsMs ?? []) this.#lags.record(lagMs);
    for (const drift of storage.second?.drifts ?? []) this.#onDrift(drift);
  }

  /** Whether every one of these processes has told something since. */
  hasHeardSince(atMs: number, pids: readonly number[]): boolean {
    return pids.every((pid) => (this.#told.get(pid)?.atMs ?? Number.NEGATIVE_INFINITY) > atMs);
  }

  /** Requests that these processes were at, when they last told. */
  underWay(pids: readonly number[]): number {
    return pids.reduce((sum, pid) => sum + (this.#told.get(pid)?.underWay ?? 0), 0);
  }

  /** Second writes that are still due, in the processes that run. */
  waiting(pids: readonly number[]): number {
    return pids.reduce((sum, pid) => sum + (this.#told.get(pid)?.storage.second?.waiting ?? 0), 0);
  }

  get acknowledged(): PerVersion<number> {
    const of = (version: Version) =>
      this.#sum(
        ({ acknowledged }) => acknowledged,
        (told) => told.version === version,
      );
    return { old: of("old"), new: of("new") };
  }

  get uncertain(): number {
    return this.#sum(({ uncertain }) => uncertain);
  }

  /** Updates that lost against a row from the future. */
  get lostUpdates(): number {
    return this.#sum(({ lostUpdates }) => lostUpdates);
  }

  get secondWrites(): DatabaseDivergence["secondWrites"] {
    const sumOf = (name: "queued" | "applied" | "superseded" | "retried" | "lost") =>
      this.#sum(({ second }) => second?.[name] ?? 0);
    const lags = this.#lags;
    return {
      queued: sumOf("queued"),
      applied: sumOf("applied"),
      superseded: sumOf("superseded"),
      retried: sumOf("retried"),
      lost: sumOf("lost"),
      lagMs:
        lags.count === 0 ? {} : { p50: lags.quantileMs(0.5), p99: lags.quantileMs(0.99), max: lags.maxMs },
    };
  }

  #sum(of: (storage: StorageStats) => number, which: (told: Told) => boolean = () => true): number {
    return [...this.#told.values()].filter(which).reduce((sum, { storage }) => sum + of(storage), 0);
  }
}

/** Both versions' processes that run now. */
export function mockPids(processes: readonly AnyProcess[]): readonly number[] {
  return processes.filter(({ role }) => versions.some((version) => version === role)).map(({ pid }) => pid);
}
