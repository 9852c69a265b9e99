import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { publishedJsonSchema } from "../scenario/json-schema.ts";
import { scenarioReference } from "../scenario/reference.ts";
import { metricsReference } from "../telemetry/reference.ts";

/** The files made from the schema and the metric table, by their path in the repository; a test holds them to it. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["scenarios/scenario.schema.json", `${JSON.stringify(publishedJsonSchema(), null, 2)}\n`],
    ["docs/reference/scenario.md", scenarioReference()],
    ["docs/reference/metrics.md", metricsReference()],
  ]);
}

if (import.meta.main) {
  for (const [path, text] of generatedFiles()) {
    await writeFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), text);
    process.stdout.write(`${path}\n`);
  }
}
