import { UserError } from "../../base/errors.ts";
import type { Scenario } from "../../scenario/schema.ts";
import { numberAt, type ScenarioText, scenarioWith } from "./scenario-path.ts";

/** One number of the scenario and the values it takes, in its base unit. */
export type Axis = { readonly path: string; readonly values: readonly number[] };

const defaultPoints = 13;
export const mostPoints = 1_000_000;

/**
 * `users=1e2..1e8:log`, `split.new=0..100%`, `workload.peakFactor=2,5,10`, each optionally with `:25` points.
 *
 * Every end and every listed value is checked by the scenario's own schema.
 *
 * @throws UserError `usage` for a text of another form, `scenario-invalid` for a value the scenario refuses
 */
export function parseAxis(text: string, source: ScenarioText, points = defaultPoints): Axis {
  const match = /^([^=]+)=(.+?)(:log)?(?::(\d+))?$/.exec(text.trim());
  if (match === null)
    throw new UserError("usage", `--vary ${text}: must be path=low..high, for example users=1e2..1e8:log.`);
  const [, path = "", range = "", log, asked] = match;
  const numberOf = (written: string) => numberAt(scenarioVaried(source, { text, path, written }), path);
  const ends = range.split("..");
  if (ends.length === 1) {
    const listed = range.split(",").map((each) => each.trim());
    return { path, values: listed.map((each) => numberOf(withUnit(each, listed.at(-1) ?? each))) };
  }
  const [from = "", to = ""] = ends.map((end) => end.trim());
  const low = numberOf(withUnit(from, to));
  const high = numberOf(to);
  const count = Math.max(2, asked === undefined ? points : Number(asked));
  if (low >= high) throw new UserError("usage", `--vary ${text}: the low end must lie below the high end.`);
  if (log !== undefined && low <= 0)
    throw new UserError("usage", `--vary ${text}: a log scale starts above 0.`);
  if (count > mostPoints) throw new UserError("usage", `--vary ${text}: at most ${mostPoints} points.`);
  const isWhole = Number.isInteger(low) && Number.isInteger(high) && high - low >= count;
  const values = Array.from({ length: count }, (_, index) => {
    const part = index / (count - 1);
    const value = log === undefined ? low + (high - low) * part : low * (high / low) ** part;
    return isWhole ? Math.round(value) : Number(value.toPrecision(12));
  });
  return { path, values };
}

type Varied = { readonly text: string; readonly path: string; readonly written: string };

/** A mistake is told of what was typed, not of the value that is tried. */
function scenarioVaried(source: ScenarioText, { text, path, written }: Varied): Scenario {
  const override = `${path}=${written}`;
  try {
    return scenarioWith(source, override);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.code, error.message.replaceAll(`--set ${override} `, `--vary ${text} `));
  }
}

/** `10..50ms` and `10,20,50ms`: a value without a unit takes that of the last one. */
function withUnit(low: string, high: string): string {
  const unit = /[^\d.e_+-].*$/i.exec(high)?.[0] ?? "";
  return /^[\d._]+(e[+-]?\d+)?$/i.test(low) ? `${low}${unit}` : low;
}
