import { describe, expect, test } from "vitest";
import { Gate, maxWaitingQueries } from "../../mock-services/database/gate.ts";
import { readReply, readRequest, writeReply, writeRequest } from "../../mock-services/database/protocol.ts";
import { DeadlineHeap } from "../../mock-services/deadline-heap.ts";
import { lineReader } from "../../mock-services/line-reader.ts";
import { type StoreVisit, storeVisits } from "../../mock-services/stores.ts";
import type { StoresPlan } from "../../src/scenario/service-plan.ts";

const database = {
  kind: "modelled",
  topology: "shared",
  limitPerSecond: undefined,
  readsPerRequest: 2,
  writeShare: 0.1,
  readMs: 1,
  writeMs: 2,
} as const;
const cache = { kind: "modelled", hitRatio: 0.9, hitMs: 0.2 } as const;
const visitsDrawn = 20_000;

describe("visits to modelled stores", () => {
  test("keep the hit ratio, the reads and the write share, within 4.5 standard errors", () => {
    const visits = draw({ database, cache });
    const misses = total(visits, ({ reads }) => reads);
    const writes = total(visits, ({ writes }) => writes);
    const reads = 2 * visitsDrawn;
    expect(Math.abs(misses - reads * 0.1)).toBeLessThan(4.5 * Math.sqrt(reads * 0.09));
    expect(Math.abs(writes - visitsDrawn * 0.1)).toBeLessThan(4.5 * Math.sqrt(visitsDrawn * 0.09));
    for (const { cache: outcome, cacheMs, reads: missed, lookups, hits } of visits) {
      expect([lookups, hits]).toEqual([2, 2 - missed]);
      expect(cacheMs).toBeCloseTo((2 - missed) * 0.2, 9);
      expect(outcome).toBe(missed === 0 ? "hit" : "miss");
    }
  });

  test("take a fraction of a read as a chance of one more", () => {
    const visits = draw({ database: { ...database, readsPerRequest: 1.25 }, cache: undefined });
    expect(new Set(visits.map(({ reads }) => reads))).toEqual(new Set([1, 2]));
    const extra = total(visits, ({ reads }) => reads) - visitsDrawn;
    expect(Math.abs(extra - visitsDrawn / 4)).toBeLessThan(4.5 * Math.sqrt((visitsDrawn * 3) / 16));
  });

  test("of a database alone have no cache outcome", () => {
    expect(draw({ database, cache: undefined })[0]).toMatchObject({
      cache: undefined,
      cacheMs: 0,
      lookups: 0,
      hits: 0,
      reads: 2,
    });
  });

  test("of a cache alone ask it once", () => {
    const visits = draw({ database: undefined, cache });
    expect(new Set(visits.map(({ cacheMs }) => cacheMs))).toEqual(new Set([0.2, 0]));
    expect(total(visits, ({ reads, writes }) => reads + writes)).toBe(0);
    expect(total(visits, ({ lookups }) => lookups)).toBe(visitsDrawn);
  });

  test("are the same for the same seed", () => {
    expect(draw({ database, cache })).toEqual(draw({ database, cache }));
  });

  test("do not exist where no store is modelled", () => {
    expect(
      storeVisits({ database: undefined, cache: undefined }, { seed: 1, stream: "old", replica: 0 }),
    ).toBeUndefined();
  });
});

describe("the database's gate", () => {
  test("lets queries through at its limit, first come first served, from their own moments", () => {
    const { gate, advanceTo } = gateInVirtualTime(100);
    const begun: string[] = [];
    for (const name of ["a", "b", "c"]) gate.enter((atMs) => begun.push(`${name}@${atMs}`));
    expect(begun).toEqual(["a@0"]);
    advanceTo(25);
    expect(begun).toEqual(["a@0", "b@10", "c@20"]);
    advanceTo(100);
    gate.enter((atMs) => begun.push(`d@${atMs}`));
    expect(begun.at(-1)).toBe("d@100");
  });

  test("loses no capacity by being woken late, and gives none away after a pause", () => {
    const { gate, advanceTo } = gateInVirtualTime(100);
    const begun: number[] = [];
    advanceTo(500);
    for (let index = 0; index < 4; index++) gate.enter((atMs) => begun.push(atMs));
    advanceTo(537);
    expect(begun).toEqual([500, 510, 520, 530]);
  });

  test("refuses when its line is full, and takes again when there is room", () => {
    const { gate, advanceTo } = gateInVirtualTime(1000);
    const admitted = Array.from({ length: maxWaitingQueries + 3 }, () => gate.enter(() => undefined));
    expect(admitted.filter((isIn) => !isIn)).toHaveLength(2);
    expect(gate.waiting).toBe(maxWaitingQueries);
    advanceTo(1);
    expect(gate.enter(() => undefined)).toBe(true);
  });
});

describe("the database's protocol", () => {
  test("reads what it writes", () => {
    const request = { id: 17, reads: 2, writes: 1 };
    expect(readRequest(writeRequest(request).trimEnd())).toEqual(request);
    for (const outcome of ["ok", "full"] as const) {
      expect(readReply(writeReply({ id: 17, outcome }).trimEnd())).toEqual({ id: 17, outcome });
    }
  });

  test.each(["", "17", "17 2", "GET / HTTP/1.1", "-1 2 3", "17 2 1 ", "1 9999999 0"])(
    "refuses the line %j",
    (line) => {
      expect(readRequest(line)).toBeUndefined();
      expect(readReply(line)).toBeUndefined();
    },
  );

  test("cuts lines wherever the pieces are cut, and notices one that never ends", () => {
    const lines: string[] = [];
    const read = lineReader((line) => lines.push(line));
    for (const piece of ["1 2", " 3\n4 5 6\n", "7", ""]) expect(read(piece)).toBe(true);
    expect(lines).toEqual(["1 2 3", "4 5 6"]);
    expect(read("x".repeat(100))).toBe(false);
  });
});

function draw(stores: StoresPlan): readonly StoreVisit[] {
  const next = storeVisits(stores, { seed: 7, stream: "old", replica: 0 });
  if (next === undefined) throw new Error("these stores are modelled");
  return Array.from({ length: visitsDrawn }, next);
}

function total(visits: readonly StoreVisit[], of: (visit: StoreVisit) => number): number {
  return visits.reduce((sum, visit) => sum + of(visit), 0);
}

function gateInVirtualTime(limitPerSecond: number) {
  let nowMs = 0;
  const heap = new DeadlineHeap();
  const alarm = { at: (atMs: number, callback: () => void) => heap.push(atMs, callback) };
  const gate = new Gate({ limitPerSecond, clock: { nowMs: () => nowMs }, alarm });
  const advanceTo = (atMs: number) => {
    nowMs = atMs;
    for (let due = heap.popUntil(nowMs); due !== undefined; due = heap.popUntil(nowMs)) due();
  };
  return { gate, advanceTo };
}
