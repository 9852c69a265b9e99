import type { RulePlan } from "../scenario/routing-rule.ts";

/** What a rule may look at; each is asked only where a rule needs it. */
export type RuleSubject = {
  /** The value of a header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly cookie: (name: string) => string | undefined;
  readonly method: () => string;
  /** As the client wrote it; a query behind it is passed over. */
  readonly target: () => string;
};

/** Whether all that the rule names holds. */
export function meetsRule({ path, method, header, cookie }: RulePlan, subject: RuleSubject): boolean {
  return (
    (method === undefined || subject.method() === method) &&
    (path === undefined || meetsPath(path, subject.target())) &&
    (header === undefined || subject.header(header.name) === header.equals) &&
    (cookie === undefined || subject.cookie(cookie.name) === cookie.equals)
  );
}

/**
 * The value of a cookie in a Cookie header.
 *
 * Source: RFC 6265 section 4.2.1.
 */
export function cookieValue(cookies: string, name: string): string | undefined {
  for (const pair of cookies.split(";")) {
    const equals = pair.indexOf("=");
    if (equals === -1 || pair.slice(0, equals).trim() !== name) continue;
    return pair.slice(equals + 1).trim() || undefined;
  }
  return undefined;
}

/** A prefix ends where a segment does. */
function meetsPath({ kind, value }: NonNullable<RulePlan["path"]>, target: string): boolean {
  if (!target.startsWith(value)) return false;
  const next = target[value.length];
  const isWhole = next === undefined || next === "?";
  return isWhole || (kind === "prefix" && next === "/");
}
