import fc from "fast-check";
import { expect, test } from "vitest";
import { maxTextLength, plainText } from "../../../src/report/text/plain-text.ts";

test.each([
  ["checkout 1.4", "checkout 1.4"],
  ["\u001b[31mred\u001b[0m", "red"],
  ["\u001b]8;;http://example.test\u0007link\u001b]8;;\u0007", "link"],
  ["two\r\nlines\tand a tab", "two lines and a tab"],
  ["\u202egnp.exe\u2069", "gnp.exe"],
  ["a\u0000b\u0085c", "abc"],
  ["a\u009b31mb", "ab"],
  ["zero\u200bwidth\ufeff", "zerowidth"],
  ["naïve 日本語 🚀", "naïve 日本語 🚀"],
  ["\u0000", "(nothing printable)"],
  ["", ""],
])("%j is shown as %j", (text, expected) => {
  expect(plainText(text)).toBe(expected);
});

test("whatever the text, what is shown is one bounded, well-formed line without controls", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (text) => {
      const shown = plainText(text);
      expect(shown.length).toBeLessThanOrEqual(maxTextLength);
      expect(shown.isWellFormed()).toBe(true);
      expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/);
    }),
  );
});
