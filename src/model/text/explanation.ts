import { explainGrowth } from "../explain/growth.ts";
import { explainRamp } from "../explain/ramp.ts";
import type { Modelled } from "../modelled-result.ts";
import { explainedText } from "./explained.ts";

/** How every figure of the growth table and of the ramp came about. */
export function explanationText({ inputs, growth, ramp }: Modelled): string {
  const rows = growth.entries.map(
    (entry) =>
      `━━ How the figures for ${entry.users.toLocaleString("en-US")} users came about\n\n${explainedText(explainGrowth(inputs, entry))}`,
  );
  const steps = ramp === undefined ? [] : explainRamp(inputs, ramp.plain);
  const cold =
    steps.length === 0
      ? []
      : [`━━ How the ramp's figures with a cold cache came about\n\n${explainedText(steps)}`];
  return [...rows, ...cold].join("\n\n");
}
