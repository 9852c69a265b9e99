import { headerNamePattern, oneLinePattern } from "../base/header-text.ts";
import { readJson } from "../base/json-text.ts";
import { parseShare } from "../base/units.ts";
import type { HeaderRoute } from "../scenario/rollout-plan.ts";
import type { SplitChange } from "./router.ts";

/** What the text of a change must look like, for whoever wrote another. */
export const splitChangeRule =
  'send {"new": "25%", "reason": "why"}: a share from 0% to 100% and a reason; and, where they are to change, "headerRoute": {"header": "x-beta", "equals": "1"} or null, and "mirror": a share of copies';

const maxReasonLength = 500;
const maxHeaderLength = 500;

/** Reads a change of the split, from the admin endpoint or the watched file; undefined when it breaks the rule. */
export function readSplitChange(text: string): Omit<SplitChange, "caller"> | undefined {
  const parsed = readJson(text);
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { new: given, reason, headerRoute: route, mirror, ...others } = parsed as Record<string, unknown>;
  if (Object.keys(others).length > 0 || typeof reason !== "string") return undefined;
  if (reason.trim() === "" || reason.length > maxReasonLength) return undefined;
  const newPerMillion = readPerMillion(given);
  const mirrorPerMillion = mirror === undefined ? undefined : readPerMillion(mirror);
  const headerRoute = route === undefined || route === null ? route : readHeaderRoute(route);
  const isUnreadable =
    (mirror !== undefined && mirrorPerMillion === undefined) ||
    (route !== undefined && headerRoute === undefined);
  if (newPerMillion === undefined || isUnreadable) return undefined;
  return {
    ...{ newPerMillion, reason },
    ...(headerRoute !== undefined && { headerRoute }),
    ...(mirrorPerMillion !== undefined && { mirrorPerMillion }),
  };
}

function readPerMillion(given: unknown): number | undefined {
  const share = typeof given === "string" ? parseShare(given) : given;
  return typeof share === "number" && share >= 0 && share <= 1 ? Math.round(share * 1e6) : undefined;
}

function readHeaderRoute(given: unknown): HeaderRoute | undefined {
  if (typeof given !== "object" || given === null) return undefined;
  const { header, equals, ...others } = given as Record<string, unknown>;
  if (Object.keys(others).length > 0 || typeof header !== "string" || typeof equals !== "string")
    return undefined;
  if (!headerNamePattern.test(header) || !oneLinePattern.test(equals)) return undefined;
  if (header.length > maxHeaderLength || equals.length > maxHeaderLength) return undefined;
  return { header: header.toLowerCase(), equals };
}
