import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Answer } from "../../src/compare/answer.ts";
import { compareAnswers } from "../../src/compare/compare-answers.ts";
import { planCompare } from "../../src/scenario/compare-plan.ts";
import { compareSection } from "../../src/scenario/compare-schema.ts";

function rulesOf(written: Record<string, unknown> = {}) {
  const plan = planCompare(compareSection.parse(written));
  if (plan === undefined) throw new Error("rules were given");
  return plan.rules;
}

function answerOf(body: unknown, more: Partial<Answer> = {}): Answer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status: 200, headers: { "content-type": "application/json" }, body: text, ...more };
}

/** `field kind: first → second`, one line for each difference. */
function check(first: unknown, second: unknown, expected: readonly string[], rules = {}) {
  const found = compareAnswers(answerOf(first), answerOf(second), rulesOf(rules));
  const lines =
    found.state === "different"
      ? found.differences.map((each) => `${each.field} ${each.kind}: ${each.first} → ${each.second}`)
      : [];
  expect(lines).toEqual(expected);
  expect(found.state).toBe(expected.length === 0 ? "same" : "different");
}

describe("JSON is compared by its fields", () => {
  test.each<[unknown, unknown, string[]]>([
    [{ a: 1 }, { a: 1 }, []],
    ['{"a":1,"b":2}', '{ "b": 2.0, "a": 1 }', []],
    [{ a: 1 }, { a: 2 }, ["$.a value: 1 → 2"]],
    [{ a: "x" }, { a: "y" }, ['$.a value: "x" → "y"']],
    [{ a: 1, b: 2 }, { a: 1 }, ["$.b missing: 2 → "]],
    [{ a: 1 }, { a: 1, b: null }, ["$.b extra:  → null"]],
    [{ a: 1 }, { a: "1" }, ['$.a type: 1 → "1"']],
    [{ a: null }, { a: {} }, ["$.a type: null → an object of 0 fields"]],
    [{ a: [] }, { a: {} }, ["$.a type: an array → an object of 0 fields"]],
    [[1, 2, 3], [1, 2, 3], []],
    [[1, 2, 3], [3, 2, 1], ["$ order: 3 elements → 3 elements"]],
    [[1, 2, 3], [1, 2], ["$ length: 3 elements → 2 elements"]],
    [[1, 2, 3], [1, 2, 4], ["$[*] value: 3 → 4"]],
    [{ items: [{ price: 1 }] }, { items: [{ price: 2 }] }, ["$.items[*].price value: 1 → 2"]],
    [{ "odd name": 1 }, { "odd name": 2 }, ['$["odd name"] value: 1 → 2']],
    [{ byId: { "17": 1 } }, { byId: { "17": 2 } }, ["$.byId.* value: 1 → 2"]],
    [1, 2, ["$ value: 1 → 2"]],
    ["9007199254740993", "9007199254740992", ["$ value: 9007199254740993 → 9007199254740992"]],
    ['{"__proto__": 1}', '{"__proto__": 2}', ["$.__proto__ value: 1 → 2"]],
    ['{"__proto__": {"x": 1}}', "{}", ["$.__proto__ missing: an object of 1 fields → "]],
    ['{"constructor": 1}', "{}", ["$.constructor missing: 1 → "]],
    ["{}", '{"toString": 1}', ["$.toString extra:  → 1"]],
  ])("%j and %j", (first, second, expected) => check(first, second, expected));
});

describe("rules", () => {
  test.each<[Record<string, unknown>, unknown, unknown, string[]]>([
    [{ ignore: ["$.at"] }, { at: 1, b: 1 }, { at: 2, b: 1 }, []],
    [{ ignore: ["$.at"] }, { at: 1 }, {}, []],
    [{ ignore: ["$.meta"] }, { meta: { a: 1 } }, { meta: { b: [2] } }, []],
    [{ ignore: ["$..at"] }, { a: [{ at: 1 }], at: 3 }, { a: [{ at: 2 }], at: 4 }, []],
    [{ ignore: ["$.items[*].at"] }, { items: [{ at: 1 }] }, { items: [{ at: 2 }] }, []],
    [{ ignore: ["$['odd name']"] }, { "odd name": 1 }, { "odd name": 2 }, []],
    [{ ignore: ["$[0]"] }, [1, 2], [3, 4], ["$[*] value: 2 → 4"]],
    [{ ignore: ["$.at"] }, { sub: { at: 1 } }, { sub: { at: 2 } }, ["$.sub.at value: 1 → 2"]],
    [{ unordered: ["$.tags"] }, { tags: ["a", "b"] }, { tags: ["b", "a"] }, []],
    [{ unordered: ["$.tags"] }, { tags: ["a", "b"] }, { tags: ["b", "c"] }, ['$.tags[*] value: "a" → "c"']],
    [
      { unordered: ["$.tags"] },
      { tags: ["a"] },
      { tags: ["b", "a"] },
      ["$.tags length: 1 elements → 2 elements"],
    ],
    [
      { unordered: ["$"], ignore: ["$[*].at"] },
      [
        { id: 1, at: 5 },
        { id: 2, at: 6 },
      ],
      [
        { id: 2, at: 7 },
        { id: 1, at: 8 },
      ],
      [],
    ],
    [{ tolerance: { "$.total": "1%" } }, { total: 100 }, { total: 100.9 }, []],
    [{ tolerance: { "$.total": "1%" } }, { total: 100 }, { total: 102 }, ["$.total value: 100 → 102"]],
    [{ tolerance: { "$..total": 0.01 } }, { a: { total: -100 } }, { a: { total: -100.5 } }, []],
    [
      { tolerance: { "$.total": "1%" } },
      { total: "100" },
      { total: "101" },
      ['$.total value: "100" → "101"'],
    ],
  ])("%j", (rules, first, second, expected) => check(first, second, expected, rules));

  test.each(["timestamp", "$.", "$..", "$.a b", "$[", "$[-1]", "$.a[?(@.b)]", "$..a..b..c"])(
    "refuse %s",
    (path) => {
      expect(compareSection.safeParse({ ignore: [path] }).success).toBe(false);
    },
  );
});

