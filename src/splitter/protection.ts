import { systemClock } from "../base/clock.ts";
import type { Version } from "../base/version.ts";
import type { BreakerState } from "../rollout/breaker.ts";
import { type AddressRecord, bookOutcome, type EjectionRoom, freshRecord } from "../rollout/ejection.ts";
import { breakerEvents, refusedByBreaker, VersionBreaker } from "../rollout/version-breaker.ts";
import type { BreakerPlan } from "../scenario/rollout-plan.ts";
import type { EjectionPlan } from "../scenario/split-protection-plan.ts";
import type { Deadlined, Deadlines } from "./deadlines.ts";
import type { HandedEjection } from "./handed-state.ts";
import type { SplitterEvent } from "./messages.ts";
import type { Upstream } from "./upstream-pool.ts";

/** What protects users beside the health checks; each part is off where it is not given. */
export type ProtectionPlan = {
  readonly ejection: EjectionPlan | undefined;
  /** Of new. */
  readonly breaker: BreakerPlan | undefined;
};

export type ProtectionContext = {
  readonly deadlines: Deadlines;
  readonly report: (event: SplitterEvent) => void;
  readonly upstreamsOf: (version: Version) => readonly Upstream[];
};

/** `failed`: no complete answer, or one of 500 and above. `abandoned`: the client is to blame. */
export type RequestOutcome = "ok" | "failed" | "abandoned";

/**
 * Watches how requests end. Ejection takes out single upstreams, the breaker the whole of new; both are named
 * in the events that they cause, so that a report can say which one fired and when.
 */
export class Protection {
  readonly #ejection: EjectionPlan | undefined;
  readonly #breaker: VersionBreaker | undefined;
  readonly #deadlines: Deadlines;
  readonly #report: (event: SplitterEvent) => void;
  readonly #upstreamsOf: ProtectionContext["upstreamsOf"];
  readonly #records = new WeakMap<Upstream, AddressRecord>();
  readonly #ejectedUntilMs = new WeakMap<Upstream, number>();

  constructor(plan: ProtectionPlan, { deadlines, report, upstreamsOf }: ProtectionContext) {
    this.#ejection = plan.ejection;
    this.#deadlines = deadlines;
    this.#report = report;
    this.#upstreamsOf = upstreamsOf;
    this.#breaker =
      plan.breaker &&
      new VersionBreaker(plan.breaker, (phase, reason, breaker) => {
        const event = {
          atMs: systemClock.nowMs(),
          kind: breakerEvents[phase],
          version: "new",
          reason,
        } as const;
        this.#report(breaker === undefined ? event : { ...event, breaker });
      });
  }

  /** @returns `refusedByBreaker`, or what `ended` is to be given; a trial is used up by asking */
  admit(version: Version): number {
    if (version === "old" || this.#breaker === undefined) return 0;
    return this.#breaker.admit(this.#deadlines.nowMs);
  }

  /** Tells how a request ended that was admitted with this epoch. */
  ended(
    request: { readonly version: Version; readonly upstream: Upstream | undefined; readonly epoch: number },
    outcome: RequestOutcome,
  ): void {
    const { version, upstream, epoch } = request;
    if (version === "new" && epoch !== refusedByBreaker) this.#book(outcome, epoch);
    if (outcome !== "abandoned" && upstream !== undefined) this.#watch(version, upstream, outcome);
  }

  get breakerState(): BreakerState | undefined {
    return this.#breaker?.state;
  }

  restoreBreaker(state: BreakerState): void {
    this.#breaker?.restore(state);
  }

  /** What is held against an address; undefined where no request of it has been watched. */
  ejectionOf(upstream: Upstream): HandedEjection | undefined {
    const record = this.#records.get(upstream);
    if (record === undefined) return undefined;
    return { record, untilMs: upstream.isEjected ? this.#ejectedUntilMs.get(upstream) : undefined };
  }

  restoreEjection(version: Version, upstream: Upstream, { record, untilMs }: HandedEjection): void {
    if (this.#ejection === undefined) return;
    this.#records.set(upstream, { ...record });
    if (untilMs !== undefined) this.#eject(version, upstream, untilMs);
  }

  #book(outcome: RequestOutcome, epoch: number): void {
    const { nowMs } = this.#deadlines;
    if (outcome === "abandoned") this.#breaker?.abandon(nowMs, epoch);
    else this.#breaker?.book(nowMs, outcome === "ok", epoch);
  }

  #watch(version: Version, upstream: Upstream, outcome: "ok" | "failed"): void {
    const plan = this.#ejection;
    if (plan === undefined || upstream.isEjected) return;
    const { nowMs } = this.#deadlines;
    const record = this.#records.get(upstream) ?? freshRecord(nowMs);
    this.#records.set(upstream, record);
    const room = () => this.#roomIn(version);
    const ejection = bookOutcome(plan, record, { atMs: nowMs, isFailure: outcome === "failed", room });
    if (ejection === undefined) return;
    if (ejection.isSpared) {
      if (ejection.isFirst) this.#tell("spared", version, `${upstream.address.url}: ${ejection.sentence}`);
      return;
    }
    this.#tell("ejected", version, `${upstream.address.url}: ${ejection.sentence}`);
    this.#eject(version, upstream, nowMs + ejection.forMs);
  }

  #roomIn(version: Version): EjectionRoom {
    const upstreams = this.#upstreamsOf(version);
    return { addresses: upstreams.length, ejected: upstreams.filter(({ isEjected }) => isEjected).length };
  }

  #eject(version: Version, upstream: Upstream, untilMs: number): void {
    upstream.isEjected = true;
    this.#ejectedUntilMs.set(upstream, untilMs);
    const item: Deadlined = {
      deadlineMs: untilMs,
      onDeadline: () => {
        this.#deadlines.delete(item);
        upstream.isEjected = false;
        this.#tell("readmitted", version, `${upstream.address.url}: its time is over`);
      },
    };
    this.#deadlines.add(item);
  }

  #tell(kind: SplitterEvent["kind"], version: Version, reason: string): void {
    this.#report({ atMs: systemClock.nowMs(), kind, version, reason });
  }
}
