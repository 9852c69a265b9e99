import { formatShare } from "../../base/units.ts";
import type { ErrorBudget } from "../availability.ts";
import type { Modelled } from "../modelled-result.ts";
import type { Uncertainty } from "../uncertainty.ts";
import { pairsText, retriesText } from "./effects.ts";
import { growthText } from "./growth.ts";
import { migrationText } from "./migration.ts";
import { rampText } from "./ramp.ts";
import { uncertaintyText } from "./uncertainty.ts";

/** What `twinlane model` prints. */
export function modelText(modelled: Modelled, uncertainty: Uncertainty | undefined): string {
  const { growth, ramp, migration, errorBudget, result } = modelled;
  const { labels, name } = result.scenario;
  const sections: readonly (readonly [string, string | undefined])[] = [
    ["Old and new side by side", growthText(growth)],
    ["With what is not known exactly", uncertainty && uncertaintyText(uncertainty)],
    ["Copies onto the shared database", pairsText(growth.entries)],
    ["Retries", retriesText(growth.entries)],
    ["From old to new", ramp && rampText(ramp.plain, ramp.mirrored)],
    ["Out of the monolith", migration && migrationText(migration)],
    ["Availability", errorBudget && budgetText(errorBudget)],
    ["Assumptions", result.assumptions.map((assumption) => `  ${assumption}`).join("\n")],
  ];
  return [
    `${name}: ${labels.old} and ${labels.new}, calculated`,
    [result.verdict.sentence, ...result.verdict.reasons].join("\n"),
    ...sections.flatMap(([heading, body]) => (body === undefined ? [] : [`━━ ${heading}`, body])),
  ].join("\n\n");
}

function budgetText({ hoursPerYear, minutesPerMonth }: ErrorBudget): string {
  const allowed = formatShare(hoursPerYear / 8766);
  return `The promise leaves ${allowed} of failure: ${hoursPerYear.toFixed(2)} hours a year, ${minutesPerMonth.toFixed(1)} minutes in 30 days. \`twinlane calc availability\` prices a rollback.`;
}
