import type { Explained, Quantity } from "../explain/explained.ts";

/** Steps as a person would write them: the formula, the numbers put in, the result, the source. */
export function explainedText(steps: readonly Explained[]): string {
  return steps.map(stepText).join("\n\n");
}

function stepText(step: Explained, index: number): string {
  const lines = [
    `${index + 1}. ${step.name}`,
    `   ${step.result.name} = ${step.formula}`,
    `   with ${step.inputs.map(quantityText).join(", ")}`,
    `   = ${valueText(step.result)}`,
    `   Source: ${step.source}.`,
  ];
  if (step.assumption !== undefined) lines.push(`   Assumption: ${step.assumption}`);
  return lines.join("\n");
}

function quantityText(quantity: Quantity): string {
  return `${quantity.name} = ${valueText(quantity)}`;
}

function valueText({ value, unit }: Quantity): string {
  const digits = Number.isInteger(value) ? value : Number(value.toPrecision(7));
  return `${digits.toLocaleString("en-US", { maximumFractionDigits: 12 })}${unit === "" ? "" : ` ${unit}`}`;
}
