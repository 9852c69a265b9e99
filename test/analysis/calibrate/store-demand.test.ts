import { describe, expect, test } from "vitest";
import { type StoreLoad, storeDemand } from "../../../src/analysis/calibrate/store-demand.ts";
import { randomStream } from "../../../src/base/random.ts";
import type { ProfileEstimate } from "../../../src/result/profile-schema.ts";
import type { StoreUse } from "../../../src/result/store-use-schema.ts";

const draws = { seed: 1, stream: "both", count: 40 };

/** A second's worth of requests with two reads each, a write in one of ten, and queries of so many ms. */
function pieceAt(msPerQuery: number, { hitRatio = 0.8, requests = 200, piece = 0 } = {}): StoreUse {
  const uniform = randomStream(5, `${msPerQuery}`, piece);
  const count = (trials: number, share: number) =>
    Array.from({ length: trials }, uniform).filter((drawn) => drawn <= share).length;
  const lookups = 2 * requests;
  const hits = count(lookups, hitRatio);
  const writes = count(requests, 0.1);
  const reads = lookups - hits;
  return {
    requests,
    cache: { lookups, hits },
    database: { reads, writes, ms: (reads + writes) * msPerQuery },
  };
}

function loadAt(msPerQuery: number, more = {}): StoreLoad {
  return Array.from({ length: 10 }, (_, piece) => pieceAt(msPerQuery, { ...more, piece }));
}

function demandOf(loads: readonly StoreLoad[]) {
  return storeDemand(loads, draws)?.demand;
}

function holds(estimate: ProfileEstimate | undefined, truth: number): void {
  expect(estimate?.low).toBeLessThanOrEqual(truth);
  expect(estimate?.high).toBeGreaterThanOrEqual(truth);
}

describe("what a request asks of the stores", () => {
  test("comes back, each quantity in its interval", () => {
    const demand = demandOf([loadAt(3), loadAt(3.02)]);
    holds(demand?.cacheHitRatio, 0.8);
    holds(demand?.writesPerRequest, 0.1);
    expect(demand?.readsPerRequest?.value).toBe(2);
    // Two reads of which a fifth is missed, and the writes.
    holds(demand?.queriesPerRequest, 2 * 0.2 + 0.1);
    expect(demand?.msPerQuery?.value).toBeGreaterThan(3);
    expect(demand?.msPerQuery?.value).toBeLessThan(3.02);
    holds(demand?.databaseMsPerRequest, 0.5 * 3.01);
  });

  test("is drawn as it belongs together: the demand is that of the draw's own shares", () => {
    const found = storeDemand([loadAt(3)], draws);
    const queries = (found?.draws ?? []).map(
      ({ readsPerRequest = 0, cacheHitRatio = 0, writesPerRequest = 0 }) =>
        readsPerRequest * (1 - cacheHitRatio) + writesPerRequest,
    );
    expect(queries).toHaveLength(40);
    expect(new Set(queries).size).toBeGreaterThan(30);
    const { low = 0, high = 0 } = found?.demand.queriesPerRequest ?? {};
    expect(queries.filter((drawn) => drawn >= low && drawn <= high).length).toBeGreaterThan(34);
  });

  test("leaves out what is waited for the database under more load", () => {
    expect(demandOf([loadAt(3), loadAt(3.05), loadAt(20)])?.msPerQuery?.value).toBeLessThan(3.05);
    expect(demandOf([loadAt(3), loadAt(3.05), loadAt(20)])?.msPerQuery?.value).toBeGreaterThanOrEqual(3);
    // A lowest load that tells of too few queries is no measure.
    expect(demandOf([[pieceAt(1, { requests: 20 })], loadAt(3)])?.msPerQuery?.value).toBeCloseTo(3, 5);
    expect(demandOf([[pieceAt(1, { requests: 20 })]])?.msPerQuery).toBeUndefined();
  });

  test("without a cache are all reads queries, and without a database only hits are told", () => {
    const uncached = { requests: 100, database: { reads: 150, writes: 50, ms: 400 } };
    expect(demandOf([[uncached]])).toMatchObject({
      readsPerRequest: { value: 1.5 },
      queriesPerRequest: { value: 2 },
      msPerQuery: { value: 2 },
      databaseMsPerRequest: { value: 4 },
    });
    expect(demandOf([[uncached]])?.cacheHitRatio).toBeUndefined();
    const cacheAlone = demandOf([[{ requests: 100, cache: { lookups: 100, hits: 90 } }]]);
    expect(Object.keys(cacheAlone ?? {})).toEqual(["cacheHitRatio"]);
    expect(cacheAlone?.cacheHitRatio?.value).toBe(0.9);
  });

  test("is unknown where nobody counted", () => {
    expect(storeDemand([[], []], draws)).toBeUndefined();
    expect(storeDemand([[{ requests: 30 }]], draws)).toBeUndefined();
  });
});
