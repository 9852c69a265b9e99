import { systemClock } from "../base/clock.ts";
import type { Version } from "../base/version.ts";
import type { SplitPlan } from "../scenario/plan.ts";
import type { HeaderRoute } from "../scenario/rollout-plan.ts";
import type { Head } from "../wire/head.ts";
import { headerNames } from "../wire/headers.ts";
import {
  isMirrored,
  type SplitSubject,
  versionByRule,
  versionByShare,
  withHeaderRoute,
} from "../workload/split.ts";
import { cookieValue } from "../workload/split-rule.ts";
import type { Counters } from "./counters.ts";
import type { FlagRulings, Ruling } from "./flags/flag-rulings.ts";
import type { SplitterEvent } from "./messages.ts";

export type Decision = { readonly version: Version; readonly ordinal: number };

/** A change of the split: who makes it, and why, for the journal. What is absent stays as it is. */
export type SplitChange = {
  readonly newPerMillion: number;
  /** null takes it away. */
  readonly headerRoute?: HeaderRoute | null;
  readonly mirrorPerMillion?: number;
  readonly caller: string;
  readonly reason: string;
};

/** What is in force; for the process that takes over. */
export type SplitInForce = {
  readonly newPerMillion: number;
  readonly headerRoute: HeaderRoute | undefined;
  readonly mirrorPerMillion: number | undefined;
  readonly nextOrdinal: number;
};

/** Applies the split to requests. A change holds from the next request on, never inside one. */
export class Router {
  #plan: SplitPlan;
  readonly #counters: Counters;
  readonly #report: (event: SplitterEvent) => void;
  readonly #rulings: FlagRulings | undefined;
  #newPerMillion: number;
  #mirrorPerMillion: number | undefined;
  /** The next number for a request that brings none. */
  #ownOrdinal = 0;

  constructor(
    plan: SplitPlan,
    counters: Counters,
    options: {
      readonly report: (event: SplitterEvent) => void;
      readonly rulings?: FlagRulings | undefined;
      /** Absent where this splitter makes no copies. */
      readonly mirrorPerMillion?: number | undefined;
    },
  ) {
    this.#plan = plan;
    this.#mirrorPerMillion = options.mirrorPerMillion;
    this.#rulings = options.rulings;
    this.#newPerMillion = plan.newPerMillion;
    this.#counters = counters;
    this.#report = options.report;
  }

  get plan(): SplitPlan {
    return this.#plan;
  }

  get newPerMillion(): number {
    return this.#newPerMillion;
  }

  /** Share of requests that is copied; undefined where this splitter makes no copies. */
  get mirrorPerMillion(): number | undefined {
    return this.#mirrorPerMillion;
  }

  /** @returns why nothing was changed, where it was refused */
  setSplit(change: SplitChange): string | undefined {
    const { newPerMillion, headerRoute, mirrorPerMillion, caller, reason } = change;
    const atMs = systemClock.nowMs();
    if (mirrorPerMillion !== undefined && this.#mirrorPerMillion === undefined) {
      this.#report({ atMs, kind: "split-refused", version: undefined, reason: noMirror, caller });
      return noMirror;
    }
    const fromPerMillion = this.#newPerMillion;
    this.#newPerMillion = newPerMillion;
    this.#mirrorPerMillion = mirrorPerMillion ?? this.#mirrorPerMillion;
    if (headerRoute !== undefined) this.#plan = withHeaderRoute(this.#plan, headerRoute);
    const split = { caller, fromPerMillion, toPerMillion: newPerMillion };
    this.#report({
      ...{ atMs, kind: "split", version: undefined, reason, ...split },
      ...(headerRoute !== undefined && { headerRoute }),
      ...(mirrorPerMillion !== undefined && { mirrorPerMillion }),
    });
    return undefined;
  }

  get inForce(): SplitInForce {
    return {
      newPerMillion: this.#newPerMillion,
      headerRoute: this.#plan.headerRoute,
      mirrorPerMillion: this.#mirrorPerMillion,
      nextOrdinal: this.#ownOrdinal,
    };
  }

  /** Goes on from another process; no change, so nothing is journalled. */
  restore({ newPerMillion, headerRoute, mirrorPerMillion, nextOrdinal }: SplitInForce): void {
    this.#newPerMillion = newPerMillion;
    this.#plan = withHeaderRoute(this.#plan, headerRoute ?? null);
    this.#mirrorPerMillion = this.#mirrorPerMillion === undefined ? undefined : mirrorPerMillion;
    this.#ownOrdinal = nextOrdinal;
  }

  /** What a flag rules for the user of this request; a promise for one who hasn't been met before. */
  rulingFor(head: Head): Ruling | Promise<Ruling> {
    if (this.#rulings === undefined) return "none";
    return this.#rulings.for(readUserKey(head, this.plan.userKey) ?? "");
  }

  /** Decides which version answers the request with this head, and counts it: rules, then flag, then share. */
  decide(head: Head, ruling: Ruling): Decision {
    const plan = this.#plan;
    const counters = this.#counters;
    const ordinal = readOrdinal(head) ?? this.#ownOrdinal++;
    const subject: SplitSubject = {
      header: (name) => head.value(name),
      cookie: (name) => readCookie(head, name),
      method: () => head.method,
      target: () => pathOf(head.target()),
      userKey: plan.by === "user" ? readUserKey(head, plan.userKey) : undefined,
      ordinal,
    };
    const byRule = versionByRule(plan, subject);
    const byFlag = ruling === "none" ? undefined : ruling;
    const version = byRule ?? byFlag ?? versionByShare(plan, this.#newPerMillion, subject);
    counters.usersSteps++;
    counters.versions[version].received++;
    if (byRule !== undefined) {
      counters.byRule[version]++;
    } else if (byFlag !== undefined) {
      counters.byFlag[version]++;
    } else {
      counters.byShare[version]++;
      counters.expectedNewPerMillion += this.#newPerMillion;
    }
    return { version, ordinal };
  }

  /** Whether the share of copies falls on this request. */
  isMirrored(ordinal: number, perMillion: number): boolean {
    return isMirrored(this.plan.seed, ordinal, perMillion);
  }
}

const noMirror = "this splitter was started without a mirror, so there are no copies to set a share of";

const digitsOnly = /^\d{1,15}$/;

/** A target in absolute form begins with the scheme and the host (RFC 9112 section 3.2.2). */
function pathOf(target: string): string {
  const end = target.startsWith("/") ? 0 : target.indexOf("/", target.indexOf("://") + 3);
  return end === -1 ? "/" : target.slice(end);
}

function readOrdinal(head: Head): number | undefined {
  const text = head.value(headerNames.ordinal);
  return text !== undefined && digitsOnly.test(text) ? Number(text) : undefined;
}

function readUserKey(head: Head, { kind, name }: SplitPlan["userKey"]): string | undefined {
  return kind === "header" ? head.value(name) || undefined : readCookie(head, name);
}

function readCookie(head: Head, name: string): string | undefined {
  for (let index = head.find("cookie"); index !== -1; index = head.find("cookie", index + 1)) {
    const value = cookieValue(head.valueAt(index), name);
    if (value !== undefined) return value;
  }
  return undefined;
}
