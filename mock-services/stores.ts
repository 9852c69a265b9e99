import { randomStream, type Uniform } from "../src/base/random.ts";
import type { StoresPlan } from "../src/scenario/service-plan.ts";

/** What one request asks of the stores. Its reads that the cache answers take `cacheMs` in all; the rest go on. */
export type StoreVisit = {
  readonly cache: "hit" | "miss" | undefined;
  readonly cacheMs: number;
  /** Reads that the cache is asked for, and those that it answers. */
  readonly lookups: number;
  readonly hits: number;
  readonly reads: number;
  readonly writes: number;
};

/**
 * Draws what each request asks of the modelled stores: `readsPerRequest` reads (a fraction is a chance of one more),
 * each answered by the cache at its hit ratio, and for a share of requests one write. A cache without a database is
 * asked once by each request.
 *
 * @returns undefined where no store is modelled
 */
export function storeVisits(
  { database, cache }: StoresPlan,
  {
    seed,
    stream,
    replica,
    isCacheOut = () => false,
  }: {
    readonly seed: number;
    readonly stream: string;
    readonly replica: number;
    /** Whether the cache answers nothing at the moment. */
    readonly isCacheOut?: () => boolean;
  },
): (() => StoreVisit) | undefined {
  if (database?.kind !== "modelled" && cache?.kind !== "modelled") return undefined;
  const cacheDraw = randomStream(seed, `cache/${stream}`, replica);
  const databaseDraw = randomStream(seed, `database/${stream}`, replica);
  const hitRatio = cache?.kind === "modelled" ? cache.hitRatio : 0;
  const hitMs = cache?.hitMs ?? 0;
  const wanted = database?.readsPerRequest ?? 1;
  return () => {
    const asked = wholeNumberAround(wanted, databaseDraw);
    const hits = cache === undefined ? 0 : countHits(asked, isCacheOut() ? 0 : hitRatio, cacheDraw);
    const misses = asked - hits;
    return {
      cache: cache === undefined || asked === 0 ? undefined : misses === 0 ? "hit" : "miss",
      cacheMs: hits * hitMs,
      lookups: cache === undefined ? 0 : asked,
      hits,
      reads: database === undefined ? 0 : misses,
      writes: database !== undefined && databaseDraw() <= database.writeShare ? 1 : 0,
    };
  };
}

/** 2.3 → 2, or 3 in three cases out of ten. */
function wholeNumberAround(mean: number, uniform: Uniform): number {
  const whole = Math.floor(mean);
  return mean === whole ? whole : whole + (uniform() <= mean - whole ? 1 : 0);
}

function countHits(reads: number, hitRatio: number, uniform: Uniform): number {
  let hits = 0;
  for (let read = 0; read < reads; read++) if (uniform() <= hitRatio) hits++;
  return hits;
}
