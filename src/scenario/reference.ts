import { type JsonSchema, scenarioJsonSchema } from "./json-schema.ts";

/**
 * docs/reference/scenario.md: every field of the scenario file, from the schema's own words.
 *
 * @returns Markdown
 */
export function scenarioReference(): string {
  const schema = scenarioJsonSchema();
  const sections = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    isScalarField(field) ? [] : section(name, field, 2),
  );
  return `${[heading, fieldTable(schema), ...sections].join("\n\n")}\n`;
}

const heading = `# The scenario file

<!-- Made by \`npm run generate\` from src/scenario; a test fails when it is stale. -->

A scenario is YAML 1.2, one document, strict: an unknown key is an error that names what was probably meant.
Quantities are written with their units and checked before anything starts.

| quantity | how it is written |
|---|---|
| duration | \`250ms\`, \`10s\`, \`5m\`, \`1h\`, \`1h30m\`; a bare number has no unit and is refused |
| size | \`512B\`, \`100KB\` (1000 each), \`2MiB\` (1024 each), or a number of bytes |
| share | \`10%\` or \`0.1\` |
| rate | \`200/s\`, \`12000/m\`, or a number per second |
| number | \`10000\`, \`10_000\`, \`1e6\` |
| price per hour | \`0.10/h\` or a number, in any one currency |

A quantity that is not known exactly may be written \`{ low: 5, likely: 10, high: 30 }\`: a run works with the likely
value, and the figures of \`twinlane model\` carry limits.

Any value can be set on the command line: \`--set users=5000 --set split.new=25% --set workload.requests.0.weight=3\`.`;

function section(path: string, field: JsonSchema, level: number): readonly string[] {
  const described = variantsOf(field);
  const tables = described.filter((schema) => schema === field || !isWrapper(schema)).map(fieldTable);
  if (described.length === 0) return [];
  const title = `${"#".repeat(Math.min(level, 5))} \`${path}\``;
  const nested = described.flatMap((schema) =>
    Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
      isScalarField(child) ? [] : section(childPath(path, name, child), child, level + 1),
    ),
  );
  return [title, ...(field.description === undefined ? [] : [field.description]), ...tables, ...nested];
}

function childPath(path: string, name: string, child: JsonSchema): string {
  return `${path}.${name}${child.type === "array" ? "[]" : ""}`;
}

function fieldTable(schema: JsonSchema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const isRequired = schema.required?.includes(name) === true;
    const standard = isRequired ? "**required**" : defaultOf(field);
    return `| \`${name}\` | ${kindOf(field)} | ${standard} | ${cell(field.description ?? "")} |`;
  });
  return ["| key | value | default | meaning |", "|---|---|---|---|", ...rows].join("\n");
}

function kindOf(field: JsonSchema): string {
  if (field.unit !== undefined) return field.unit;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.anyOf !== undefined) return [...new Set(field.anyOf.map(kindOf))].join(" or ");
  if (field.type === "array") return `list of ${field.items === undefined ? "values" : kindOf(field.items)}`;
  if (field.type === "object") {
    const keys = Object.keys(field.properties ?? {});
    return keys.length === 1 ? `\`{ ${keys[0]}: … }\`` : "mapping";
  }
  return typeof field.type === "string" ? field.type.replace("string", "text") : "value";
}

function defaultOf(field: JsonSchema): string {
  const { default: value } = field;
  if (value === undefined) return "";
  const isEmptyMapping = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return isEmptyMapping && !Array.isArray(value) ? "" : `\`${JSON.stringify(value).replaceAll('"', "")}\``;
}

/** A union's member such as `{ ramp: … }`: its one key says which it is, and has a section of its own. */
function isWrapper(schema: JsonSchema): boolean {
  const fields = Object.values(schema.properties ?? {});
  return fields.length === 1 && fields.every((field) => !isScalarField(field));
}

/** The mappings that a value may be: itself, what a list holds, the members of a union. */
function variantsOf(field: JsonSchema): readonly JsonSchema[] {
  return [
    field,
    ...(field.anyOf ?? []),
    ...(field.allOf ?? []),
    ...(field.items === undefined ? [] : [field.items]),
  ]
    .flatMap((schema) => (schema === field ? [schema] : variantsOf(schema)))
    .filter((schema) => schema.properties !== undefined);
}

function isScalarField(field: JsonSchema): boolean {
  return variantsOf(field).length === 0;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
