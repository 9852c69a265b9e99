import { setTimeout as sleep } from "node:timers/promises";
import autocannon from "autocannon";
import { systemClock } from "../../../base/clock.ts";
import { UserError } from "../../../base/errors.ts";
import { dealt } from "../../../workload/dealt.ts";
import { identifyUsers, userOfOrdinal } from "../../../workload/user-identity.ts";
import type { SplitNow } from "../../driver/messages.ts";
import type { EngineHealth, EngineOptions, EngineTotals, LoadEngine } from "../engine.ts";
import { Ledger } from "../http/ledger.ts";
import { PlannedSplit } from "../http/planned-split.ts";
import { requestBuilder } from "../http/request-builder.ts";
import { checkReachable } from "./check-reachable.ts";
import { type AutocannonClient, ProbeConnection } from "./probe-connection.ts";

/** How often autocannon looks whether it was stopped. */
const sampleMs = 20;
const drainCheckMs = 5;
/** autocannon refuses shorter ones. */
const shortestTimeoutSeconds = 1;

/**
 * A closed-loop saturation probe and cross-check: autocannon asks again on every connection as soon as the
 * answer is there, and every figure is ours, taken from its per-response events. Without a rate neither its
 * limit nor its correction of percentiles is at work (it refuses `ignoreCoordinatedOmission` then).
 *
 * @throws UserError for a trace, whose times it could not keep
 */
export function autocannonEngine(options: EngineOptions): LoadEngine {
  if (options.plan.load.kind === "trace") {
    throw new UserError(
      "scenario-invalid",
      "run.engine autocannon keeps no times, so it can't replay a trace",
    );
  }
  return new AutocannonEngine(options);
}

class AutocannonEngine implements LoadEngine {
  readonly #options: EngineOptions;
  readonly #split: PlannedSplit;
  readonly #ledger: Ledger;
  readonly #connections: ProbeConnection[] = [];
  readonly #stop = new AbortController();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#split = new PlannedSplit(options.plan);
    this.#ledger = new Ledger(options.sink, this.#split);
  }

  async prepare(): Promise<void> {
    await checkReachable(this.#options.target, this.#options.plan.limits.timeoutMs);
  }

  async run(originMs: number): Promise<EngineTotals> {
    const { warmUpMs, durationMs, graceMs } = this.#options.plan.timeline;
    await this.#sleepUntil(originMs - warmUpMs);
    if (!this.#stop.signal.aborted) {
      const finished = this.#fire();
      await this.#sleepUntil(originMs + durationMs);
      for (const connection of this.#connections) connection.finish();
      await this.#drain(systemClock.nowMs() + graceMs);
      for (const connection of this.#connections) connection.settle();
      await finished;
    }
    return this.#ledger.totals();
  }

  stop(): void {
    this.#stop.abort();
  }

  setSplit(split: SplitNow): void {
    this.#split.set(split);
  }

  takeHealth(): EngineHealth {
    const connectionsOpen = this.#connections.filter((connection) => connection.isOpen).length;
    return { ...this.#ledger.takeHealth(), connectionsOpen, queueLength: 0 };
  }

  async #fire(): Promise<void> {
    const { plan, target } = this.#options;
    const scheme = target.tls === undefined ? "http" : "https";
    await autocannon({
      url: `${scheme}://${target.host}:${target.port}/`,
      connections: connectionCount(this.#options),
      amount: Number.MAX_SAFE_INTEGER,
      timeout: Math.max(shortestTimeoutSeconds, plan.limits.timeoutMs / 1000),
      sampleInt: sampleMs,
      skipAggregateResult: true,
      setupClient: this.#clientSetup(),
      ...(target.tls !== undefined && { servername: target.tls.servername }),
    });
  }

  #clientSetup(): (client: autocannon.Client) => void {
    const { plan, driver, of } = this.#options;
    const build = requestBuilder(this.#options, this.#split);
    const userOf = userOfOrdinal(plan.users, plan.seed);
    const identify = identifyUsers(plan.split);
    let made = 0;
    const nextRequest = () => {
      const ordinal = driver + of * made++;
      return build(ordinal, identify(userOf(ordinal)));
    };
    return (client) => {
      const probed = client as unknown as AutocannonClient;
      this.#connections.push(
        new ProbeConnection(probed, { ledger: this.#ledger, nextRequest, timeoutMs: plan.limits.timeoutMs }),
      );
    };
  }

  async #drain(untilMs: number): Promise<void> {
    const isBusy = () => this.#connections.some((connection) => connection.isBusy);
    while (isBusy() && systemClock.nowMs() < untilMs) await sleep(drainCheckMs);
  }

  async #sleepUntil(moment: number): Promise<void> {
    const { signal } = this.#stop;
    try {
      await sleep(Math.max(0, moment - systemClock.nowMs()), undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

function connectionCount({ plan, driver, of }: EngineOptions): number {
  const total = plan.load.kind === "closed" ? plan.load.users : plan.limits.maxConnections;
  return Math.max(1, dealt(total, { driver, of }));
}
