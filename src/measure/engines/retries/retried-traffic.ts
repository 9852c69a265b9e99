import { randomStream } from "../../../base/random.ts";
import type { RetryEnd } from "../../../result/observation.ts";
import type { RetryPlan } from "../../../scenario/retry-plan.ts";
import { isFailedAnswer, noRetry, RetryBudget, RetryRule } from "../../../workload/retries.ts";
import { AgedList } from "../http/aged-list.ts";
import type { AttemptBook } from "../http/attempt-book.ts";
import { Exchange } from "../http/exchange.ts";
import { isGeneratorFailure } from "../http/failure-class.ts";
import { DueHeap } from "../pacing/due-heap.ts";
import type { AskingTraffic, LoadSpan, Traffic, TrafficOptions } from "../pacing/traffic.ts";
import { Asking } from "./asking.ts";

export type RetriedTrafficOptions = Omit<TrafficOptions, "book"> & { readonly retries: RetryPlan };

/** Most requests that pause before they are asked again; beyond them a failed attempt is the last. */
const maxPausing = 65_536;

/**
 * A traffic whose clients ask again. It stands between the traffic, which sends attempts, and the ledger, which books
 * requests: a request is booked once, when no attempt follows any more, and its response time ends there.
 *
 * The user's patience for a request with all its attempts, `limits.timeoutMs`, begins when the first one is sent.
 */
export class RetriedTraffic implements Traffic, AttemptBook {
  readonly #options: RetriedTrafficOptions;
  readonly #traffic: AskingTraffic;
  readonly #rule: RetryRule;
  readonly #patience: AgedList<Asking>;
  /** Those that were given up meanwhile stay until their pause is over. */
  readonly #pausing = new DueHeap<Asking>();
  #pausingCount = 0;

