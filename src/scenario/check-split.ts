import { headerNamePattern, oneLinePattern } from "../base/header-text.ts";
import { below, type Report } from "./finding.ts";
import type { Scenario } from "./schema.ts";

/** Who is sent where: shares that add up, and headers that a request can carry. */
export function checkSplit({ split, rollout }: Scenario, report: Report): void {
  if (split.old !== undefined && Math.abs(split.old + split.new - 1) > 1e-9) {
    const sum = Number(((split.old + split.new) * 100).toPrecision(10));
    report(["split", "old"], `old and new make ${sum} % together; they must make 100 %, or leave old out`);
  }
  for (const [index, flag] of split.flags.entries()) {
    checkHeaderMatch(flag, below(report, ["split", "flags", index]));
  }
  const flagged = split.flags.reduce((sum, flag) => sum + (flag.share ?? 0), 0);
  if (flagged > 1 + 1e-9)
    report(["split", "flags"], "the shares of users with a flag add up to more than 100 %");
  if (split.source !== undefined && rollout.steps !== undefined) {
    report(["split", "source"], "stands beside a ramp; the share is the ramp's or the source's, remove one");
  }
  const key = "header" in split.userKey ? split.userKey.header : split.userKey.cookie;
  if (!headerNamePattern.test(key)) report(["split", "userKey"], "is not a header or cookie name");
}

/** A header that decides where a request goes. */
export function checkHeaderMatch(
  { header, equals }: { readonly header: string; readonly equals: string },
  report: Report,
): void {
  if (!headerNamePattern.test(header)) report(["header"], "is not a header name");
  if (!oneLinePattern.test(equals)) report(["equals"], "must stay on one line");
}
