import { OpenFeature } from "@openfeature/server-sdk";
import { describe, expect, test } from "vitest";
import { FileFlagProvider } from "../../../src/splitter/flags/file-flag-provider.ts";
import { parseFlagFile, variantFor } from "../../../src/splitter/flags/flag-file.ts";

const variants = { new: "new", old: "old", off: "none", count: 3, on: true, box: { a: 1 } };

function flagsWith(targeting: unknown, more: object = {}): string {
  return JSON.stringify({ flags: { version: { variants, defaultVariant: "off", targeting, ...more } } });
}

function variantOf(targeting: unknown, targetingKey: string): string | undefined {
  const flags = parseFlagFile(flagsWith(targeting));
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

describe("through OpenFeature", () => {
  async function clientFor(text: string) {
    const flags = parseFlagFile(text);
    if (typeof flags === "string") throw new Error(flags);
    const provider = new FileFlagProvider(flags);
    const domain = `test-${Math.random()}`;
    await OpenFeature.setProviderAndWait(domain, provider);
    return { provider, client: OpenFeature.getClient(domain) };
  }

  test("the user's key is the targeting key, and the reason is told", async () => {
    const { client } = await clientFor(flagsWith({ if: [{ "==": [key, "u1"] }, "new"] }));
    const forUser = (targetingKey: string) =>
      client.getStringDetails("version", "standard", { targetingKey });
    expect(await forUser("u1")).toMatchObject({ value: "new", variant: "new", reason: "TARGETING_MATCH" });
    expect(await forUser("u2")).toMatchObject({ value: "none", variant: "off", reason: "DEFAULT" });
  });

  test("what can't be given is the default, with its error", async () => {
    const { client } = await clientFor(flagsWith({ if: [{ "==": [key, "odd"] }, "blue"] }));
    expect(await client.getStringDetails("other", "s")).toMatchObject({
      value: "s",
      errorCode: "FLAG_NOT_FOUND",
    });
    expect(await client.getBooleanDetails("version", true)).toMatchObject({
      value: true,
      errorCode: "TYPE_MISMATCH",
    });
    const odd = await client.getStringDetails("version", "s", { targetingKey: "odd" });
    expect(odd).toMatchObject({ value: "s", errorCode: "PARSE_ERROR" });
    const { client: disabled } = await clientFor(flagsWith(undefined, { state: "DISABLED" }));
    expect(await disabled.getStringDetails("version", "s")).toMatchObject({ value: "s", reason: "DISABLED" });
  });

  test("values of every type are given", async () => {
    const of = (defaultVariant: string) => clientFor(flagsWith(undefined, { defaultVariant }));
    expect(await (await of("count")).client.getNumberValue("version", 0)).toBe(3);
    expect(await (await of("on")).client.getBooleanValue("version", false)).toBe(true);
    expect(await (await of("box")).client.getObjectValue("version", {})).toEqual({ a: 1 });
  });
});
