import { randomStream, type Uniform } from "../../base/random.ts";
import type { ProxyFault } from "./messages.ts";

/** What becomes of an answer. */
export type AnswerFate =
  | { readonly fate: "passed"; readonly delayMs: number }
  | { readonly fate: "reset" }
  | { readonly fate: "error" };

/** A timer comes late by so much; a line may catch up on it. */
const catchUpMs = 20;
/** A thin line sends pieces of this length, so that connections take turns. */
const pieceMs = 20;

/** The trouble of one proxy at this moment, which all its connections share. */
export class Trouble {
  readonly #resetDraw: Uniform;
  readonly #errorDraw: Uniform;
  readonly #jitterDraw: Uniform;
  #fault: ProxyFault = {};
  #lineFreeMs = Number.NEGATIVE_INFINITY;

  constructor(seed: number, name: string) {
    this.#resetDraw = randomStream(seed, `proxy-resets/${name}`);
    this.#errorDraw = randomStream(seed, `proxy-errors/${name}`);
    this.#jitterDraw = randomStream(seed, `proxy-latency/${name}`);
  }

  set(fault: ProxyFault): void {
    this.#fault = fault;
    this.#lineFreeMs = Number.NEGATIVE_INFINITY;
  }

  get isHanging(): boolean {
    return this.#fault.isHanging === true;
  }

  /** Whether answers come later than they are ready; what waits is let go when that is over. */
  get isDelaying(): boolean {
    return this.#fault.latency !== undefined || this.#fault.slowFactor !== undefined;
  }

  get isThin(): boolean {
    return this.#fault.bytesPerSecond !== undefined;
  }

  /**
   * Decides on an answer when it begins.
   *
   * @param waitedMs - since the last byte of what was asked
   */
  drawFate(waitedMs: number): AnswerFate {
    const { resetShare, errorShare, slowFactor, latency } = this.#fault;
    if (resetShare !== undefined && this.#resetDraw() <= resetShare) return { fate: "reset" };
    if (errorShare !== undefined && this.#errorDraw() <= errorShare) return { fate: "error" };
    const slowMs = slowFactor === undefined ? 0 : (slowFactor - 1) * waitedMs;
    if (latency === undefined) return { fate: "passed", delayMs: slowMs };
    const jitterMs = latency.jitterMs * (2 * this.#jitterDraw() - 1);
    return { fate: "passed", delayMs: slowMs + latency.delayMs + jitterMs };
  }

  /** How much of `bytes` the line takes at once. */
  pieceBytes(bytes: number): number {
    const { bytesPerSecond } = this.#fault;
    if (bytesPerSecond === undefined) return bytes;
    return Math.min(bytes, Math.max(1, Math.floor((bytesPerSecond * pieceMs) / 1000)));
  }

  /** Takes the line for so many bytes, after all others that have it. @returns when they are through */
  takeLine(bytes: number, nowMs: number): number {
    const { bytesPerSecond } = this.#fault;
    if (bytesPerSecond === undefined) return nowMs;
    this.#lineFreeMs = Math.max(this.#lineFreeMs, nowMs - catchUpMs) + (bytes * 1000) / bytesPerSecond;
    return this.#lineFreeMs;
  }
}
