/**
 * JSON paths as rules name fields: `$.user.name`, `$['odd name']`, `$.items[*].price`, `$.rows[0]`, `$.*`,
 * `$..timestamp` (at any depth, at most two `..`). No filters, slices or scripts.
 *
 * Source: the subset of RFC 9535 without filter and slice selectors.
 */
export type JsonPath = readonly JsonPathSegment[];

export type JsonPathSegment =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  /** Every member or element. */
  | { readonly kind: "any" }
  /** Any number of levels, none included; another segment follows. */
  | { readonly kind: "descend" };

const segmentPattern = /(\.\.)|\.([^.[\]*\s'"]+)|\.(\*)|\[(\d+)\]|\[(\*)\]|\[(?:'([^']*)'|"([^"]*)")\]/y;
const afterDescend = /([^.[\]*\s'"]+)|(\*)|\[(\d+)\]|\[(\*)\]|\[(?:'([^']*)'|"([^"]*)")\]/y;
const longestPath = 500;
/** Each `..` multiplies the work of matching by the depth. */
const mostDescents = 2;

/** The path, or undefined where the text is none. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (!text.startsWith("$") || text.length > longestPath) return undefined;
  const segments: JsonPathSegment[] = [];
  let at = 1;
  while (at < text.length) {
    const isAfterDescend = segments.at(-1)?.kind === "descend";
    const pattern = isAfterDescend ? afterDescend : segmentPattern;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    segments.push(isAfterDescend ? segmentOf(match.slice(1)) : segmentOrDescend(match));
    at = pattern.lastIndex;
  }
  const descents = segments.filter(({ kind }) => kind === "descend").length;
  return segments.at(-1)?.kind === "descend" || descents > mostDescents ? undefined : segments;
}

/** Whether the path names exactly the field reached by these keys and indices from the root. */
export function matchesPath(path: JsonPath, field: readonly (string | number)[]): boolean {
  return matchesFrom(path, 0, { field, at: 0 });
}

function matchesFrom(
  path: JsonPath,
  from: number,
  { field, at }: { readonly field: readonly (string | number)[]; readonly at: number },
): boolean {
  const segment = path[from];
  if (segment === undefined) return at === field.length;
  if (segment.kind === "descend") {
    for (let skip = at; skip < field.length; skip++) {
      if (matchesFrom(path, from + 1, { field, at: skip })) return true;
    }
    return false;
  }
  const key = field[at];
  return key !== undefined && matchesKey(segment, key) && matchesFrom(path, from + 1, { field, at: at + 1 });
}

function matchesKey(segment: Exclude<JsonPathSegment, { kind: "descend" }>, key: string | number): boolean {
  if (segment.kind === "any") return true;
  return segment.kind === "name" ? key === segment.name : key === segment.index;
}

function segmentOrDescend([, descend, ...rest]: RegExpExecArray): JsonPathSegment {
  return descend === undefined ? segmentOf(rest) : { kind: "descend" };
}

/** From the groups name, any, index, any, quoted name twice. */
function segmentOf([name, any, index, anyIndex, single, double]: readonly (
  | string
  | undefined
)[]): JsonPathSegment {
  if (any !== undefined || anyIndex !== undefined) return { kind: "any" };
  if (index !== undefined) return { kind: "index", index: Number(index) };
  return { kind: "name", name: name ?? single ?? double ?? "" };
}
