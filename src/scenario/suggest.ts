import { type JsonSchema, scenarioJsonSchema } from "./json-schema.ts";

/** The keys that a mapping at `path` may have, in the schema's order. */
export function allowedKeys(path: readonly PropertyKey[]): readonly string[] {
  let here: readonly JsonSchema[] = [scenarioJsonSchema()];
  for (const step of path) here = here.flatMap(members).flatMap((schema) => children(schema, step));
  return [...new Set(here.flatMap(members).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** The word among `words` that was probably meant, if one is close enough to be worth naming. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((left, right) => left.distance - right.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}

function members(schema: JsonSchema): readonly JsonSchema[] {
  return [schema, ...[...(schema.anyOf ?? []), ...(schema.allOf ?? [])].flatMap(members)];
}

function children(schema: JsonSchema, step: PropertyKey): readonly JsonSchema[] {
  const property = schema.properties?.[String(step)];
  const other = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  const item = typeof step === "number" ? schema.items : undefined;
  return [property, item, property === undefined ? other : undefined].filter((child) => child !== undefined);
}

/** Levenshtein's distance, a transposition of neighbours counting one (optimal string alignment). */
function editDistance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= left.length; row++) {
    const above = rows[row - 1] ?? [];
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let best = Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) best = Math.min(best, (rows[row - 2]?.[column - 2] ?? 0) + 1);
      current.push(best);
    }
    rows.push(current);
  }
  return rows[left.length]?.[right.length] ?? 0;
}
