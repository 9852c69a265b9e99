import type { Modelled } from "../modelled-result.ts";
import { growthText } from "./growth.ts";

/** What `twinlane model` prints. */
export function modelText({ growth, result }: Modelled): string {
  const { labels, name } = result.scenario;
  return [
    `${name}: ${labels.old} and ${labels.new} side by side, calculated`,
    growthText(growth),
    "Assumptions",
    result.assumptions.map((assumption) => `  ${assumption}`).join("\n"),
    result.verdict.sentence,
  ].join("\n\n");
}
