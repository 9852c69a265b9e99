import type { Version } from "../base/version.ts";
import { refusedByBreaker } from "../rollout/version-breaker.ts";
import type { SplitterContext } from "./context.ts";
import type { FailureClass } from "./messages.ts";
import type { RequestOutcome } from "./protection.ts";
import type { Upstream } from "./upstream-pool.ts";

/** Failures that the upstream is to blame for; those to connect are told at every attempt. */
const brokenUpstream: ReadonlySet<FailureClass> = new Set(["closed", "invalid", "truncated", "timeout"]);

/**
 * The books of one request: which version serves it, and every count it makes. `answered` or `failed` is called
 * exactly once.
 */
export class RequestLedger {
  /** The upstream of the last attempt. */
  upstream: Upstream | undefined;
  readonly #context: Pick<SplitterContext, "counters" | "pools" | "protection">;
  readonly #receivedMs: number;
  #version: Version;
  #hasMoved = false;
  /** What the breaker admitted this request with. */
  #breakerEpoch = refusedByBreaker;

  constructor(
    context: Pick<SplitterContext, "counters" | "pools" | "protection">,
    decided: Version,
    receivedMs: number,
  ) {
    this.#context = context;
    this.#version = decided;
    this.#receivedMs = receivedMs;
    context.counters.versions[decided].inFlight++;
  }

  get version(): Version {
    return this.#version;
  }

  /** Whether the decided version takes the request; a breaker's trial is used up by asking. */
  isServed(): boolean {
    return this.#takes(this.#version);
  }

  /** Moves the request to the other version, once. @returns false when that one can't have it */
  move(): boolean {
    const { versions } = this.#context.counters;
    const other = this.#version === "old" ? "new" : "old";
    const left = { version: this.#version, upstream: this.upstream, epoch: this.#breakerEpoch };
    if (this.#hasMoved || !this.#takes(other)) return false;
    // A trial that is taken elsewhere ends without a result; its place must not be lost.
    this.#context.protection.ended(left, "abandoned");
    this.#hasMoved = true;
    versions[this.#version].rerouted++;
    versions[this.#version].inFlight--;
    versions[other].inFlight++;
    this.#version = other;
    return true;
  }

  forwarded(): void {
    this.#context.counters.versions[this.#version].forwarded++;
  }

  retried(): void {
    this.#context.counters.versions[this.#version].retried++;
  }

  /** An attempt to connect has failed; the request itself may yet be answered. */
  connectFailed(): void {
    this.#tell("failed");
  }

  answered(status: number): void {
    const { counters } = this.#context;
    this.#tell(status >= 500 ? "failed" : "ok");
    counters.versions[this.#version].inFlight--;
    counters.countAnswer(this.#version, status);
    counters.durations[this.#version].record(performance.now() - this.#receivedMs);
  }

  failed(failureClass: FailureClass): void {
    const counts = this.#context.counters.versions[this.#version];
    counts.inFlight--;
    counts.failed[failureClass]++;
    if (failureClass !== "connect") this.#tell(brokenUpstream.has(failureClass) ? "failed" : "abandoned");
  }

  #takes(version: Version): boolean {
    const { pools, protection } = this.#context;
    if (!pools[version].isHealthy) return false;
    const epoch = protection.admit(version);
    if (epoch === refusedByBreaker) return false;
    this.#breakerEpoch = epoch;
    return true;
  }

  #tell(outcome: RequestOutcome): void {
    const request = { version: this.#version, upstream: this.upstream, epoch: this.#breakerEpoch };
    this.#context.protection.ended(request, outcome);
  }
}
