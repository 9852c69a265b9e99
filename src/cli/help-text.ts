/** A list that starts empty: the parser writes so, and it tells nobody anything. */
const emptyDefault = /(\[array\](?: \[required\])?)( \[default: \[\]\])/g;

/** The parser's help without what says nothing; what is left stays at the right margin. */
export function readableHelp(help: string): string {
  return help.replaceAll(emptyDefault, (_, kept: string, left: string) => " ".repeat(left.length) + kept);
}
