import { z } from "zod";
import { scenarioSchema } from "./schema.ts";

let cached: Readonly<Record<string, unknown>> | undefined;

/** The scenario file as JSON Schema draft 7, as editors read it. */
export function scenarioJsonSchema(): Readonly<Record<string, unknown>> {
  cached ??= z.toJSONSchema(scenarioSchema, { target: "draft-7", io: "input" });
  return cached;
}
