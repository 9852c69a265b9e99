import { assertNever } from "../../base/invariant.ts";
import type { Uniform } from "../../base/random.ts";
import type { EjectionRoom } from "../../rollout/ejection.ts";
import type { CapacityPlan } from "../../scenario/capacity-plan.ts";

type Policy = CapacityPlan["loadBalancing"];

/** The servers of one version, `count` of them from `first`. */
export type ServerRange = { readonly first: number; readonly count: number };

/** Why a server gets no requests; several reasons may hold at once. */
export const outFor = { ejected: 1, notStarted: 2 } as const;

/** Picks the server for a request, as the splitter would: by what it has sent and not yet got back. */
export class Balancer {
  readonly #policy: Policy;
  readonly #range: ServerRange;
  /** By place in the range: the reasons for which it is out. */
  readonly #reasons: Uint8Array;
  /** Servers that get requests, `#count` of them, in order. */
  readonly #members: Int32Array;
  #count: number;
  readonly #uniform: Uniform;
  #turn = 0;

  constructor(policy: Policy, range: ServerRange, uniform: Uniform) {
    this.#policy = policy;
    this.#range = range;
    this.#uniform = uniform;
    this.#reasons = new Uint8Array(range.count);
    this.#members = Int32Array.from({ length: range.count }, (_, place) => range.first + place);
    this.#count = range.count;
  }

  get hasServers(): boolean {
    return this.#count > 0;
  }

  has(server: number): boolean {
    return server >= this.#range.first && server < this.#range.first + this.#range.count;
  }

  /** As a person counts them, from 1. */
  nameOf(server: number): string {
    return `server ${server - this.#range.first + 1}`;
  }

  isOut(server: number, reason: number): boolean {
    return ((this.#reasons[server - this.#range.first] as number) & reason) !== 0;
  }

  /** The servers that are started, and how many of them are left alone. */
  get ejectionRoom(): EjectionRoom {
    const started = this.#reasons.filter((reasons) => (reasons & outFor.notStarted) === 0);
    return {
      addresses: started.length,
      ejected: started.filter((reasons) => (reasons & outFor.ejected) !== 0).length,
    };
  }

  /** Takes a server out for a reason, or lets that reason go. */
  setOut(server: number, reason: number, isOut: boolean): void {
    const { first, count } = this.#range;
    const reasons = this.#reasons;
    const before = reasons[server - first] as number;
    reasons[server - first] = isOut ? before | reason : before & ~reason;
    this.#count = 0;
    for (let place = 0; place < count; place++) {
      if (reasons[place] === 0) this.#members[this.#count++] = first + place;
    }
    if (this.#turn >= this.#count) this.#turn = 0;
  }

  /**
   * @param underWay - by server, requests sent there and not yet answered
   * @returns a server; there must be one
   */
  pick(underWay: Int32Array): number {
    const members = this.#members;
    if (this.#count === 1) return members[0] as number;
    switch (this.#policy) {
      case "random":
        return members[this.#any(this.#count)] as number;
      case "roundRobin":
        return members[this.#nextTurn()] as number;
      case "leastConnections":
        return this.least(underWay);
      case "powerOfTwo":
        return this.#betterOfTwo(underWay);
      case "pooled":
        return members[0] as number;
      default:
        return assertNever(this.#policy);
    }
  }

  #nextTurn(): number {
    const turn = this.#turn;
    this.#turn = turn + 1 === this.#count ? 0 : turn + 1;
    return turn;
  }

  /** The server with the least under way, equal ones in turn; there must be one. */
  least(underWay: Int32Array): number {
    const members = this.#members;
    const count = this.#count;
    const start = this.#nextTurn();
    let best = members[start] as number;
    for (let step = 1; step < count; step++) {
      const place = start + step;
      const server = members[place < count ? place : place - count] as number;
      if ((underWay[server] as number) < (underWay[best] as number)) best = server;
    }
    return best;
  }

  /** Two different servers by chance, and the less busy of them. */
  #betterOfTwo(underWay: Int32Array): number {
    const members = this.#members;
    const one = this.#any(this.#count);
    const step = this.#any(this.#count - 1);
    const first = members[one] as number;
    const other = members[step < one ? step : step + 1] as number;
    return (underWay[other] as number) < (underWay[first] as number) ? other : first;
  }

  #any(count: number): number {
    return Math.min(count - 1, Math.floor(this.#uniform() * count));
  }
}
