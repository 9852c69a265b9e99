import { readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type JsonSchema, publishedJsonSchema } from "../../src/scenario/json-schema.ts";

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
