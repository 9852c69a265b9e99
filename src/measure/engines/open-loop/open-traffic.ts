import { dealt } from "../../../workload/dealt.ts";
import { identifyUsers, userOfOrdinal } from "../../../workload/user-identity.ts";
import type { Exchange } from "../http/exchange.ts";
import { requestBuilder } from "../http/request-builder.ts";
import type { AskingTraffic, LoadSpan, TrafficOptions } from "../pacing/traffic.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { type ScheduledRequest, schedule } from "./schedule.ts";

/** Requests on a schedule that nothing holds up: an open load, or the replay of a trace. */
export class OpenTraffic implements AskingTraffic {
  readonly #options: TrafficOptions;
  readonly #pool: ConnectionPool;
  readonly #scheduled: Iterator<ScheduledRequest>;
  readonly #build: ReturnType<typeof requestBuilder>;
  readonly #userOf: (ordinal: number) => number;
  readonly #identify: ReturnType<typeof identifyUsers>;
  #next: ScheduledRequest | undefined;
  #originMs = Number.POSITIVE_INFINITY;

  constructor(options: TrafficOptions) {
    const { plan, driver, of, split } = options;
    this.#options = options;
    this.#pool = new ConnectionPool({
      ...options,
      ...plan.limits,
      attemptTimeoutMs: plan.retries?.attemptTimeoutMs ?? plan.limits.timeoutMs,
      maxConnections: Math.max(1, dealt(plan.limits.maxConnections, { driver, of })),
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

  askAgain(exchange: Exchange, nowMs: number): void {
    this.#pool.submit(exchange, nowMs);
  }

  takeBack(exchange: Exchange): void {
    this.#pool.takeBack(exchange);
  }

  /** Nobody waits for it before asking the next. */
  gaveUp(): void {}

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
