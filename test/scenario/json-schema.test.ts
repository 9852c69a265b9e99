import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type JsonSchema, publishedJsonSchema } from "../../src/scenario/json-schema.ts";
import { parseScenario } from "../../src/scenario/parse.ts";

const schema = publishedJsonSchema();
const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

function errorsOf(scenario: unknown): readonly string[] {
  validate(scenario);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe("the published JSON Schema", () => {
  test.each(readdirSync("scenarios").filter((name) => name.endsWith(".yaml")))(
    "accepts the shipped %s",
    (name) => {
      expect(errorsOf(parse(readFileSync(`scenarios/${name}`, "utf8")))).toEqual([]);
    },
  );

  test.each([
    ["an unknown key", { name: "a", wrkload: {} }],
    ["a wrong word", { name: "a", split: { by: "users" } }],
    ["a missing name", {}],
  ])("refuses %s, as the command line does", (_what, scenario) => {
    expect(errorsOf(scenario)).not.toEqual([]);
  });

  test.each([
    ["users", { users: { low: 100, likely: "1_000", high: 1e6 } }],
    ["a rate", { workload: { ratePerSecond: { low: "1/s", likely: "2/s", high: "9/s" } } }],
    [
      "a service time",
      { services: { old: { mock: { serviceTime: { low: "1ms", likely: "2ms", high: "9ms" } } } } },
    ],
    ["a price", { capacity: { price: { server: { low: "0.05/h", likely: 0.1, high: "0.20 / h" } } } }],
    ["a value in a list", { growth: { users: [100, { low: 1, likely: 2, high: 3 }] } }],
  ])("accepts %s with a low, a likely and a high end, as the command line does", (_what, scenario) => {
    const named = { name: "a", workload: { thinkTime: "1s" }, ...scenario };
    expect(errorsOf(named)).toEqual([]);
    expect(parseScenario(JSON.stringify(named), { file: "s.yaml" })).toMatchObject({ ok: true });
  });

  test.each([
    ["two ends", { users: { low: 100, high: 1e6 } }],
    ["a fourth word", { users: { low: 1, likely: 2, high: 3, highest: 4 } }],
    ["a price by the day", { capacity: { price: { server: "1/d" } } }],
  ])("refuses %s, as the command line does", (_what, scenario) => {
    const named = { name: "a", workload: { thinkTime: "1s" }, ...scenario };
    expect(errorsOf(named)).not.toEqual([]);
    expect(parseScenario(JSON.stringify(named), { file: "s.yaml" })).toMatchObject({ ok: false });
  });

  test("is draft 7, with a title on every field and nothing of ours that draft 7 doesn't know", () => {
    expect(schema["$schema"]).toBe("http://json-schema.org/draft-07/schema#");
    for (const { path, field } of fieldsOf(schema, "")) {
      expect(field.title, path).toBeDefined();
      expect(field, path).not.toHaveProperty("unit");
    }
  });

  test("describes every field but a few whose name says it all", () => {
    const bare = fieldsOf(schema, "").filter(({ field }) => field.description === undefined);
    const fields = fieldsOf(schema, "");
    expect(bare.map(({ path }) => path).length / fields.length).toBeLessThan(0.12);
  });
});

type Field = { readonly path: string; readonly field: JsonSchema };

function fieldsOf(at: JsonSchema, path: string): readonly Field[] {
  const own = Object.entries(at.properties ?? {}).flatMap(([name, field]) => [
    { path: `${path}.${name}`, field },
    ...fieldsOf(field, `${path}.${name}`),
  ]);
  const members = [...(at.anyOf ?? []), ...(at.allOf ?? []), ...(at.items === undefined ? [] : [at.items])];
  return [...own, ...members.flatMap((member) => fieldsOf(member, path))];
}
