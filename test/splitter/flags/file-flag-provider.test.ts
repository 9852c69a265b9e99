import { OpenFeature } from "@openfeature/server-sdk";
import { describe, expect, test } from "vitest";
import { parseFlagFile, providedFlag } from "../../../src/scenario/flag-file.ts";
import { FileFlagProvider } from "../../../src/splitter/flags/file-flag-provider.ts";
import { versionByFlag } from "../../../src/workload/provided-flag.ts";

const variants = { new: "new", old: "old", off: "none", count: 3, on: true, box: { a: 1 } };

function flagsWith(targeting: unknown, more: object = {}): string {
  return JSON.stringify({ flags: { version: { variants, defaultVariant: "off", targeting, ...more } } });
}

const key = { var: "targetingKey" };

describe("through OpenFeature", () => {
  async function clientFor(text: string) {
    const flags = parseFlagFile(text);
    if (typeof flags === "string") throw new Error(flags);
    const provider = new FileFlagProvider(flags);
    const domain = `test-${Math.random()}`;
    await OpenFeature.setProviderAndWait(domain, provider);
    return { flags, client: OpenFeature.getClient(domain) };
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

  const mixed = {
    if: [
      { in: [key, ["3", "14", "15"]] },
      "new",
      { ends_with: [key, "9"] },
      "old",
      { starts_with: [key, "8"] },
      "blue",
      {
        fractional: [
          ["new", 10],
          ["count", 10],
          ["off", 80],
        ],
      },
    ],
  };

  test.each([
    ["a mixed targeting", flagsWith(mixed)],
    ["a disabled flag", flagsWith(mixed, { state: "DISABLED" })],
    ["no targeting", flagsWith(undefined, { defaultVariant: "new" })],
    ["another flag only", flagsWith(mixed).replace('"version"', '"other"')],
  ])("users get with %s what a plan expects of them", async (_name, text) => {
    const { client, flags } = await clientFor(text);
    const provided = providedFlag(flags, "version");
    for (const user of ["", ...Array.from({ length: 300 }, (_, index) => String(index))]) {
      const context = user === "" ? {} : { targetingKey: user };
      const value = await client.getStringValue("version", "none", context);
      const ruling = value === "old" || value === "new" ? value : undefined;
      expect([user, versionByFlag(provided, user)]).toEqual([user, ruling]);
    }
  });
});
