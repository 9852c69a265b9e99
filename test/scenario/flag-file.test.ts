import { describe, expect, test } from "vitest";
import { parseFlagFile } from "../../src/scenario/flag-file.ts";

const variants = { new: "new", off: "none" };

function flagsWith(targeting: unknown, more: object = {}): string {
  return JSON.stringify({ flags: { version: { variants, defaultVariant: "off", targeting, ...more } } });
}

const key = { var: "targetingKey" };

describe("a file of flags is refused as a whole", () => {
  const deep = JSON.parse(`${'{"!":'.repeat(40)}1${"}".repeat(40)}`);
  test.each([
    ["{", /holds no/],
    ["[]", /holds no/],
    ['{"flags": {"a": 1}}', /flag "a" is no object/],
    ['{"flags": {"a": {"variants": {}, "defaultVariant": "x"}}}', /has no variants/],
    ['{"flags": {"a": {"variants": {"x": 1}, "defaultVariant": "toString"}}}', /none of its variants/],
    [flagsWith(null, { state: "ON" }), /neither ENABLED nor DISABLED/],
    [
      flagsWith({ sem_ver: [key, ">", "1"] }),
      /"version" has a targeting that uses "sem_ver"; known are var, if/,
    ],
    [flagsWith({ if: [{ "==": [1, 1], in: [] }, "new"] }), /isn't one operator/],
    [flagsWith(deep), /nested too deeply/],
  ])("%s", (text, reason) => {
    expect(parseFlagFile(text)).toMatch(reason);
  });
});
