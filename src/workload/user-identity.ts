import type { FlagPlan, SplitPlan } from "../scenario/plan.ts";
import { seededChoice } from "./seeded-choice.ts";

/** Who makes a request, as the splitter may see it. */
export type UserIdentity = {
  readonly user: number;
  /** The value of the split's user key. */
  readonly key: string;
  /** The flags that this user sends. */
  readonly flags: readonly FlagPlan[];
};

/** In an open load, the user of each request: each of the plan's users as likely as any other. */
export function userOfOrdinal(users: number, seed: number): (ordinal: number) => number {
  const choose = seededChoice(seed, "users");
  const population = Math.max(1, Math.floor(users));
  return (ordinal) => Math.floor(choose(ordinal) * population);
}

/** A user sends the same flags in every request: the first `userShare` of a seeded order of all users does. */
export function identifyUsers(split: SplitPlan): (user: number) => UserIdentity {
  const rules = split.flags
    .filter((flag) => flag.userShare > 0)
    .map((flag) => ({ flag, place: seededChoice(split.seed, `flag/${flag.header}=${flag.equals}`) }));
  if (rules.length === 0) return (user) => ({ user, key: String(user), flags: noFlags });
  return (user) => {
    const flags = rules.filter(({ flag, place }) => place(user) < flag.userShare).map(({ flag }) => flag);
    return { user, key: String(user), flags };
  };
}

const noFlags: readonly FlagPlan[] = [];
