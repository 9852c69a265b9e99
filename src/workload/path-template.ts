import { UserError } from "../base/errors.ts";
import { seededChoice } from "./seeded-choice.ts";

/** Writes the path of the request with this ordinal, made by this user. */
export type PathWriter = (ordinal: number, user: number) => string;

/** All values of one column of a CSV file. Whoever has the files supplies it. */
export type ColumnReader = (file: string, column: string) => readonly string[];

export type PathTemplateOptions = {
  readonly seed: number;
  /** Tells templates apart, so that two endpoints don't draw the same numbers. */
  readonly purpose: string;
  readonly readColumn: ColumnReader;
};

/**
 * Reads a path with placeholders: `{1..1000}` a whole number of that range, `{uuid}` a random (version 4) UUID,
 * `{user}` the user's number, `{csv:users.csv:name}` a value of that column. Values depend on seed and ordinal
 * only; all columns of one file come from the same row.
 *
 * @throws UserError scenario-invalid for an unknown placeholder, an empty range or an empty column
 */
export function pathTemplate(template: string, options: PathTemplateOptions): PathWriter {
  const pieces = template.split(placeholderPattern);
  if (pieces.length === 1) return () => template;
  const parts = pieces.map((piece, index) =>
    index % 2 === 0 ? () => piece : placeholderWriter(piece, { ...options, template, index }),
  );
  return (ordinal, user) => {
    let path = "";
    for (const part of parts) path += part(ordinal, user);
    return path;
  };
}

/** Splits into fixed texts at even places and the insides of placeholders at odd ones. */
const placeholderPattern = /\{([^{}]*)\}/;

type Place = PathTemplateOptions & { readonly template: string; readonly index: number };

function placeholderWriter(inside: string, place: Place): PathWriter {
  if (inside === "user") return (_, user) => String(user);
  if (inside === "uuid") return uuidWriter(place);
  const range = /^(\d+)\.\.(\d+)$/.exec(inside);
  if (range !== null) return rangeWriter(Number(range[1]), Number(range[2]), place);
  const csv = /^csv:(.+):([^:]+)$/.exec(inside);
  if (csv !== null) return columnWriter(csv[1] ?? "", csv[2] ?? "", place);
  throw new UserError(
    "scenario-invalid",
    `${place.template}: unknown placeholder {${inside}}; known are {1..1000}, {uuid}, {user} and {csv:file.csv:column}`,
  );
}

function rangeWriter(from: number, to: number, place: Place): PathWriter {
  if (from > to || !Number.isSafeInteger(to)) {
    throw new UserError(
      "scenario-invalid",
      `${place.template}: the range {${from}..${to}} is empty or too large`,
    );
  }
  const choose = seededChoice(place.seed, `${place.purpose}/${place.index}`);
  const size = to - from + 1;
  return (ordinal) => String(from + Math.floor(choose(ordinal) * size));
}

function columnWriter(file: string, column: string, place: Place): PathWriter {
  const values = place.readColumn(file, column).map(encodeURIComponent);
  if (values.length === 0) {
    throw new UserError("scenario-invalid", `${place.template}: column ${column} of ${file} has no values`);
  }
  const choose = seededChoice(place.seed, `csv/${file}`);
  return (ordinal) => values[Math.floor(choose(ordinal) * values.length)] as string;
}

/** Source: RFC 9562 section 5.4: 122 random bits, version 4 and variant 10 in their places. */
function uuidWriter({ seed, purpose, index }: Place): PathWriter {
  const words = [0, 1, 2, 3].map((word) => seededChoice(seed, `${purpose}/${index}/${word}`));
  return (ordinal) => {
    const hex = words.map((word) => (word(ordinal) * 2 ** 32).toString(16).padStart(8, "0")).join("");
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
}
