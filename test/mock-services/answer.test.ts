import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerBody, bodyStore, headerSafe, serverTiming, wrongBody } from "../../mock-services/answer.ts";
import { answerFields } from "../../mock-services/answer-fields.ts";
import { type Control, readControl } from "../../mock-services/header-control.ts";
import { randomStream } from "../../src/base/random.ts";
import type { AnswerFieldPlan } from "../../src/scenario/answer-plan.ts";

describe("the body of an answer", () => {
  test.each([
    ["/items/7", "7"],
    ["/items/7?sort=price", "7"],
    ["/", ""],
    ["/pay", "pay"],
  ])("for %s names the version, the path and the item", (path, item) => {
    const body = JSON.parse(answerBody({ version: "new", path }, 200).toString());
    expect(body).toMatchObject({ version: "new", path, item });
  });

  test("is JSON of exactly the size asked for, whatever the path and the size", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 2000 }), (path, bytes) => {
        const body = answerBody({ version: "old", path }, bytes);
        expect(body.length).toBe(bytes);
        expect(() => JSON.parse(body.toString())).not.toThrow();
      }),
    );
  });

  test.each([
    ["/items/7", 200, { item: "1" }],
    ["/items/1?x=1", 200, { item: "2" }],
    ["/", 200, { path: "1", item: "" }],
  ])("for %s of %i bytes, made wrong, differs in one field", (path, bytes, changed) => {
    const right = answerBody({ version: "new", path }, bytes);
    const wrong = wrongBody(right);
    expect(wrong.length).toBe(bytes);
    expect(JSON.parse(wrong.toString())).toEqual({ ...JSON.parse(right.toString()), ...changed });
  });

  test("made wrong is another JSON of the same size, from three bytes on", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 3, max: 300 }), (rest, bytes) => {
        const right = answerBody({ version: "old", path: `/${rest}` }, bytes);
        const wrong = wrongBody(right);
        expect(wrong.length).toBe(bytes);
        expect(wrong.equals(right)).toBe(false);
        expect(() => JSON.parse(wrong.toString())).not.toThrow();
      }),
    );
  });

  test("of no bytes is empty", () => {
    expect(answerBody({ version: "old", path: "/" }, 0).length).toBe(0);
  });

  test("differs between versions only in the version", () => {
    const old = JSON.parse(answerBody({ version: "old", path: "/items/7" }, 500).toString());
    const fresh = JSON.parse(answerBody({ version: "new", path: "/items/7" }, 500).toString());
    expect({ ...fresh, version: "old" }).toEqual(old);
  });

  test("differs between paths in more than the path", () => {
    const seven = JSON.parse(answerBody({ version: "old", path: "/items/7" }, 500).toString());
    const eight = JSON.parse(answerBody({ version: "old", path: "/items/8" }, 500).toString());
    expect(eight.padding).not.toBe(seven.padding);
  });

  test("is kept for a bounded number of paths, and right beyond them", () => {
    const bodyOf = bodyStore("old", 200);
    expect(bodyOf("/items/1")).toBe(bodyOf("/items/1"));
    for (let index = 0; index < 5000; index++) bodyOf(`/items/${index}`);
    expect(bodyOf("/items/4999")).not.toBe(bodyOf("/items/4999"));
    expect(bodyOf("/items/4999")).toEqual(answerBody({ version: "old", path: "/items/4999" }, 200));
  });
});

