import { randomStream } from "../base/random.ts";
import type { LoadPlan } from "../scenario/workload-plan.ts";

export type ClosedLoad = Extract<LoadPlan, { readonly kind: "closed" }>;

/** How long one user thinks: before the first request, and then before each next one. */
export type ThinkTimes = {
  readonly firstMs: number;
  readonly nextMs: () => number;
};

/**
 * Think times of one closed user, from the user's own seeded stream.
 *
 * Users must not begin in step. Exponential times start as they go on (they have no memory); constant ones
 * start at a uniform point within the first think time.
 *
 * Source: Schroeder, Wierman and Harchol-Balter, "Open Versus Closed: A Cautionary Tale" (2006).
 */
export function thinkTimes(load: ClosedLoad, seed: number, user: number): ThinkTimes {
  const { thinkTimeMs } = load;
  const uniform = randomStream(seed, "think", user);
  if (load.thinkTime === "constant") {
    return { firstMs: (1 - uniform()) * thinkTimeMs, nextMs: () => thinkTimeMs };
  }
  const nextMs = () => -Math.log(uniform()) * thinkTimeMs;
  return { firstMs: nextMs(), nextMs };
}

/** The users that one of several drivers plays: every `of`-th. */
export function shareOfUsers(load: ClosedLoad, driver: number, of: number): readonly number[] {
  const count = Math.max(0, Math.ceil((load.users - driver) / of));
  return Array.from({ length: count }, (_, index) => driver + index * of);
}
