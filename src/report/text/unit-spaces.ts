/** The space between a number and its unit, which belong on one line. */
const unitSpace = String.raw`(?<=\d) (?=(?:ms|µs|s|min|h|d|%|[KMGTP]?B|cores?)(?![\p{L}\d]))`;

const keptSpace = new RegExp(unitSpace, "gu");

/** A space at which a line may end. */
export const wordGap = new RegExp(`(?!${unitSpace}) `, "u");

/** Makes the spaces before units such that a browser doesn't end a line there. */
export function withKeptUnits(text: string): string {
  return text.replaceAll(keptSpace, "\u00a0");
}
