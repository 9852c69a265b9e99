/**
 * Reads CSV: comma-separated, fields optionally in double quotes (a quote inside is doubled), lines ended by
 * LF or CR LF, blank lines skipped.
 *
 * Source: RFC 4180.
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = "";
  let isQuoted = false;
  const endRow = () => {
    row.push(field);
    if (row.length > 1 || field !== "") rows.push(row);
    row = [];
    field = "";
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if (isQuoted) {
      if (letter !== '"') field += letter;
      else if (text.charAt(at + 1) === '"') field += text.charAt(++at);
      else isQuoted = false;
    } else if (letter === '"' && field === "") isQuoted = true;
    else if (letter === ",") {
      row.push(field);
      field = "";
    } else if (letter === "\n") endRow();
    else if (letter !== "\r" || text.charAt(at + 1) !== "\n") field += letter;
  }
  if (field !== "" || row.length > 0) endRow();
  return rows;
}