describe("status, headers and other bodies", () => {
  function lines(first: Answer, second: Answer, headers = ["content-type", "etag"]) {
    const found = compareAnswers(first, second, rulesOf({ headers }));
    return found.state === "different"
      ? found.differences.map((each) => `${each.field} ${each.kind}`)
      : [found.state];
  }

  test.each<[Answer, Answer, string[]]>([
    [answerOf("{}"), answerOf("{}", { status: 500 }), ["status value"]],
    [
      answerOf("{}"),
      answerOf("{}", { headers: { "content-type": "text/html" } }),
      ["header content-type value"],
    ],
    [answerOf("{}"), answerOf("{}", { headers: {} }), ["header content-type missing"]],
    [
      answerOf("{}", { headers: { "x-other": "1" } }),
      answerOf("{}", { headers: { "x-other": "2" } }),
      ["same"],
    ],
    [answerOf("hello"), answerOf("hello"), ["same"]],
    [answerOf("hello"), answerOf("world"), ["body value"]],
    [answerOf("hello"), answerOf('{"a":1}'), ["body type"]],
    [answerOf("hello"), answerOf(""), ["body missing"]],
    [answerOf(""), answerOf('{"a":1}'), ["body extra"]],
  ])("%#", (first, second, expected) => expect(lines(first, second)).toEqual(expected));
});

describe("hostile bodies", () => {
  const nested = (depth: number, inner: string) => "[".repeat(depth) + inner + "]".repeat(depth);
  test.each<[string, string, string, string]>([
    ["are not compared beyond a depth", nested(70, "1"), nested(70, "2"), "nested too deeply"],
    ["never exhaust the stack", nested(500_000, ""), nested(500_001, ""), "nested too deeply"],
    ["are not compared beyond a size", "a".repeat(1_048_577), "b", "body too large"],
    [
      "are not compared beyond a number of fields",
      JSON.stringify(Array(120_000).fill(1)),
      JSON.stringify(Array(120_000).fill(2)),
      "too many fields",
    ],
  ])("%s", (_, first, second, reason) => {
    expect(compareAnswers(answerOf(first), answerOf(second), rulesOf())).toEqual({
      state: "not compared",
      reason,
    });
  });

  test("brackets within strings are no depth", () => {
    check({ a: "[".repeat(100) }, { a: "]".repeat(100) }, [
      expect.stringContaining("$.a value") as unknown as string,
    ]);
  });

  test("give at most 100 differences, and say that there are more", () => {
    const wide = (value: number) =>
      Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, [value, { a: value, b: value }]]));
    const found = compareAnswers(answerOf(wide(1)), answerOf(wide(2)), rulesOf());
    expect(found).toMatchObject({ state: "different", isCut: true });
    expect(found.state === "different" && found.differences.length).toBe(100);
  });

  test("an object with very many keys is one field", () => {
    const map = (value: number) =>
      Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`user${at}`, value]));
    const found = compareAnswers(answerOf(map(1)), answerOf(map(2)), rulesOf());
    expect(found.state === "different" && new Set(found.differences.map(({ field }) => field))).toEqual(
      new Set(["$.*"]),
    );
  });
});

describe("laws", () => {
  test("any JSON is the same as itself, however its keys are ordered", () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .toReversed()
          .map(([key, member]) => [key, turned(member)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        check(JSON.stringify(value), `${JSON.stringify(turned(value))} `, []);
      }),
    );
  });

  test("swapping the sides swaps missing and extra, and finds as many", () => {
    const count = (found: ReturnType<typeof compareAnswers>, kind: string) =>
      found.state === "different" ? found.differences.filter((each) => each.kind === kind).length : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (left, right) => {
        const there = compareAnswers(
          answerOf(JSON.stringify(left)),
          answerOf(JSON.stringify(right)),
          rulesOf(),
        );
        const back = compareAnswers(
          answerOf(JSON.stringify(right)),
          answerOf(JSON.stringify(left)),
          rulesOf(),
        );
        expect(count(there, "missing")).toBe(count(back, "extra"));
        expect(count(there, "value")).toBe(count(back, "value"));
        expect(there.state).toBe(back.state);
      }),
    );
  });

  test("any two texts are compared without an error", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
        expect(["same", "different"]).toContain(
          compareAnswers(answerOf(left), answerOf(right), rulesOf()).state,
        );
      }),
    );
  });
});
