import { limits } from "./answer.ts";
import { redactText } from "./redact.ts";

/** The way from the root to a field: keys of objects and indices of arrays. */
export type FieldPath = readonly PathStep[];

/** `map` says that the key is data, not a field's name. */
export type PathStep = { readonly key: string | number; readonly isMap: boolean };

/** A field's name in counts: elements of arrays and entries of maps fall together, `$.items[*].price`. */
export function fieldName(path: FieldPath): string {
  const whole = path.reduce((name, { key, isMap }) => {
    if (typeof key === "number") return `${name}[*]`;
    if (isMap) return `${name}.*`;
    return /^[A-Za-z_][\w-]*$/.test(key) ? `${name}.${key}` : `${name}[${JSON.stringify(key)}]`;
  }, "$");
  return whole.length > longestName ? `${whole.slice(0, longestName)}…` : whole;
}

const longestName = 300;

/**
 * Whether an object's keys are data (ids, dates, hosts) rather than names of fields: then each key would be a
 * field of its own, and counts would grow with the traffic.
 */
export function isMapLike(keys: readonly string[]): boolean {
  return keys.length > limits.mapKeys || keys.some(isDataKey);
}

const shortestSecret = 16;

function isDataKey(key: string): boolean {
  const isSecret = key.length >= shortestSecret && redactText(key) !== key;
  return key.length > limits.keyLength || /^\d/.test(key) || /[^\w\-$. @:]/.test(key) || isSecret;
}
