import { formatMomentMs } from "../../base/units.ts";
import type { RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";

/** Something that happened during the run. */
export type EventView = {
  /** From 1; the number that stands for it in the figures. */
  readonly number: number;
  /** `12.4 s`. */
  readonly at: string;
  readonly atMs: number;
  readonly kind: string;
  readonly message: string;
};

/** Most events that are listed and drawn: the first ones, with a remark on how many follow. */
const maxEvents = 60;

export function eventViews({ events }: RunResult): readonly EventView[] {
  const inOrder = events.toSorted((left, right) => left.atMs - right.atMs);
  const shown = inOrder.slice(0, maxEvents).map(({ atMs, kind, version, message }, index) => ({
    number: index + 1,
    at: formatMomentMs(atMs),
    atMs,
    kind: version === undefined ? plainText(kind) : `${plainText(kind)} · ${version}`,
    message: plainText(message),
  }));
  const left = inOrder.length - shown.length;
  const last = shown.at(-1);
  if (left === 0 || last === undefined) return shown;
  const message = `${left} more events are in result.json`;
  return [...shown, { number: shown.length + 1, at: "later", atMs: last.atMs, kind: "", message }];
}
