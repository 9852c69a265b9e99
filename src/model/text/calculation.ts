import type { Calculation } from "../calc/calculator.ts";
import { explainedText } from "./explained.ts";

/** The answers, then how they came about. */
export function calculationText({ steps, notes }: Calculation): string {
  return [explainedText(steps), ...notes].join("\n\n");
}
