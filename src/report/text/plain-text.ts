import { stripVTControlCharacters } from "node:util";

/** Longest text of a scenario or a service that a report repeats; the rest is cut off with an ellipsis. */
export const maxTextLength = 600;

/** C0 and C1 controls, direction overrides and isolates, zero-width and other invisible marks. */
const invisible =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]/gu;

/**
 * Makes a text that others wrote (names, labels, error messages) fit to be shown anywhere: one line, no
 * terminal sequences, nothing that turns the reading direction, well-formed Unicode, bounded length.
 * It is not escaped; each format does that itself.
 */
export function plainText(text: string): string {
  const clean = stripVTControlCharacters(text.slice(0, maxTextLength * 4))
    .toWellFormed()
    .replaceAll(/[\t\r\n]+/g, " ")
    .replaceAll(invisible, "")
    .trim();
  if (clean === "" && text !== "") return "(nothing printable)";
  return clean.length > maxTextLength ? `${clean.slice(0, maxTextLength - 1).toWellFormed()}…` : clean;
}
