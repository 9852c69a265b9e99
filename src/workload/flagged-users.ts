import { deepFreeze } from "../base/deep-freeze.ts";
import { evaluatedUsers, type ProvidedFlag } from "../scenario/flag-file.ts";
import type { FlaggedShares, RunPlan } from "../scenario/plan.ts";
import { ownUserKey } from "./planned-subject.ts";
import { versionByFlag } from "./provided-flag.ts";
import { identifyUsers } from "./user-identity.ts";

type FlaggedPlan = Pick<RunPlan, "users" | "split" | "endpoints" | "rollout">;

/** Whom a provider's flag sends where, of the users that no header's flag takes. */
export type FlaggedUsers = {
  readonly toNew: number;
  readonly toOld: number;
  /** Left to the share. */
  readonly left: number;
};

/** The plan with its provider's flag, as the flag's file says it now. */
export function withProvidedFlag(plan: RunPlan, providedFlag: ProvidedFlag): RunPlan {
  const split = { ...plan.split, providedFlag };
  const flagged = flaggedShares({ ...plan, split });
  const stages = plan.timeline.stages.map((stage) => ({ ...stage, flagged }));
  return deepFreeze({ ...plan, split, timeline: { ...plan.timeline, stages } });
}

/**
 * What a provider's flag decides, as shares of the requests that no rule takes: counted over the users, each of whom
 * asks as often as any other, and over endpoints whose own headers hold a user's key.
 *
 * @returns empty where rules or routes may take just the requests of such endpoints
 */
export function flaggedShares(plan: FlaggedPlan): FlaggedShares {
  const { split, endpoints, rollout } = plan;
  const provided = split.providedFlag;
  if (provided === undefined) return {};
  const own = endpoints.flatMap(({ headers, share }) => {
    const key = ownUserKey(split, headers);
    return key === undefined ? [] : [{ ruling: versionByFlag(provided, key), share }];
  });
  const isRouted = split.headerRoute ?? rollout?.steps.find(({ headerRoute }) => headerRoute);
  if (own.length > 0 && (split.rules !== undefined || split.flags.length > 0 || isRouted)) return {};
  const { toNew, toOld, left } = flaggedUsers(plan);
  const users = Math.max(1, toNew + toOld + left);
  const ofUsers = 1 - own.reduce((sum, { share }) => sum + share, 0);
  const ownShare = (to: "old" | "new") =>
    own.reduce((sum, { ruling, share }) => (ruling === to ? sum + share : sum), 0);
  return {
    toNew: ownShare("new") + (ofUsers * toNew) / users,
    toOld: ownShare("old") + (ofUsers * toOld) / users,
  };
}

/** Every user's ruling; of a large number of users, that of evenly spread ones. */
export function flaggedUsers({ users, split }: Pick<RunPlan, "users" | "split">): FlaggedUsers {
  const identify = identifyUsers(split);
  const population = Math.max(1, Math.floor(users));
  const evaluated = evaluatedUsers(users);
  const counts = { new: 0, old: 0, left: 0 };
  for (let index = 0; index < evaluated; index++) {
    const { key, flags } = identify(Math.floor((index * population) / evaluated));
    if (flags.length > 0) continue;
    counts[(split.providedFlag && versionByFlag(split.providedFlag, key)) ?? "left"]++;
  }
  return { toNew: counts.new, toOld: counts.old, left: counts.left };
}
