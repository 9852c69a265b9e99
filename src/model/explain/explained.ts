/**
 * One figure and how it came about, as a step that a person can repeat on paper.
 *
 * `formula` is written in the names of `inputs` with + − × ÷, ceil, max and min, so that a test (or a reader)
 * can work it out again; a step whose rule is a search or a table says `isRule`.
 */
export type Explained = {
  readonly name: string;
  readonly formula: string;
  readonly inputs: readonly Quantity[];
  readonly result: Quantity;
  /** Where the formula comes from. */
  readonly source: string;
  /** What must be true for it to hold here. */
  readonly assumption?: string;
  readonly isRule?: true;
};

export type Quantity = { readonly name: string; readonly value: number; readonly unit: string };

export function quantity(name: string, value: number, unit = ""): Quantity {
  return { name, value, unit };
}