  /** @param makeTraffic - is given the book that the traffic is to tell */
  constructor(options: RetriedTrafficOptions, makeTraffic: (book: AttemptBook) => AskingTraffic) {
    const { plan, retries, clock, driver, of } = options;
    this.#options = options;
    this.#rule = new RetryRule(retries, {
      endpoints: plan.endpoints,
      uniform: randomStream(plan.seed, "retries/pauses", driver),
      budget: new RetryBudget(retries.budget, { driver, of }),
    });
    this.#patience = new AgedList(clock, plan.limits.timeoutMs, (asking, nowMs) => this.#lose(asking, nowMs));
    this.#traffic = makeTraffic(this);
  }

  get connectionsOpen(): number {
    return this.#traffic.connectionsOpen;
  }

  get queueLength(): number {
    return this.#traffic.queueLength;
  }

  get pending(): number {
    return this.#traffic.pending + this.#pausingCount;
  }

  async prepare(): Promise<void> {
    await this.#traffic.prepare();
  }

  begin(span: LoadSpan): void {
    this.#traffic.begin(span);
  }

  nextDueMs(): number {
    return Math.min(this.#traffic.nextDueMs(), this.#pausing.first?.dueMs ?? Number.POSITIVE_INFINITY);
  }

  takeDue(nowMs: number): void {
    const first = this.#pausing.first;
    if (first === undefined || first.dueMs > this.#traffic.nextDueMs()) {
      this.#traffic.takeDue(nowMs);
      return;
    }
    this.#pausing.takeFirst();
    if (first.state === "pausing") this.#askAgain(first, nowMs);
  }

  end(): void {
    this.#traffic.end();
  }

  settle(nowMs: number): void {
    for (let left = this.#pausing.takeFirst(); left !== undefined; left = this.#pausing.takeFirst()) {
      if (left.state === "pausing") this.#leaveUnfinished(left, nowMs);
    }
    this.#pausingCount = 0;
    this.#traffic.settle(nowMs);
    this.#patience.close();
  }

  sent(exchange: Exchange): void {
    this.#options.ledger.sent();
    const asking = exchange.retries;
    if (asking === undefined) {
      this.#begin(exchange, exchange.sentMs);
      return;
    }
    asking.sent++;
    asking.attempt = exchange;
    asking.waiting = undefined;
    asking.state = "under way";
  }

  answered(exchange: Exchange, nowMs: number): boolean {
    const asking = exchange.retries ?? this.#begin(exchange, nowMs);
    if (isFailedAnswer(exchange.status)) {
      if (this.#isAskedAgain(asking, "", nowMs)) return false;
    } else if (exchange.status < 400 && asking.sent > 0) asking.end = "recovered";
    this.#close(asking);
    return this.#options.ledger.answered(exchange, nowMs);
  }

  broken(exchange: Exchange, failure: string, nowMs: number): boolean {
    if (isGeneratorFailure(failure)) {
      this.notSent(exchange, failure, nowMs);
      return true;
    }
    const asking = exchange.retries ?? this.#begin(exchange, nowMs);
    asking.attempt = exchange;
    asking.waiting = undefined;
    if (this.#isPatienceOver(asking, failure, nowMs)) {
      if (asking.made > 0) asking.end = "gaveUp";
    } else if (this.#isAskedAgain(asking, failure, nowMs)) {
      this.#options.afterAnswer(nowMs);
      return false;
    }
    this.#close(asking);
    return this.#options.ledger.broken(exchange, failure, nowMs);
  }

  notSent(exchange: Exchange, why: string, nowMs: number): void {
    const asking = exchange.retries;
    if (asking === undefined) this.#options.ledger.notSent(exchange, why, nowMs);
    else this.#endAsBefore(asking, nowMs);
  }

  leftWaiting(exchange: Exchange, nowMs: number): void {
    const asking = exchange.retries;
    if (asking === undefined) this.#options.ledger.leftWaiting(exchange, nowMs);
    else this.#leaveUnfinished(asking, nowMs);
  }

  unfinished(exchange: Exchange, nowMs: number): void {
    if (exchange.retries !== undefined) this.#close(exchange.retries);
    this.#options.ledger.unfinished(exchange, nowMs);
  }

  /** The first attempt is sent, or has failed before it could be. */
  #begin(exchange: Exchange, nowMs: number): Asking {
    this.#rule.earn();
    const asking = new Asking(exchange, nowMs);
    exchange.retries = asking;
    this.#patience.add(asking, nowMs);
    return asking;
  }

  /** After an attempt that has failed: lets the request pause where another may follow. */
  #isAskedAgain(asking: Asking, failure: string, nowMs: number): boolean {
    const hasRoom = this.#pausing.length < maxPausing;
    const pauseMs = this.#rule.pauseAfterMs(asking.attempt.endpoint, asking.made, hasRoom);
    if (pauseMs < 0) {
      asking.end = endAfter(pauseMs);
      return false;
    }
    asking.made++;
    asking.failure = failure;
    asking.state = "pausing";
    asking.dueMs = nowMs + pauseMs;
    this.#pausing.add(asking);
    this.#pausingCount++;
    return true;
  }

  /** The pause is over: of the version that the split now gives it. */
  #askAgain(asking: Asking, nowMs: number): void {
    const { request, scheduledMs, seenMs } = asking.attempt;
    const planned = this.#options.split.versionOf(request);
    const next = new Exchange({ ...request, planned }, scheduledMs, seenMs);
    next.retries = asking;
    asking.waiting = next;
    asking.state = "waiting";
    this.#pausingCount--;
    this.#traffic.askAgain(next, nowMs);
  }

  #isPatienceOver(asking: Asking, failure: string, nowMs: number): boolean {
    if (asking.isLost) return true;
    if (failure !== "timeout") return false;
    const { retries, plan } = this.#options;
    return retries.attemptTimeoutMs === undefined || nowMs - asking.firstSentMs >= plan.limits.timeoutMs;
  }

  #lose(asking: Asking, nowMs: number): void {
    if (asking.state === "under way") {
      asking.isLost = true;
      asking.attempt.connection?.fail("timeout");
      return;
    }
    if (asking.state === "pausing") this.#pausingCount--;
    if (asking.waiting !== undefined) this.#traffic.takeBack(asking.waiting);
    asking.end = "gaveUp";
    this.#close(asking);
    this.#options.ledger.broken(withoutAnswer(asking.attempt), "timeout", nowMs);
    this.#traffic.gaveUp(asking.attempt, nowMs);
  }

  /** No connection is free for the next attempt: the request ends as its last one did. */
  #endAsBefore(asking: Asking, nowMs: number): void {
    const { attempt, failure } = asking;
    const { ledger } = this.#options;
    asking.end = "gaveUp";
    this.#close(asking);
    if (failure === "") ledger.answered(attempt, nowMs);
    else ledger.broken(attempt, failure, nowMs);
  }

  #leaveUnfinished(asking: Asking, nowMs: number): void {
    this.#close(asking);
    this.#options.ledger.unfinished(withoutAnswer(asking.attempt), nowMs);
  }

  #close(asking: Asking): void {
    asking.state = "over";
    this.#patience.remove(asking);
  }
}

/** @param refusal - one of `noRetry` */
function endAfter(refusal: number): RetryEnd | undefined {
  if (refusal === noRetry.exhausted) return "exhausted";
  return refusal === noRetry.overBudget ? "overBudget" : undefined;
}

/** The answer of a failed attempt is not that of the request. */
function withoutAnswer(attempt: Exchange): Exchange {
  attempt.status = 0;
  return attempt;
}
