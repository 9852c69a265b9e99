/** Longer lines come from somebody who speaks another protocol. */
const maxLineLength = 64;

/**
 * Cuts a stream of text into lines.
 *
 * @returns a function that takes the next piece, and gives false once a line is too long to be one of ours
 */
export function lineReader(onLine: (line: string) => void): (piece: string) => boolean {
  let rest = "";
  return (piece) => {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
    return rest.length <= maxLineLength;
  };
}
