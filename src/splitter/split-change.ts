import { parseShare } from "../base/units.ts";

/** What the text of a change must look like, for whoever wrote another. */
export const splitChangeRule = 'send {"new": "25%", "reason": "why"}: a share from 0% to 100% and a reason';

const maxReasonLength = 500;

/** Reads a change of the split, from the admin endpoint or the watched file; undefined when it breaks the rule. */
export function readSplitChange(
  text: string,
): { readonly newPerMillion: number; readonly reason: string } | undefined {
  const parsed = parseJson(text);
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { new: given, reason, ...others } = parsed as Record<string, unknown>;
  if (Object.keys(others).length > 0 || typeof reason !== "string") return undefined;
  if (reason.trim() === "" || reason.length > maxReasonLength) return undefined;
  const share = typeof given === "string" ? parseShare(given) : given;
  if (typeof share !== "number" || !(share >= 0 && share <= 1)) return undefined;
  return { newPerMillion: Math.round(share * 1e6), reason };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
