import { randomStream } from "../../base/random.ts";
import type { StoreDemand, StoreDraw } from "../../result/profile-schema.ts";
import { sumOfUse } from "../../result/store-use.ts";
import type { StoreUse } from "../../result/store-use-schema.ts";
import { estimateFrom, roundedTo6 } from "./draw-estimate.ts";
import { drawAgain } from "./resample.ts";
import { drawShare, type ShareEstimate, shareEstimate } from "./share-estimate.ts";

/** What was asked of the stores at one load, piece by piece in time order. */
export type StoreLoad = readonly StoreUse[];

type Draws = { readonly seed: number; readonly stream: string; readonly count: number };

/** Fewer queries tell no time. */
const leastQueries = 100;
/** At a load whose queries take so little longer than at the lowest one, nobody waits for the database. */
const sameTime = 0.03;

/**
 * What a request asks of the stores, with 95 % intervals, and draws of what goes together.
 *
 * @param loads - by rising load
 * @returns undefined where nobody counted
 */
export function storeDemand(
  loads: readonly StoreLoad[],
  { seed, stream, count }: Draws,
): { readonly demand: StoreDemand; readonly draws: readonly StoreDraw[] } | undefined {
  const shares = sharesOf(loads);
  const best = { ...eachOf(shares, ({ value }) => value), ...meansOf(loads) };
  if (Object.keys(best).length === 0) return undefined;
  const draws = Array.from({ length: count }, (_, index): StoreDraw => {
    const uniform = randomStream(seed, `store-use/${stream}`, index);
    return {
      ...eachOf(shares, (share) => drawShare(share, uniform)),
      ...meansOf(loads.map((load) => drawAgain(load, uniform))),
    };
  });
  const estimates = Object.entries(quantities).flatMap(([name, of]) => {
    const value = of(best);
    return value === undefined ? [] : [[name, estimateFrom(value, draws, of)] as const];
  });
  return { demand: { ...shares, ...Object.fromEntries(estimates) }, draws };
}

type Shares<Of> = { readonly cacheHitRatio?: Of; readonly writesPerRequest?: Of };

/** What a read or a request does or doesn't. */
function sharesOf(loads: readonly StoreLoad[]): Shares<ShareEstimate> {
  const pieces = loads.flat();
  const cacheHitRatio = hitRatioOf(pieces);
  const writesPerRequest = shareEstimate(
    pieces.flatMap(({ requests, database }) =>
      database === undefined ? [] : [{ times: database.writes, of: requests }],
    ),
  );
  return { ...(cacheHitRatio && { cacheHitRatio }), ...(writesPerRequest && { writesPerRequest }) };
}

function eachOf<From, To>(
  { cacheHitRatio, writesPerRequest }: Shares<From>,
  make: (share: From) => To,
): Shares<To> {
  return {
    ...(cacheHitRatio !== undefined && { cacheHitRatio: make(cacheHitRatio) }),
    ...(writesPerRequest !== undefined && { writesPerRequest: make(writesPerRequest) }),
  };
}

/** The share of reads that the cache answered; undefined where none was read through one. */
export function hitRatioOf(pieces: StoreLoad): ShareEstimate | undefined {
  return shareEstimate(
    pieces.flatMap(({ cache }) => (cache === undefined ? [] : [{ times: cache.hits, of: cache.lookups }])),
  );
}

function meansOf(loads: readonly StoreLoad[]): Pick<StoreDraw, "readsPerRequest" | "msPerQuery"> {
  const { requests, cache, database } = sumOfUse(loads.flat()) ?? { requests: 0 };
  const msPerQuery = timeOfQueries(loads);
  return {
    ...(requests > 0 &&
      database && { readsPerRequest: roundedTo6((cache?.lookups ?? database.reads) / requests) }),
    ...(msPerQuery !== undefined && { msPerQuery: roundedTo6(msPerQuery) }),
  };
}

/** What is waited for the database under more load is no demand: the time is that at the lowest load and those alike. */
function timeOfQueries(loads: readonly StoreLoad[]): number | undefined {
  const told = loads.flatMap((load) => {
    const { reads, writes, ms } = sumOfUse(load)?.database ?? { reads: 0, writes: 0, ms: 0 };
    const queries = reads + writes;
    return queries < leastQueries ? [] : [{ queries, ms, mean: ms / queries }];
  });
  const lowest = told[0]?.mean ?? 0;
  const alike = told.filter(({ mean }) => mean <= lowest * (1 + sameTime));
  const queries = alike.reduce((sum, load) => sum + load.queries, 0);
  return queries === 0 ? undefined : alike.reduce((sum, load) => sum + load.ms, 0) / queries;
}

const quantities: {
  readonly [name in Exclude<keyof StoreDemand, keyof Shares<unknown>>]: (
    draw: StoreDraw,
  ) => number | undefined;
} = {
  readsPerRequest: (draw) => draw.readsPerRequest,
  queriesPerRequest,
  msPerQuery: (draw) => draw.msPerQuery,
  databaseMsPerRequest: (draw) => {
    const queries = queriesPerRequest(draw);
    return queries === undefined || draw.msPerQuery === undefined ? undefined : queries * draw.msPerQuery;
  },
};

/** Reads that the cache doesn't answer, and writes. */
function queriesPerRequest({ readsPerRequest, cacheHitRatio = 0, writesPerRequest = 0 }: StoreDraw) {
  return readsPerRequest === undefined ? undefined : readsPerRequest * (1 - cacheHitRatio) + writesPerRequest;
}
