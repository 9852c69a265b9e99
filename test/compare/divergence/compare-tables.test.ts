import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ChunkSize,
  compareTables,
  type KeyRange,
  type TableReader,
} from "../../../src/compare/divergence/compare-tables.ts";
import type { Row } from "../../../src/compare/divergence/row.ts";

const still = { nowMs: () => 0 };

type Content = ReadonlyMap<number, { readonly value: number; readonly atUs: number }>;

/** A table in memory; keys are compared as numbers, as a database compares its bigint keys. */
function tableOf(content: Content, readings: KeyRange[] = []): TableReader {
  const keys = [...content.keys()].toSorted((left, right) => left - right);
  const within = ({ after, upTo }: KeyRange) =>
    keys.filter(
      (key) => (after === undefined || key > Number(after)) && (upTo === undefined || key <= Number(upTo)),
    );
  const rowOf = (key: number): Row => {
    const { value, atUs } = content.get(key) ?? { value: 0, atUs: 0 };
    return { key: String(key), writtenAtUs: atUs, fingerprint: `${key}/${value}/${atUs}` };
  };
  return {
    boundary: async (after, rows) => {
      const key = within({ after, upTo: undefined })[rows - 1];
      return key === undefined ? undefined : String(key);
    },
    checksum: async (range) => {
      const rows = within(range).map(rowOf);
      return { rows: rows.length, sum: rows.map(({ fingerprint }) => fingerprint).join() };
    },
    read: async (range) => {
      readings.push(range);
      return within(range).map(rowOf);
    },
  };
}

function rows(count: number): Map<number, { value: number; atUs: number }> {
  return new Map(Array.from({ length: count }, (_, index) => [index + 1, { value: index, atUs: 1000 }]));
}

async function compare(old: Content, young: Content) {
  const sides = { old: tableOf(old), young: tableOf(young) };
  return await compareTables(sides, new ChunkSize(), still);
}

describe("a comparison of two tables", () => {
  test("finds nothing in equal tables, and reads no rows for it", async () => {
    const readings: KeyRange[] = [];
    const sides = { old: tableOf(rows(5000), readings), young: tableOf(rows(5000), readings) };
    const { differences, chunks, rows: compared } = await compareTables(sides, new ChunkSize(), still);
    expect(differences).toEqual([]);
    expect(readings).toEqual([]);
    expect(compared).toBe(5000);
    expect(chunks).toBeGreaterThan(1);
  });

  test("reads only the chunk in which a row differs", async () => {
    const readings: KeyRange[] = [];
    const changed = rows(5000).set(10, { value: -1, atUs: 1000 });
    const sides = { old: tableOf(rows(5000), readings), young: tableOf(changed, readings) };
    const { chunksRead } = await compareTables(sides, new ChunkSize(), still);
    expect(chunksRead).toBe(1);
    expect(readings).toEqual([
      { after: undefined, upTo: "1000" },
      { after: undefined, upTo: "1000" },
    ]);
  });

  test.each([
    ["missing", rows(10), new Map([...rows(10)].filter(([key]) => key !== 7))],
    ["extra", new Map([...rows(10)].filter(([key]) => key !== 7)), rows(10)],
    ["stale", rows(10), rows(10).set(7, { value: 99, atUs: 2000 })],
    ["different", rows(10), rows(10).set(7, { value: 99, atUs: 1000 })],
  ])("names a %s row", async (kind, old, young) => {
    const { differences } = await compare(old, young);
    expect(differences.map((each) => [each.key, each.kind])).toEqual([["7", kind]]);
  });

  test("names rows behind the last key of the other table", async () => {
    const { differences } = await compare(rows(3), rows(2500));
    expect(differences).toHaveLength(2497);
    expect(new Set(differences.map(({ kind }) => kind))).toEqual(new Set(["extra"]));
  });

  test("finds every seeded difference, and no other, whatever the tables", async () => {
    const content = fc.array(
      fc.record({
        key: fc.integer({ min: 1, max: 4000 }),
        value: fc.integer({ min: 0, max: 3 }),
        atUs: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: 300 },
    );
    const asMap = (list: readonly { key: number; value: number; atUs: number }[]) =>
      new Map(list.map(({ key, value, atUs }) => [key, { value, atUs }]));
    await fc.assert(
      fc.asyncProperty(content, content, content, async (shared, ofOld, ofYoung) => {
        const old = asMap([...shared, ...ofOld]);
        const young = asMap([...shared, ...ofYoung]);
        const keys = new Set([...old.keys(), ...young.keys()]);
        const seeded = [...keys].filter((key) => {
          const [left, right] = [old.get(key), young.get(key)];
          return left?.value !== right?.value || left?.atUs !== right?.atUs;
        });
        const { differences } = await compare(old, young);
        expect(differences.map(({ key }) => Number(key)).toSorted((left, right) => left - right)).toEqual(
          seeded.toSorted((left, right) => left - right),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe("the size of a chunk", () => {
  test("grows where checksums are quick and shrinks where they are slow, within its bounds", () => {
    const size = new ChunkSize();
    for (let chunk = 0; chunk < 50; chunk++) size.took(size.rows, 0);
    expect(size.rows).toBe(20_000);
    for (let chunk = 0; chunk < 50; chunk++) size.took(size.rows, 60_000);
    expect(size.rows).toBe(100);
  });

  test("settles where a checksum takes 50 ms", () => {
    const size = new ChunkSize();
    for (let chunk = 0; chunk < 50; chunk++) size.took(size.rows, size.rows / 40);
    expect(size.rows).toBeGreaterThan(1950);
    expect(size.rows).toBeLessThan(2050);
  });
});