describe("the fields of an answer", () => {
  const source = () => ({ uniform: randomStream(7, "fields"), wallClockMs: () => 1_700_000_000_000 });
  function fieldsOf(plan: AnswerFieldPlan, count: number): unknown[] {
    const next = answerFields([plan], source());
    return Array.from({ length: count }, () => {
      const body = JSON.parse(
        answerBody({ version: "new", path: "/items/7", fields: next() }, 200).toString(),
      );
      expect(body).toMatchObject({ version: "new", path: "/items/7", item: "7" });
      return body[plan.name];
    });
  }

  test("a timestamp is the time of the answer", () => {
    expect(fieldsOf({ name: "at", kind: "timestamp" }, 1)).toEqual(["2023-11-14T22:13:20.000Z"]);
  });

  test("an id is a UUID of version 4, another one each time", () => {
    const ids = fieldsOf({ name: "id", kind: "uuid" }, 500);
    expect(new Set(ids).size).toBe(500);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test("shuffled numbers are all there, in each of their orders equally often", () => {
    const orders = fieldsOf({ name: "items", kind: "shuffled", length: 3 }, 6000).map(String);
    const counts = [...new Set(orders)].map((order) => orders.filter((other) => other === order).length);
    expect(counts).toHaveLength(6);
    // 1000 of each is expected; 150 is more than five standard deviations.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  test("a number stays within its jitter on both sides, and without one it stays", () => {
    const prices = fieldsOf({ name: "price", kind: "number", value: 10, jitterShare: 0.01 }, 500).map(Number);
    expect(Math.min(...prices)).toBeGreaterThanOrEqual(9.9);
    expect(Math.min(...prices)).toBeLessThan(9.95);
    expect(Math.max(...prices)).toBeLessThanOrEqual(10.1);
    expect(Math.max(...prices)).toBeGreaterThan(10.05);
    expect(fieldsOf({ name: "stock", kind: "number", value: 7, jitterShare: 0 }, 2)).toEqual([7, 7]);
  });

  test("leave the answer at its size, or make it longer where they have no room", () => {
    const fields = answerFields([{ name: "id", kind: "uuid" }], source())();
    expect(answerBody({ version: "old", path: "/", fields }, 500).length).toBe(500);
    const tight = answerBody({ version: "old", path: "/", fields }, 10);
    expect(JSON.parse(tight.toString())).toHaveProperty("id");
  });

  test("can be made wrong like any other answer", () => {
    const fields = answerFields([{ name: "items", kind: "shuffled", length: 4 }], source())();
    const right = answerBody({ version: "old", path: "/items/7", fields }, 200);
    const wrong = JSON.parse(wrongBody(right).toString());
    expect(wrong).toEqual({ ...JSON.parse(right.toString()), item: "1" });
  });
});

test.each([
  ["checkout 1.4", "checkout 1.4"],
  ["café\r\nx-evil: 1", "caf???x-evil: 1"],
  [" ☕ ", "?"],
])("a label as a header value: %j becomes %j", (label, expected) => {
  expect(headerSafe(label)).toBe(expected);
});

test.each([
  [
    { queueMs: 0, serviceMs: 20, cache: undefined, databaseMs: undefined },
    "queue;dur=0.000, service;dur=20.000",
  ],
  [
    { queueMs: 1.23456, serviceMs: 2, cache: "hit", databaseMs: 0 },
    "queue;dur=1.235, service;dur=2.000, cache;desc=hit, db;dur=0.000",
  ],
] as const)("the timing %o is written as %s", (timing, expected) => {
  expect(serverTiming(timing)).toBe(expected);
});

describe("what a request asks of a controlled mock", () => {
  const none: Control = { delayMs: undefined, status: undefined, bytes: undefined };
  test.each<[Record<string, string>, Control]>([
    [{}, none],
    [{ "x-mock-delay-ms": "0.5" }, { ...none, delayMs: 0.5 }],
    [
      { "x-mock-delay-ms": "50", "x-mock-status": "503", "x-mock-bytes": "0" },
      { delayMs: 50, status: 503, bytes: 0 },
    ],
  ])("is read from %o", (headers, expected) => {
    expect(readControl(headers)).toEqual(expected);
  });

  test.each([
    ["x-mock-delay-ms", "soon"],
    ["x-mock-delay-ms", ""],
    ["x-mock-delay-ms", "-1"],
    ["x-mock-delay-ms", "Infinity"],
    ["x-mock-status", "101"],
    ["x-mock-status", "200.5"],
    ["x-mock-bytes", "1e12"],
  ])("is refused with the header's name: %s: %s", (name, value) => {
    expect(readControl({ [name]: value })).toContain(name);
  });
});
