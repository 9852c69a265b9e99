import { evaluatedUsers } from "../scenario/flag-file.ts";
import type { RunPlan, StagePlan } from "../scenario/plan.ts";
import { expectedShare } from "../stats/binomial.ts";
import type { SplitAudit } from "./schema.ts";
import { shareOfNew } from "./stages.ts";

export type AuditedPlan = Pick<RunPlan, "split" | "users"> & Partial<Pick<RunPlan, "flagProvider" | "load">>;

/** Configured for new: its share, and what else leads there. */
export type AskedShare = Pick<StagePlan, "newShare" | "routed" | "flagged">;

/** How many requests the split gave to each version, whoever answered them in the end. */
export type SplitCounts = { readonly old: number; readonly new: number };

/** Three standard deviations: 997 of 1,000 runs lie inside. */
const deviations = 3;

/**
 * Holds the share that new was really given against the configured one.
 *
 * The band is binomial. With a sticky split the users are dealt and not the requests, so that a run of many
 * requests from few users varies as the few users do.
 *
 * What a provider's flag decides before the share is counted over the users; of a large number of users, over some of
 * them, which widens the band. Where its file was not read, or where a rule looks at what only the requests tell, any
 * share is expected.
 *
 * @param asked - the stage's configured share of new, flags not counted, 0–1
 */
export function auditSplit(plan: AuditedPlan, asked: AskedShare, given: SplitCounts): SplitAudit {
  const share = shareOfNew(asked);
  const configured = shareWithFlags(plan, share ?? asked.newShare);
  const requests = given.old + given.new;
  const isKnown =
    share !== undefined &&
    (plan.flagProvider === undefined || plan.split.providedFlag !== undefined) &&
    (plan.split.rules ?? []).every(({ requestShare }) => requestShare !== undefined);
  const expected = isKnown
    ? expectedShare(configured, independentDraws(plan, requests), deviations)
    : { low: 0, high: 1 };
  if (requests === 0) return { configured, expected, requests, state: "no requests" };
  const realised = given.new / requests;
  const isInside = realised >= expected.low && realised <= expected.high;
  return { configured, realised, expected, requests, state: isInside ? "as configured" : "off" };
}

/** Requests that a rule takes go where it says, then users with a flag where the flag says; the others are split. */
function shareWithFlags({ split }: Pick<RunPlan, "split">, newShare: number): number {
  const flagged = split.flags.reduce((sum, flag) => sum + flag.userShare, 0);
  const flaggedNew = split.flags.reduce((sum, flag) => sum + (flag.to === "new" ? flag.userShare : 0), 0);
  const rules = split.rules ?? [];
  const ruled = rules.reduce((sum, rule) => sum + (rule.requestShare ?? 0), 0);
  const ruledNew = rules.reduce((sum, rule) => sum + (rule.to === "new" ? (rule.requestShare ?? 0) : 0), 0);
  return ruledNew + (1 - ruled) * (flaggedNew + (1 - flagged) * newShare);
}

/**
 * Variance of a share over n requests of u equally busy users is p(1 − p)(1/n + 1/u), where the users are dealt by
 * chance. A provider's flag takes known users: then only how often each of them asks is chance, in an open load; closed
 * users take turns with how quickly they are answered. Of s users out of more, the share is known to p(1 − p)/s.
 */
function independentDraws({ split, users, load }: AuditedPlan, requests: number): number {
  if (requests === 0) return 0;
  const isFlagged = split.providedFlag !== undefined;
  const isDealt = split.by === "user" || split.flags.length > 0 || (isFlagged && load?.kind === "closed");
  const seen = evaluatedUsers(users);
  const isSampled = isFlagged && seen < Math.floor(users);
  const others = (isDealt ? 1 / users : 0) + (isSampled ? 1 / seen : 0);
  return others === 0 ? requests : 1 / (1 / requests + others);
}
