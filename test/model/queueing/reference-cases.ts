import { readFileSync } from "node:fs";

type Numbers = Readonly<Record<string, number>>;
type Lists = Readonly<Record<string, readonly number[]>>;

type Case = {
  readonly id: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
};

const file = new URL("../../reference/queueing-cases.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };

export const caseIds: readonly string[] = cases.map(({ id }) => id);

/** A case whose inputs and answers are single numbers. */
export function numbersOf(id: string): { readonly input: Numbers; readonly expected: Numbers } {
  const { input, expected } = found(id);
  return { input: input as Numbers, expected: expected as Numbers };
}

/** A case whose inputs and answers are lists; a single number stands for a list of equal ones. */
export function rowsOf(id: string): readonly { readonly input: Numbers; readonly expected: Numbers }[] {
  const { input, expected } = found(id);
  const length = Math.max(...Object.values({ ...input, ...expected }).map((value) => [value].flat().length));
  return Array.from({ length }, (_, row) => ({ input: rowOf(input, row), expected: rowOf(expected, row) }));
}

/** A case as lists of numbers. */
export function listsOf(id: string): { readonly input: Lists; readonly expected: Lists } {
  const { input, expected } = found(id);
  return { input: input as Lists, expected: expected as Lists };
}

function found(id: string): Case {
  const match = cases.find((candidate) => candidate.id === id);
  if (match === undefined) throw new Error(`no reference case ${id}`);
  return match;
}

function rowOf(record: Readonly<Record<string, unknown>>, row: number): Numbers {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, Array.isArray(value) ? value[row] : value]),
  ) as Numbers;
}
