import { connect, type Socket } from "node:net";
import { systemClock } from "../../base/clock.ts";
import { Lane } from "./lane.ts";
import type { Upstream } from "./messages.ts";
import type { AnswerFate, Trouble } from "./trouble.ts";

/** How long a caller that was answered with an error may take to close its side. */
const lingerMs = 5000;

export type ProxyTerms = {
  readonly upstream: Upstream;
  readonly trouble: Trouble;
  /** What stands in for an answer that fails. */
  readonly errorAnswer: Buffer;
};

/**
 * A caller's connection and its own one to the service. An answer begins with the first bytes that come back after
 * something was asked: that holds for every protocol in which a caller waits for its answer.
 */
export class ProxiedConnection {
  readonly #caller: Socket;
  readonly #service: Socket;
  readonly #terms: ProxyTerms;
  readonly #asking: Lane;
  readonly #answering: Lane;
  #askedMs = systemClock.nowMs();
  /** What was decided on the answer under way; undefined until it begins. */
  #fate: AnswerFate | undefined;
  #isOver = false;

  constructor(caller: Socket, terms: ProxyTerms) {
    const { upstream, trouble } = terms;
    this.#caller = caller;
    this.#terms = terms;
    this.#service = connect({ ...upstream, allowHalfOpen: true });
    this.#asking = new Lane({ from: caller, to: this.#service, isThinned: false }, trouble);
    this.#answering = new Lane({ from: this.#service, to: caller, isThinned: true }, trouble);
    caller.setNoDelay(true);
    this.#service.setNoDelay(true);
    this.#passOn();
  }

  /** Resolves when both sides are closed. */
  async closed(): Promise<void> {
    const closed = (socket: Socket) =>
      socket.closed
        ? Promise.resolve()
        : new Promise<void>((resolve) => socket.once("close", () => resolve()));
    await Promise.all([closed(this.#caller), closed(this.#service)]);
    this.#dropWaiting();
  }

  /** The trouble has changed. */
  wake(): void {
    this.#asking.wake();
    this.#answering.wake();
  }

  /** Breaks the connection on both sides, as a process that is killed with data unread does. */
  reset(): void {
    this.#isOver = true;
    this.#dropWaiting();
    reset(this.#caller);
    reset(this.#service);
  }

  #passOn(): void {
    const [caller, service] = [this.#caller, this.#service];
    caller.on("data", (bytes: Buffer) => this.#ask(bytes));
    caller.on("end", () => {
      if (!this.#isOver) this.#asking.take("end", Number.NEGATIVE_INFINITY);
    });
    service.on("data", (bytes: Buffer) => this.#answer(bytes));
    service.on("end", () => {
      if (!this.#isOver) this.#answering.take("end", systemClock.nowMs() + this.#delayMs());
    });
    // A reset on one side is one on the other; so is a service that can't be reached.
    caller.on("error", () => this.reset());
    service.on("error", () => {
      if (!this.#isOver) this.reset();
    });
  }

  #ask(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#askedMs = systemClock.nowMs();
    this.#fate = undefined;
    this.#asking.take(bytes, Number.NEGATIVE_INFINITY);
  }

  #answer(bytes: Buffer): void {
    if (this.#isOver) return;
    const nowMs = systemClock.nowMs();
    this.#fate ??= this.#terms.trouble.drawFate(nowMs - this.#askedMs);
    if (this.#fate.fate === "passed") this.#answering.take(bytes, nowMs + this.#fate.delayMs);
    else if (this.#fate.fate === "reset") this.reset();
    else this.#answerWithError();
  }

  /** In place of the answer; what the caller sends afterwards is read and dropped, so that nothing is reset. */
  #answerWithError(): void {
    this.#isOver = true;
    this.#service.destroy();
    this.#asking.close();
    this.#answering.take(this.#terms.errorAnswer, Number.NEGATIVE_INFINITY);
    this.#answering.take("end", Number.NEGATIVE_INFINITY);
    this.#caller.resume();
    this.#caller.setTimeout(lingerMs, () => this.#caller.destroy());
  }

  #delayMs(): number {
    return this.#fate?.fate === "passed" ? this.#fate.delayMs : 0;
  }

  #dropWaiting(): void {
    this.#asking.close();
    this.#answering.close();
  }
}

/** A socket in the file system knows no reset; closed with data unread, it tells the same. */
function reset(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
