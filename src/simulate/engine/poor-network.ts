import { randomStream, type Uniform } from "../../base/random.ts";
import { kind } from "./event-kind.ts";
import type { VersionIndex } from "./request-source.ts";
import { phase } from "./request-table.ts";
import type { ServerSideOptions } from "./server-side.ts";
import type { NetworkTrouble } from "./server-trouble.ts";

type PoorNetworkOptions = Pick<
  ServerSideOptions,
  "seed" | "table" | "services" | "heap" | "answer" | "broken"
>;

/** Bytes of the short JSON that a mock answers a failure with. */
const problemBytes = 60;

/** The way from servers back to the splitter while it is poor: resets, latency, and a thin line for each server. */
export class PoorNetwork {
  readonly #options: PoorNetworkOptions;
  readonly #lineFreeMs: Float64Array;
  readonly #resetDraw: Uniform;
  readonly #jitterDraw: Uniform;

  constructor(servers: number, options: PoorNetworkOptions) {
    this.#options = options;
    this.#lineFreeMs = new Float64Array(servers).fill(Number.NEGATIVE_INFINITY);
    this.#resetDraw = randomStream(options.seed, "connection-resets");
    this.#jitterDraw = randomStream(options.seed, "latency");
  }

  /** Whether the next answer's connection is reset in its place. */
  drawReset({ resetShare }: NetworkTrouble): boolean {
    return resetShare > 0 && this.#resetDraw() <= resetShare;
  }

  /** An answer leaves a server over it: sooner or later it is at the splitter, or its connection breaks. */
  send(trouble: NetworkTrouble, handle: number, { nowMs, error }: { nowMs: number; error: number }): void {
    const { table, services, heap, answer, broken } = this.#options;
    if (this.drawReset(trouble)) {
      broken(handle, nowMs);
      return;
    }
    const { responseBytes } = services[table.version[handle] as VersionIndex];
    const bytes = error < 0 ? responseBytes : problemBytes;
    const arrivalMs = this.#arrivalMs(trouble, { server: table.server[handle] as number, nowMs, bytes });
    if (arrivalMs <= nowMs) {
      answer(handle, nowMs, error);
      return;
    }
    table.phase[handle] = phase.leaving;
    table.error[handle] = error;
    heap.push(arrivalMs, handle * 8 + kind.worked);
  }

  /** When an answer that is ready now reaches the other side; answers of a server are sent one after another. */
  #arrivalMs(
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
