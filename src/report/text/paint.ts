import { styleText } from "node:util";
import type { Tone } from "../view/table.ts";

/** Colours a text by what it says, or leaves it alone. */
export type Paint = (text: string, tone?: Tone | "strong") => string;

const styles = {
  good: "green",
  bad: "red",
  unsure: "yellow",
  quiet: "dim",
  strong: "bold",
} as const;

export function paintWith(colour: boolean): Paint {
  if (!colour) return (text) => text;
  return (text, tone) =>
    tone === undefined || text === "" ? text : styleText(styles[tone], text, { validateStream: false });
}

/** Code points east-asian or pictorial that take two columns in a terminal; a close approximation. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const combining = /\p{Mark}/u;

/** Columns that a text takes in a terminal. */
export function visibleWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (combining.test(character)) continue;
    width += wide.test(character) ? 2 : 1;
  }
  return width;
}
