import type { Socket } from "node:net";
import { systemClock } from "../../base/clock.ts";
import type { Trouble } from "./trouble.ts";

/**
 * What waits in a lane at most, before its source is read no further; one read more may come on top of it. With a
 * latency d, a connection passes at most this much in d.
 */
export const maxWaitingBytes = 1024 ** 2;

/** A piece of what was read, or its end. */
type Parcel = {
  bytes: Buffer | "end";
  /** Not passed on before. */
  dueMs: number;
  /** When the piece at its front is through the thin line, once it has taken it. */
  throughMs: number | undefined;
};

/**
 * One direction of a connection: what one socket reads, the other writes, in order and to the last byte, its end
 * included. A sink that takes no more stops the source.
 */
export class Lane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #trouble: Trouble;
  readonly #isThinned: boolean;
  readonly #waiting: Parcel[] = [];
  #waitingBytes = 0;
  #isBlocked = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param way - only answers go over the thin line */
  constructor(
    way: { readonly from: Socket; readonly to: Socket; readonly isThinned: boolean },
    trouble: Trouble,
  ) {
    this.#from = way.from;
    this.#to = way.to;
    this.#isThinned = way.isThinned;
    this.#trouble = trouble;
    this.#to.on("drain", () => {
      this.#isBlocked = false;
      this.#pass();
    });
  }

  /** @param dueMs - on the machine's clock; what came before it goes first all the same */
  take(bytes: Buffer | "end", dueMs: number): void {
    this.#waiting.push({ bytes, dueMs, throughMs: undefined });
    this.#waitingBytes += lengthOf(bytes);
    this.#pass();
    if (this.#waitingBytes > maxWaitingBytes) this.#from.pause();
  }

  /** The trouble has changed. */
  wake(): void {
    for (const parcel of this.#waiting) {
      parcel.throughMs = undefined;
      if (!this.#trouble.isDelaying) parcel.dueMs = Number.NEGATIVE_INFINITY;
    }
    this.#pass();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
  }

  #pass(): void {
    clearTimeout(this.#timer);
    this.#passDue();
    if (this.#waitingBytes <= maxWaitingBytes && this.#from.isPaused()) this.#from.resume();
  }

  #passDue(): void {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (this.#isBlocked || this.#trouble.isHanging) return;
      const waitMs = this.#waitMs(first, systemClock.nowMs());
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pass(), Math.ceil(waitMs));
        return;
      }
      this.#passPiece(first);
    }
  }

  #waitMs(parcel: Parcel, nowMs: number): number {
    if (parcel.dueMs > nowMs) return parcel.dueMs - nowMs;
    if (!this.#isThinned || !this.#trouble.isThin || parcel.bytes === "end") return 0;
    parcel.throughMs ??= this.#trouble.takeLine(this.#trouble.pieceBytes(parcel.bytes.length), nowMs);
    return parcel.throughMs - nowMs;
  }

  #passPiece(parcel: Parcel): void {
    if (parcel.bytes === "end") {
      this.#waiting.shift();
      this.#to.end();
      return;
    }
    const { length } = parcel.bytes;
    const pieceBytes = this.#isThinned ? this.#trouble.pieceBytes(length) : length;
    const piece = parcel.bytes.subarray(0, pieceBytes);
    if (pieceBytes === length) this.#waiting.shift();
    else {
      parcel.bytes = parcel.bytes.subarray(pieceBytes);
      parcel.throughMs = undefined;
    }
    this.#waitingBytes -= pieceBytes;
    this.#isBlocked = !this.#to.write(piece);
  }
}

function lengthOf(bytes: Buffer | "end"): number {
  return bytes === "end" ? 0 : bytes.length;
}
