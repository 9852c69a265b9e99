import { formatCount } from "../base/units.ts";
import { evaluatedUsers, type ProvidedFlag } from "../scenario/flag-file.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { flaggedUsers } from "../workload/flagged-users.ts";
import { ownUserKey } from "../workload/planned-subject.ts";

/** Whom a provider's flag sends where, of the plan's users, and whose requests it can't tell from one another. */
export function flagsSentence(plan: RunPlan, { key, flag }: ProvidedFlag): string {
  if (flag === undefined) return `none is named ${JSON.stringify(key)}, so the share decides`;
  if (!flag.isEnabled) return `${key} is disabled, so the share decides`;
  const { toNew, toOld, left } = flaggedUsers(plan);
  const asked = toNew + toOld + left;
  const seen = evaluatedUsers(plan.users);
  const sample = seen < Math.floor(plan.users) ? `, as ${formatCount(seen)} of all show` : "";
  const users = `${key} says new for ${formatCount(toNew)} of ${formatCount(asked)} users, old for ${formatCount(toOld)}, and leaves ${formatCount(left)} to the share${sample}`;
  const anonymous = plan.endpoints.filter(({ headers }) => ownUserKey(plan.split, headers) === "");
  if (anonymous.length === 0) return users;
  return `${users}; without a user's key: ${anonymous.map(({ name }) => name).join(", ")}`;
}
