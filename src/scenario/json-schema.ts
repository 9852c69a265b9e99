import { z } from "zod";
import { scenarioSchema } from "./schema.ts";

/** What this project uses of JSON Schema draft 7, and `unit`, our word for how a quantity is written. */
export type JsonSchema = {
  readonly [keyword: string]: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly unit?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
};

let cached: JsonSchema | undefined;

/** The scenario file as JSON Schema, with `unit` where a quantity stands. */
export function scenarioJsonSchema(): JsonSchema {
  cached ??= z.toJSONSchema(scenarioSchema, { target: "draft-7", io: "input" }) as JsonSchema;
  return cached;
}

/** The same as editors read it: a title on every field, and nothing that draft 7 doesn't know. */
export function publishedJsonSchema(): JsonSchema {
  return { ...publish(scenarioJsonSchema()), definitions: { uncertain } };
}

const end = (title: string, description: string): JsonSchema => ({
  title,
  description,
  type: ["string", "number"],
});

/** What `liftUncertain` accepts in the place of any quantity. */
const uncertain: JsonSchema = {
  description: "A quantity that is not known exactly, each end written like the quantity itself.",
  type: "object",
  properties: {
    low: end("Low", "The lowest value that may come."),
    likely: end("Likely", "The likeliest value, which a run works with."),
    high: end("High", "The highest value that may come."),
  },
  required: ["low", "likely", "high"],
  additionalProperties: false,
};

/** `format` is zod's own word for a pattern that stands beside it; a quantity may have three ends. */
function publish({ unit, format: _format, ...written }: JsonSchema): JsonSchema {
  const schema = unit === undefined ? written : orUncertain(written);
  return {
    ...schema,
    ...(schema.properties && { properties: publishFields(schema.properties) }),
    ...(schema.items && { items: publish(schema.items) }),
    ...(typeof schema.additionalProperties === "object" && {
      additionalProperties: publish(schema.additionalProperties),
    }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(publish) }),
    ...(schema.allOf && { allOf: schema.allOf.map(publish) }),
  };
}

function orUncertain({ type, anyOf, ...rest }: JsonSchema): JsonSchema {
  const plain = anyOf ?? (type === undefined ? [] : [{ type }]);
  return { ...rest, anyOf: [...plain, { $ref: "#/definitions/uncertain" }] };
}

function publishFields(fields: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, { title: titleOf(name), ...publish(field) }]),
  );
}

/** thinkTime → `Think time`, responseTimeP99 → `Response time p99`. */
function titleOf(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
