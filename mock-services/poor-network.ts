import { systemClock } from "../src/base/clock.ts";
import { randomStream, type Uniform } from "../src/base/random.ts";
import type { SetMockFault, StartMock } from "../src/measure/mock-messages.ts";

/**
 * Trouble made on purpose between a service and whoever asks it: resets, latency and a thin line, which all answers
 * of a process share, health pages included.
 */
export class PoorNetwork {
  readonly #resetDraw: Uniform;
  readonly #jitterDraw: Uniform;
  #fault: SetMockFault | undefined;
  #lineFreeMs = 0;

  constructor({ seed, version, replica }: StartMock) {
    this.#resetDraw = randomStream(seed, `connection-resets/${version}`, replica);
    this.#jitterDraw = randomStream(seed, `latency/${version}`, replica);
  }

  setFault(fault: SetMockFault): void {
    this.#fault = fault;
  }

  /** Whether the next answer's connection is reset in its place. */
  drawReset(): boolean {
    const share = this.#fault?.resetShare ?? 0;
    return share > 0 && this.#resetDraw() <= share;
  }

  /** When an answer that is ready now reaches the other side, or a moment that has passed. */
  arrivalMs(bytes: number): number {
    const { latency, bytesPerSecond } = this.#fault ?? {};
    if (latency === undefined && bytesPerSecond === undefined) return Number.NEGATIVE_INFINITY;
    const nowMs = systemClock.nowMs();
    const sentMs = bytesPerSecond === undefined ? nowMs : this.#sendOver(bytesPerSecond, bytes, nowMs);
    if (latency === undefined) return sentMs;
    return sentMs + latency.delayMs + latency.jitterMs * (2 * this.#jitterDraw() - 1);
  }

  /** One answer after the other: each begins when the line is free. */
  #sendOver(bytesPerSecond: number, bytes: number, nowMs: number): number {
    this.#lineFreeMs = Math.max(this.#lineFreeMs, nowMs) + (bytes * 1000) / bytesPerSecond;
    return this.#lineFreeMs;
  }
}
