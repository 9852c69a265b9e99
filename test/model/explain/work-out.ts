import type { Explained } from "../../../src/model/explain/explained.ts";

/** Computes a step's formula from its own inputs, as a reader with a pocket calculator would. */
export function workOut({ formula, inputs }: Explained): number {
  const code = formula.replaceAll("×", "*").replaceAll("÷", "/").replaceAll("−", "-").replaceAll("^", "**");
  const names = ["ceil", "max", "min", "exp", "sqrt", "ln", ...inputs.map(({ name }) => name)];
  const values = [
    (count: number) => Math.ceil(count - count * 1e-12),
    Math.max,
    Math.min,
    Math.exp,
    Math.sqrt,
    Math.log,
    ...inputs.map(({ value }) => value),
  ];
  return new Function(...names, `return ${code};`)(...values) as number;
}
