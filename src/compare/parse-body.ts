import { limits, type NotComparedReason } from "./answer.ts";

export type ParsedBody =
  | { readonly kind: "empty" }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "text" }
  | { readonly kind: "unreadable"; readonly reason: NotComparedReason };

/**
 * Reads a body as JSON where it is JSON, whatever its content type says. Whole numbers too large for a double
 * become bigints, so that amounts that differ in their last digit differ.
 */
export function parseBody(body: string): ParsedBody {
  if (body.length > limits.bodyLength) return { kind: "unreadable", reason: "body too large" };
  if (body.trim() === "") return { kind: "empty" };
  if (!/^\s*[[{"\-0-9tfn]/.test(body)) return { kind: "text" };
  if (isNestedTooDeeply(body)) return { kind: "unreadable", reason: "nested too deeply" };
  try {
    const value: unknown = /\d{16}/.test(body) ? JSON.parse(body, keepLargeNumbers) : JSON.parse(body);
    return { kind: "json", value };
  } catch {
    return { kind: "text" };
  }
}

/** Counts brackets outside of strings, before anything recurses. */
function isNestedTooDeeply(body: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < body.length; at++) {
    const character = body.charCodeAt(at);
    if (isInString) {
      if (character === backslash) at++;
      else if (character === quote) isInString = false;
    } else if (character === quote) isInString = true;
    else if (character === openBrace || character === openBracket) {
      if (++depth > limits.depth) return true;
    } else if (character === closeBrace || character === closeBracket) depth--;
  }
  return false;
}

const quote = 34;
const backslash = 92;
const openBracket = 91;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/** The reviver's third argument gives the number as written (JSON.parse source text access). */
function keepLargeNumbers(
  this: unknown,
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  return context?.source !== undefined && /^-?\d{16,}$/.test(context.source) ? BigInt(context.source) : value;
}
