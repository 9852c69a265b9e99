import { expect, test } from "vitest";
import { readJson } from "../../src/base/json-text.ts";

test.each([
  ['{"new": "25%"}', { new: "25%" }],
  ["null", null],
  ["", undefined],
  ["{", undefined],
  ["undefined", undefined],
])("%j is read as %j", (text, value) => {
  expect(readJson(text)).toEqual(value);
});
