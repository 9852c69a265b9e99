import fc from "fast-check";
import { expect, test } from "vitest";
import { paintWith, visibleWidth } from "../../../src/report/text/paint.ts";
import { withKeptUnits } from "../../../src/report/text/unit-spaces.ts";
import { hangingLines, hangingText, wrapWords } from "../../../src/report/text/wrap.ts";

test.each([
  ["short", "PASS  fits", ["PASS  fits"]],
  ["a verdict", "FAIL  one two three four", ["FAIL  one two", "      three four"]],
  ["an indent", "  one two three four five", ["  one two three", "  four five"]],
  ["a key", "  split  one two three", ["  split  one two", "         three"]],
  ["two keys", "  1 s  up  one two three", ["  1 s  up  one", "           two", "           three"]],
  [
    "a gap far from the beginning",
    `${"a ".repeat(20)} b`,
    ["a a a a a a a a", "a a a a a a a a", "a a a a  b"],
  ],
  ["a figure with its unit", "  after the 1.7 s, that is", ["  after the", "  1.7 s, that is"]],
  ["a word wider than the line", "  abcdefghijklmnopqrstuvwxyz b", ["  abcdefghijklmnopqrstuvwxyz", "  b"]],
])("%s keeps its text in one column", (_, line, expected) => {
  expect(hangingLines(line, 16)).toEqual(expected);
});

test.each([
  ["took 20 ms at 1 % of 2 cores", "took 20\u00a0ms at 1\u00a0% of 2\u00a0cores"],
  ["12 requests, 3 months, v2 msx", "12 requests, 3 months, v2 msx"],
])("a browser keeps the units of %j", (text, expected) => {
  expect(withKeptUnits(text)).toBe(expected);
});

test("colours take no room", () => {
  const paint = paintWith(true);
  const [first, ...rest] = hangingLines(`${paint("FAIL", "bad")}  ${paint("one two three", "strong")}`, 16);
  expect(first).toContain("one two");
  expect(rest).toHaveLength(1);
});

test("no word is lost, and no line is too wide unless one word is", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 1, max: 80 }), (text, width) => {
      const lines = wrapWords(text, width);
      expect(wordsOf(lines.join(" "))).toEqual(wordsOf(text));
      for (const line of lines) {
        if (/\D \D/.test(line.trim())) expect(visibleWidth(line)).toBeLessThanOrEqual(width);
      }
    }),
  );
});

function wordsOf(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

test("a text is broken line by line, and its empty lines and its end stay", () => {
  expect(hangingText("one two three four\n\n  five six seven eight\n", 12)).toBe(
    "one two\nthree four\n\n  five six\n  seven\n  eight\n",
  );
});
