import type { Clock } from "../../../base/clock.ts";
import { identifyUsers, userOfOrdinal } from "../../../workload/user-identity.ts";
import type { EngineOptions } from "../engine.ts";
import type { Ledger } from "../http/ledger.ts";
import type { PlannedSplit } from "../http/planned-split.ts";
import { requestBuilder } from "../http/request-builder.ts";
import type { LoadSpan, Traffic } from "../pacing/paced-engine.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { type ScheduledRequest, schedule } from "./schedule.ts";

export type OpenTrafficOptions = EngineOptions & {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly split: PlannedSplit;
  readonly afterAnswer: (nowMs: number) => void;
};

/** Requests on a schedule that nothing holds up: an open load, or the replay of a trace. */
export class OpenTraffic implements Traffic {
  readonly #options: OpenTrafficOptions;
  readonly #pool: ConnectionPool;
  readonly #scheduled: Iterator<ScheduledRequest>;
  readonly #build: ReturnType<typeof requestBuilder>;
  readonly #userOf: (ordinal: number) => number;
  readonly #identify: ReturnType<typeof identifyUsers>;
  #next: ScheduledRequest | undefined;
  #originMs = Number.POSITIVE_INFINITY;

  constructor(options: OpenTrafficOptions) {
    const { plan, driver, of, split } = options;
    this.#options = options;
    this.#pool = new ConnectionPool({
      ...options,
      ...plan.limits,
      maxConnections: shareOfConnections(plan.limits.maxConnections, driver, of),
    });
    this.#build = requestBuilder(options, split);
    this.#userOf = userOfOrdinal(plan.users, plan.seed);
    this.#identify = identifyUsers(plan.split);
    this.#scheduled = schedule(options);
    this.#advance();
  }

  get connectionsOpen(): number {
    return this.#pool.connectionsOpen;
  }

  get queueLength(): number {
    return this.#pool.queueLength;
  }

  get pending(): number {
    return this.#pool.pending;
  }

  async prepare(): Promise<void> {
    await this.#pool.openFirst();
  }

  begin({ originMs }: LoadSpan): void {
    this.#originMs = originMs;
  }

  nextDueMs(): number {
    return this.#next === undefined ? Number.POSITIVE_INFINITY : this.#originMs + this.#next.atMs;
  }

  takeDue(nowMs: number): void {
    const scheduled = this.#next;
    if (scheduled === undefined) return;
    this.#advance();
    const { ordinal, atMs, traced } = scheduled;
    const request = this.#build(ordinal, this.#identify(this.#userOf(ordinal)), traced);
    this.#pool.submit(this.#options.ledger.due(request, this.#originMs + atMs, nowMs), nowMs);
  }

  end(): void {
    this.#next = undefined;
  }

  settle(nowMs: number): void {
    this.#pool.settle(nowMs);
  }

  #advance(): void {
    const { done, value } = this.#scheduled.next();
    this.#next = done === true ? undefined : value;
  }
}

function shareOfConnections(maxConnections: number, driver: number, of: number): number {
  return Math.max(1, Math.floor((maxConnections + of - 1 - driver) / of));
}
