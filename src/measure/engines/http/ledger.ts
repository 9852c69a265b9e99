import { countObservation } from "../../../result/count-observation.ts";
import type { Outcome } from "../../../result/observation.ts";
import { zeroCounts } from "../../../result/window.ts";
import { DurationHistogram } from "../../../stats/histogram.ts";
import type { EngineHealth, EngineTotals, ObservationSink } from "../engine.ts";
import type { AttemptBook } from "./attempt-book.ts";
import { Exchange, type PreparedRequest } from "./exchange.ts";
import { isGeneratorFailure } from "./failure-class.ts";
import type { PlannedSplit } from "./planned-split.ts";

/** An engine's book: what came due, what was sent, and how each request ended; every request exactly once. */
export class Ledger implements AttemptBook {
  readonly #sink: ObservationSink;
  readonly #split: PlannedSplit;
  readonly #counts = { ...zeroCounts };
  readonly #connectionFailures: Record<string, number> = {};
  readonly #lag = [new DurationHistogram(), new DurationHistogram()] as const;
  #lagIndex: 0 | 1 = 0;
  #dueTotal = 0;
  #due = 0;
  #sent = 0;
  #generatorFailures = 0;
  connectionsOpened = 0;

  constructor(sink: ObservationSink, split: PlannedSplit) {
    this.#sink = sink;
    this.#split = split;
  }

  /** A request has come due and is seen. */
  due(request: PreparedRequest, scheduledMs: number, seenMs: number): Exchange {
    this.#dueTotal++;
    this.#due++;
    this.#lag[this.#lagIndex].record(seenMs - scheduledMs);
    this.#sink.due(scheduledMs);
    return new Exchange(request, scheduledMs, seenMs);
  }

  sent(): void {
    this.#sent++;
  }

  /** The whole answer has come; 4xx and 5xx are error answers. */
  answered(exchange: Exchange, nowMs: number): true {
    const { status } = exchange;
    if (status >= 400) this.#end(exchange, "http-error", statusClass(status), nowMs);
    else this.#end(exchange, "ok", "", nowMs);
    return true;
  }

  /** The connection broke, or could not be made. A failure of this machine means that it was not sent. */
  broken(exchange: Exchange, failure: string, nowMs: number): true {
    this.#end(exchange, brokenOutcome(failure), failure, nowMs);
    return true;
  }

  notSent(exchange: Exchange, why: string, nowMs: number): void {
    this.#end(exchange, "not-sent", why, nowMs);
  }

  leftWaiting(exchange: Exchange, nowMs: number): void {
    this.#end(exchange, "not-sent", "run-ended", nowMs);
  }

  unfinished(exchange: Exchange, nowMs: number): void {
    this.#end(exchange, "unfinished", "", nowMs);
  }

  connectionFailed(failure: string): void {
    this.#connectionFailures[failure] = (this.#connectionFailures[failure] ?? 0) + 1;
    if (isGeneratorFailure(failure)) this.#generatorFailures++;
  }

  totals(): EngineTotals {
    return {
      due: this.#dueTotal,
      counts: { ...this.#counts },
      connectionsOpened: this.connectionsOpened,
      connectionFailures: { ...this.#connectionFailures },
    };
  }

  /** The figures since the last call; its histogram is good until the next. */
  takeHealth(): Omit<EngineHealth, "connectionsOpen" | "queueLength"> {
    const pacerLag = this.#lag[this.#lagIndex];
    this.#lagIndex = this.#lagIndex === 0 ? 1 : 0;
    this.#lag[this.#lagIndex].reset();
    const health = {
      due: this.#due,
      sent: this.#sent,
      pacerLag,
      generatorFailures: this.#generatorFailures,
    };
    this.#due = this.#sent = this.#generatorFailures = 0;
    return health;
  }

  #end(exchange: Exchange, outcome: Outcome, errorClass: string, nowMs: number): void {
    exchange.outcome = outcome;
    exchange.errorClass = errorClass;
    exchange.completedMs = nowMs;
    const isAnswered = outcome === "ok" || outcome === "http-error";
    exchange.rerouted = isAnswered && this.#split.isRerouted(exchange);
    countObservation(this.#counts, exchange);
    this.#sink.record(exchange);
  }
}

function brokenOutcome(failure: string): Outcome {
  if (failure === "timeout") return "timeout";
  return isGeneratorFailure(failure) ? "not-sent" : "connection-error";
}

const statusClasses = new Map<number, string>();

/** `status-503`; each text is made once. */
function statusClass(status: number): string {
  let name = statusClasses.get(status);
  if (name === undefined) {
    name = `status-${status}`;
    statusClasses.set(status, name);
  }
  return name;
}
