import { type Version, versions } from "../base/version.ts";
import type { StoreUse, StoreUseDelta, StoreUseSection } from "./store-use-schema.ts";
import { mostBatches } from "./traffic-schema.ts";

/** The sum of what a run's processes tell of their stores, in whatever order they tell it. */
export class StoreUseTally {
  readonly #hasWarmUp: boolean;
  /** By the second in which it was told. */
  readonly #seconds = new Map<number, UseOfVersions>();

  constructor({ hasWarmUp }: { readonly hasWarmUp: boolean }) {
    this.#hasWarmUp = hasWarmUp;
  }

  add({ version, fromMs, untilMs, use }: StoreUseDelta): void {
    if (this.#hasWarmUp && fromMs < 0) return;
    const second = Math.max(0, Math.floor(untilMs / 1000));
    const known = this.#seconds.get(second) ?? {};
    this.#seconds.set(second, { ...known, [version]: sumOfUse([known[version], use]) });
  }

  /** @returns undefined where nothing was told */
  toSection(): StoreUseSection | undefined {
    if (this.#seconds.size === 0) return undefined;
    const seconds = [...this.#seconds].toSorted(([left], [right]) => left - right);
    const perBatch = Math.ceil(((seconds.at(-1)?.[0] ?? 0) + 1) / mostBatches);
    const batches = Map.groupBy(seconds, ([second]) => Math.floor(second / perBatch));
    return {
      versions: sumByVersion([...this.#seconds.values()]),
      batches: [...batches.values()].map((batch) => sumByVersion(batch.map(([, use]) => use))),
    };
  }
}

type UseOfVersions = StoreUseSection["versions"];

function sumByVersion(uses: readonly UseOfVersions[]): UseOfVersions {
  const entries = versions.flatMap((version): readonly (readonly [Version, StoreUse])[] => {
    const sum = sumOfUse(uses.map((use) => use[version]));
    return sum === undefined ? [] : [[version, sum]];
  });
  return Object.fromEntries(entries);
}

/** @returns undefined where there is none; a store is absent where none of them has it */
export function sumOfUse(uses: readonly (StoreUse | undefined)[]): StoreUse | undefined {
  const [first, ...others] = uses.filter((use) => use !== undefined);
  return first && others.reduce(addUse, first);
}

function addUse(sum: StoreUse, { requests, cache, database }: StoreUse): StoreUse {
  const { lookups = 0, hits = 0 } = sum.cache ?? {};
  const { reads = 0, writes = 0, ms = 0 } = sum.database ?? {};
  return {
    ...sum,
    requests: sum.requests + requests,
    ...(cache && { cache: { lookups: lookups + cache.lookups, hits: hits + cache.hits } }),
    ...(database && {
      database: {
        reads: reads + database.reads,
        writes: writes + database.writes,
        ms: ms + database.ms,
      },
    }),
  };
}

/** What was asked between two words of one process. */
export function useSince(before: StoreUse | undefined, now: StoreUse): StoreUse {
  const { cache, database } = now;
  const { lookups = 0, hits = 0 } = before?.cache ?? {};
  const { reads = 0, writes = 0, ms = 0 } = before?.database ?? {};
  return {
    requests: now.requests - (before?.requests ?? 0),
    ...(cache && { cache: { lookups: cache.lookups - lookups, hits: cache.hits - hits } }),
    ...(database && {
      database: { reads: database.reads - reads, writes: database.writes - writes, ms: database.ms - ms },
    }),
  };
}
