import { assertNever } from "../../base/invariant.ts";
import type { Uniform } from "../../base/random.ts";
import type { CapacityPlan } from "../../scenario/capacity-plan.ts";

type Policy = CapacityPlan["loadBalancing"];

/** The servers of one version, `count` of them from `first`. */
export type ServerRange = { readonly first: number; readonly count: number };

/** Picks the server for a request, as the splitter would: by what it has sent and not yet got back. */
export class Balancer {
  readonly #policy: Policy;
  readonly #range: ServerRange;
  readonly #uniform: Uniform;
  #turn = 0;

  constructor(policy: Policy, range: ServerRange, uniform: Uniform) {
    this.#policy = policy;
    this.#range = range;
    this.#uniform = uniform;
  }

  /** @param underWay - by server, requests sent there and not yet answered */
  pick(underWay: Int32Array): number {
    const { first, count } = this.#range;
    if (count === 1) return first;
    switch (this.#policy) {
      case "random":
        return first + this.#any(count);
      case "roundRobin":
        return first + this.#nextTurn();
      case "leastConnections":
        return this.#least(underWay);
      case "powerOfTwo":
        return this.#betterOfTwo(underWay);
      case "pooled":
        return first;
      default:
        return assertNever(this.#policy);
    }
  }

  #nextTurn(): number {
    const turn = this.#turn;
    this.#turn = turn + 1 === this.#range.count ? 0 : turn + 1;
    return turn;
  }

  /** Equal ones in turn. */
  #least(underWay: Int32Array): number {
    const { first, count } = this.#range;
    const start = this.#nextTurn();
    let best = first + start;
    for (let step = 1; step < count; step++) {
      const place = start + step;
      const server = first + (place < count ? place : place - count);
      if ((underWay[server] as number) < (underWay[best] as number)) best = server;
    }
    return best;
  }

  /** Two different servers by chance, and the less busy of them. */
  #betterOfTwo(underWay: Int32Array): number {
    const { first, count } = this.#range;
    const one = this.#any(count);
    const step = this.#any(count - 1);
    const other = step < one ? step : step + 1;
    return (underWay[first + other] as number) < (underWay[first + one] as number)
      ? first + other
      : first + one;
  }

  #any(count: number): number {
    return Math.min(count - 1, Math.floor(this.#uniform() * count));
  }
}
