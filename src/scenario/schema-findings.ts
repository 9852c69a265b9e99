import type { z } from "zod";
import type { Finding, Path } from "./finding.ts";
import { allowedKeys, nearest } from "./suggest.ts";

/**
 * What a complaint of the schema says of the scenario. A union reports every member's complaints; those of the member that came closest are the
 * helpful ones.
 */
export function schemaFindings(issue: z.core.$ZodIssue): readonly Finding[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: unknownKey(issue.path, key) }));
  }
  if (issue.code !== "invalid_union") return [{ path: issue.path, message: plainMessage(issue) }];
  const members = issue.errors.filter((member) => member.length > 0);
  const closest = members.toSorted((left, right) => closeness(right) - closeness(left))[0];
  if (closest === undefined || closest.every(isWrongKind))
    return [{ path: issue.path, message: unionMessage(issue) }];
  return closest.flatMap((inner) => schemaFindings({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** The deeper a member's first complaint lies, the more of the value that member could read. */
function closeness(issues: readonly z.core.$ZodIssue[]): number {
  const unknown = issues.filter((issue) => issue.code === "unrecognized_keys").length;
  const wrongKind = issues.filter(isWrongKind).length;
  return Math.max(...issues.map((issue) => issue.path.length)) * 10 - unknown - wrongKind * 5 - issues.length;
}

/** Nothing in the value could be read: say what was expected, unless it is missing or no finite number. */
function unionMessage(issue: z.core.$ZodIssueInvalidUnion): string {
  const plain = issue.errors.flat().filter(isWrongKind).map(plainMessage);
  const telling = plain.find((message) => message === missing || message === notFinite);
  return (
    telling ?? (issue.message === "Invalid input" ? (plain[0] ?? inSentence(issue.message)) : issue.message)
  );
}

const missing = "is missing";
const notFinite = "must be a finite number";

function plainMessage(issue: z.core.$ZodIssue): string {
  if (issue.message.endsWith("received undefined")) return missing;
  if (/received (NaN|-?Infinity)$/.test(issue.message)) return notFinite;
  return inSentence(issue.message);
}

function isWrongKind(issue: z.core.$ZodIssue): boolean {
  return issue.path.length === 0 && issue.code === "invalid_type";
}

function unknownKey(path: Path, key: string): string {
  const allowed = allowedKeys(path);
  const close = nearest(key, allowed);
  if (close !== undefined) return `unknown key; did you mean \`${close}\`?`;
  return allowed.length === 0 ? "unknown key" : `unknown key; known here: ${allowed.join(", ")}`;
}

/** Library messages start with a capital letter and ours don't; in a list of places ours read better. */
export function inSentence(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
