import { systemClock } from "../base/clock.ts";
import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import { Breaker, type BreakerPlan } from "./breaker.ts";
import type { Deadlined, Deadlines } from "./deadlines.ts";
import type { SplitterEvent } from "./messages.ts";
import type { Upstream } from "./upstream-pool.ts";

/** When one upstream of several is left alone for a while, because its requests fail one after the other. */
export type EjectionPlan = {
  readonly consecutiveFailures: number;
  /** The first time; the n-th time n times as long, up to `maxEjectMs`. */
  readonly ejectMs: number;
  readonly maxEjectMs: number;
};

/** What protects users from a version, beside its health checks. Each part is off where it is not given. */
export type ProtectionPlan = {
  readonly ejection?: EjectionPlan | undefined;
  readonly breaker?: BreakerPlan | undefined;
};

type Row = { failures: number; times: number };

/**
 * Watches how requests end. Ejection takes out single upstreams, the breaker a whole version; both are named
 * in the events that they cause, so that a report can say which one fired and when.
 */
export class Protection {
  readonly #plans: PerVersion<ProtectionPlan>;
  readonly #breakers: { [version in Version]: Breaker | undefined };
  readonly #deadlines: Deadlines;
  readonly #report: (event: SplitterEvent) => void;
  readonly #rows = new WeakMap<Upstream, Row>();

  constructor(
    plans: PerVersion<ProtectionPlan>,
    deadlines: Deadlines,
    report: (event: SplitterEvent) => void,
  ) {
    this.#plans = plans;
    this.#deadlines = deadlines;
    this.#report = report;
    this.#breakers = perVersion((version) => this.#breaker(version));
  }

  /** Whether the breaker of this version lets a request through; a trial is used up by asking. */
  admits(version: Version): boolean {
    return this.#breakers[version]?.admits(this.#deadlines.nowMs) ?? true;
  }

  /** Tells how a request to this upstream ended. A failure is no complete answer, or one of 500 and above. */
  ended(version: Version, upstream: Upstream | undefined, isFailure: boolean): void {
    this.#breakers[version]?.record(this.#deadlines.nowMs, isFailure);
    const plan = this.#plans[version].ejection;
    if (plan === undefined || upstream === undefined || upstream.isEjected) return;
    const row = this.#rowOf(upstream);
    row.failures = isFailure ? row.failures + 1 : 0;
    if (row.failures >= plan.consecutiveFailures) this.#eject(version, upstream, plan);
  }

  #breaker(version: Version): Breaker | undefined {
    const plan = this.#plans[version].breaker;
    if (plan === undefined) return undefined;
    return new Breaker(plan, (state, reason) => this.#tell(`breaker-${state}`, version, reason));
  }

  #eject(version: Version, upstream: Upstream, plan: EjectionPlan): void {
    const row = this.#rowOf(upstream);
    row.times++;
    const forMs = Math.min(plan.ejectMs * row.times, plan.maxEjectMs);
    upstream.isEjected = true;
    const { url } = upstream.address;
    this.#tell("ejected", version, `${url}: ${row.failures} requests in a row failed; out for ${forMs} ms`);
    row.failures = 0;
    const item: Deadlined = {
      deadlineMs: this.#deadlines.nowMs + forMs,
      onDeadline: () => {
        this.#deadlines.delete(item);
        upstream.isEjected = false;
        this.#tell("readmitted", version, `${url}: its time is over`);
      },
    };
    this.#deadlines.add(item);
  }

  #rowOf(upstream: Upstream): Row {
    const known = this.#rows.get(upstream);
    if (known !== undefined) return known;
    const row = { failures: 0, times: 0 };
    this.#rows.set(upstream, row);
    return row;
  }

  #tell(kind: SplitterEvent["kind"], version: Version, reason: string): void {
    this.#report({ atMs: systemClock.nowMs(), kind, version, reason });
  }
}
