import { describe, expect, test } from "vitest";
import { parseFlagFile } from "../../src/scenario/flag-file.ts";
import { variantFor } from "../../src/workload/flag-targeting.ts";

const variants = { new: "new", old: "old", off: "none" };

function variantOf(targeting: unknown, targetingKey: string): string | undefined {
  const version = { variants, defaultVariant: "off", targeting };
  const flags = parseFlagFile(JSON.stringify({ flags: { version } }));
  if (typeof flags === "string") throw new Error(flags);
  const flag = flags.get("version");
  return flag && variantFor(flag, { flagKey: "version", targetingKey })?.variant;
}

const key = { var: "targetingKey" };

describe("the targeting of a flag", () => {
  const rows: readonly (readonly [string, unknown, string, string | undefined])[] = [
    ["none", undefined, "u1", "off"],
    ["an empty one", {}, "u1", "off"],
    ["a list that holds the user", { if: [{ in: [key, ["u1", "u2"]] }, "new"] }, "u2", "new"],
    ["a list that doesn't", { if: [{ in: [key, ["u1", "u2"]] }, "new"] }, "u3", "off"],
    ["a branch for the rest", { if: [{ "==": [key, "u1"] }, "new", "old"] }, "u3", "old"],
    [
      "a second condition",
      { if: [{ "==": [key, "a"] }, "new", { starts_with: [key, "b"] }, "old"] },
      "bee",
      "old",
    ],
    [
      "an ending and not",
      { if: [{ and: [{ ends_with: [key, "@ours"] }, { "!": { in: ["x", key] } }] }, "new"] },
      "me@ours",
      "new",
    ],
    ["or, !=", { if: [{ or: [{ "!=": [key, "u1"] }, false] }, "new"] }, "u1", "off"],
    ["a variant that isn't there", { if: [true, "blue"] }, "u1", undefined],
    ["an unknown variable", { if: [{ "==": [{ var: "email" }, null] }, "new"] }, "u1", "new"],
    [
      "weights of nothing",
      {
        fractional: [
          ["new", 0],
          ["old", 0],
        ],
      },
      "u1",
      "off",
    ],
  ];
  test.each(rows)("with %s", (_name, targeting, user, expected) => {
    expect(variantOf(targeting, user)).toBe(expected);
  });

  test("by fractions gives each variant its share, and the same user the same one", () => {
    const targeting = {
      fractional: [
        ["new", 25],
        ["old", 75],
      ],
    };
    const given = Array.from({ length: 4000 }, (_, user) => variantOf(targeting, `user-${user}`));
    const share = given.filter((variant) => variant === "new").length / given.length;
    expect(share).toBeGreaterThan(0.22);
    expect(share).toBeLessThan(0.28);
    expect(variantOf(targeting, "user-7")).toBe(given[7]);
  });

  test("by fractions moves users one way only when a weight grows", () => {
    const at = (weight: number, user: number) =>
      variantOf(
        {
          fractional: [
            ["new", weight],
            ["old", 100 - weight],
          ],
        },
        `user-${user}`,
      );
    for (let user = 0; user < 500; user++) if (at(10, user) === "new") expect(at(30, user)).toBe("new");
  });
});
