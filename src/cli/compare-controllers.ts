import { compareControllers } from "../analysis/controllers.ts";
import { UserError } from "../base/errors.ts";
import { paintWith } from "../report/text/paint.ts";
import { textTable } from "../report/text/text-table.ts";
import { controllersTable } from "../report/view/controllers.ts";
import { readJournal } from "../result/store.ts";

/**
 * How the look-alikes of other controllers would have judged a run, as text for a terminal.
 *
 * @throws UserError `result-unreadable` where the journal can't be read, `usage` where the run had no ramp
 */
export async function controllersText(
  directory: string,
  options: { readonly colour: boolean; readonly widthColumns: number },
): Promise<string> {
  const { entries } = await readJournal(directory);
  const first = entries[0];
  if (first?.type !== "run") {
    throw new UserError("result-unreadable", `The journal in ${directory} ends before the run began.`);
  }
  const comparison = compareControllers(entries, first.plan);
  if (comparison === undefined) {
    throw new UserError("usage", `${directory} is a run without a ramp: there was nothing to decide.`);
  }
  const table = controllersTable(comparison);
  const lines = textTable(table, { ...options, paint: paintWith(options.colour) });
  return ["", ...lines, ...table.notes.map((note) => `  ${note}`)].join("\n");
}
