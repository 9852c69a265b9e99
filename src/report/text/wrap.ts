import { stripVTControlCharacters } from "node:util";
import { visibleWidth } from "./paint.ts";
import { wordGap } from "./unit-spaces.ts";

/** What precedes the text of a line, such as `  split   `, is at most so wide; further right it is text. */
const widestKeyColumns = 32;

/** Breaks between words; a word that is wider than a line stays whole. Colours take no room. */
export function wrapWords(text: string, widthColumns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let lineColumns = 0;
  for (const word of text.split(wordGap)) {
    const wordColumns = columnsOf(word);
    if (line !== "" && lineColumns + 1 + wordColumns > widthColumns) {
      lines.push(line);
      line = word;
      lineColumns = wordColumns;
    } else {
      lineColumns += line === "" ? wordColumns : 1 + wordColumns;
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A text whose lines are broken so. */
export function hangingText(text: string, widthColumns: number): string {
  return text
    .split("\n")
    .flatMap((line) => hangingLines(line, widthColumns))
    .join("\n");
}

/** A line broken so that what follows its key, or its indent, stays in a column of its own. */
export function hangingLines(line: string, widthColumns: number): string[] {
  if (columnsOf(line) <= widthColumns) return [line];
  const words = line.split(" ");
  const start = textStart(words);
  const key = words.slice(0, start).join(" ") + (start > 0 ? " " : "");
  const hang = " ".repeat(columnsOf(key));
  return wrapWords(words.slice(start).join(" "), Math.max(1, widthColumns - hang.length)).map(
    (text, index) => `${index === 0 ? key : hang}${text}`,
  );
}

/** The word after the last gap of two or more columns near the line's beginning. */
function textStart(words: readonly string[]): number {
  let start = 0;
  let columns = 0;
  for (const [index, word] of words.entries()) {
    if (columns > widestKeyColumns) break;
    if (word !== "" && (index === 0 || words[index - 1] === "")) start = index;
    columns += columnsOf(word) + 1;
  }
  return start;
}

function columnsOf(text: string): number {
  return visibleWidth(stripVTControlCharacters(text));
}
