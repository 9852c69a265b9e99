import type { Uniform } from "../../base/random.ts";
import type { NetworkTrouble } from "./server-trouble.ts";

/** Bytes of the short JSON that a mock answers a failure with. */
const problemBytes = 60;

/** The way from servers back to the splitter while it is poor: resets, latency, and a thin line for each server. */
export class PoorNetwork {
  readonly #lineFreeMs: Float64Array;
  readonly #resetDraw: Uniform;
  readonly #jitterDraw: Uniform;

  constructor(servers: number, draws: { readonly reset: Uniform; readonly jitter: Uniform }) {
    this.#lineFreeMs = new Float64Array(servers).fill(Number.NEGATIVE_INFINITY);
    this.#resetDraw = draws.reset;
    this.#jitterDraw = draws.jitter;
  }

  /** Whether the next answer's connection is reset in its place. */
  drawReset({ resetShare }: NetworkTrouble): boolean {
    return resetShare > 0 && this.#resetDraw() <= resetShare;
  }

  /** When an answer that is ready now reaches the other side; answers of a server are sent one after another. */
  arrivalMs(
    trouble: NetworkTrouble,
    { server, nowMs, bytes }: { readonly server: number; readonly nowMs: number; readonly bytes: number },
  ): number {
    const sentMs =
      Math.max(this.#lineFreeMs[server] as number, nowMs) + (bytes * 1000) / trouble.bytesPerSecond;
    if (trouble.bytesPerSecond < Number.POSITIVE_INFINITY) this.#lineFreeMs[server] = sentMs;
    const { delayMs, jitterMs } = trouble;
    const jitter = jitterMs === 0 ? 0 : jitterMs * (2 * this.#jitterDraw() - 1);
    return sentMs + delayMs + jitter;
  }
}

/** What an answer weighs. */
export function answerBytes(responseBytes: number, error: number): number {
  return error < 0 ? responseBytes : problemBytes;
}
