import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerBody, bodyStore, headerSafe, serverTiming, wrongBody } from "../../mock-services/answer.ts";
import { type Control, readControl } from "../../mock-services/header-control.ts";

describe("the body of an answer", () => {
  test.each([
    ["/items/7", "7"],
    ["/items/7?sort=price", "7"],
    ["/", ""],
    ["/pay", "pay"],
  ])("for %s names the version, the path and the item", (path, item) => {
    const body = JSON.parse(answerBody("new", path, 200).toString());
    expect(body).toMatchObject({ version: "new", path, item });
  });

  test("is JSON of exactly the size asked for, whatever the path and the size", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 2000 }), (path, bytes) => {
        const body = answerBody("old", path, bytes);
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
    const right = answerBody("new", path, bytes);
    const wrong = wrongBody(right);
    expect(wrong.length).toBe(bytes);
    expect(JSON.parse(wrong.toString())).toEqual({ ...JSON.parse(right.toString()), ...changed });
  });

  test("made wrong is another JSON of the same size, from three bytes on", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 3, max: 300 }), (rest, bytes) => {
        const right = answerBody("old", `/${rest}`, bytes);
        const wrong = wrongBody(right);
        expect(wrong.length).toBe(bytes);
        expect(wrong.equals(right)).toBe(false);
        expect(() => JSON.parse(wrong.toString())).not.toThrow();
      }),
    );
  });

  test("of no bytes is empty", () => {
    expect(answerBody("old", "/", 0).length).toBe(0);
  });

  test("differs between versions only in the version", () => {
    const old = JSON.parse(answerBody("old", "/items/7", 500).toString());
    const fresh = JSON.parse(answerBody("new", "/items/7", 500).toString());
    expect({ ...fresh, version: "old" }).toEqual(old);
  });

  test("differs between paths in more than the path", () => {
    const seven = JSON.parse(answerBody("old", "/items/7", 500).toString());
    const eight = JSON.parse(answerBody("old", "/items/8", 500).toString());
    expect(eight.padding).not.toBe(seven.padding);
  });

  test("is kept for a bounded number of paths, and right beyond them", () => {
    const bodyOf = bodyStore("old", 200);
    expect(bodyOf("/items/1")).toBe(bodyOf("/items/1"));
    for (let index = 0; index < 5000; index++) bodyOf(`/items/${index}`);
    expect(bodyOf("/items/4999")).not.toBe(bodyOf("/items/4999"));
    expect(bodyOf("/items/4999")).toEqual(answerBody("old", "/items/4999", 200));
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
