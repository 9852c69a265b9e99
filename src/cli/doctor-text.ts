import type { MachineCheck } from "../measure/host/machine-checks.ts";
import { paintWith } from "../report/text/paint.ts";

const marks = { ok: "✓", warn: "!", unknown: "?" } as const;
const tones = { ok: "good", warn: "unsure", unknown: "quiet" } as const;

/** One line for each check, and its remedy under it; the words carry the meaning where the marks can't be seen. */
export function renderDoctor(checks: readonly MachineCheck[], options: { readonly colour: boolean }): string {
  const paint = paintWith(options.colour);
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, state, finding, remedy }) => [
    `${paint(marks[state], tones[state])} ${name.padEnd(width)}  ${finding}`,
    ...(remedy === undefined ? [] : [`  ${" ".repeat(width)}  ${paint(`warning: ${remedy}`, "unsure")}`]),
  ]);
  const warnings = checks.filter(({ state }) => state === "warn").length;
  const summary =
    warnings === 0
      ? "Nothing here stands in the way of a measurement."
      : `${warnings} of ${checks.length} points deserve a look before figures from this machine are believed.`;
  return [...lines, "", summary].join("\n");
}
