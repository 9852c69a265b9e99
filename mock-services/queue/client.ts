import { randomStream, type Uniform } from "../../src/base/random.ts";
import type { StartMock } from "../../src/measure/mock-messages.ts";
import type { MessageTally } from "../../src/result/behind-schema.ts";
import type { QueuePlan } from "../../src/scenario/queue-plan.ts";
import { keepConnected } from "../line-connection.ts";
import { put, ready, work } from "./protocol.ts";

/** A mock's end of the queue: requests put messages into it, and hands take them out, beside the requests. */
export class QueueClient {
  readonly #plan: QueuePlan;
  readonly #draw: Uniform;
  readonly #workFor: (ms: number, done: () => void) => void;
  readonly #signal: AbortSignal;
  readonly #counts = { published: 0, lost: 0, consumed: 0 };
  #send: ((text: string) => void) | undefined;

  /** @param workFor - takes the time of one message, longer where the service is slow */
  constructor(
    start: StartMock & { readonly queue: QueuePlan },
    workFor: (ms: number, done: () => void) => void,
    signal: AbortSignal,
  ) {
    this.#plan = start.queue;
    this.#draw = randomStream(start.seed, `messages/${start.version}`, start.replica);
    this.#workFor = workFor;
    this.#signal = signal;
  }

  get counts(): MessageTally {
    return { ...this.#counts };
  }

  /** Consumes from the queue there until the signal. */
  use(address: StartMock["listen"]): void {
    const talk = {
      connected: (send: (text: string) => void) => this.#begin(send),
      line: (line: string) => this.#receive(line),
      lost: () => {
        this.#send = undefined;
      },
    };
    void keepConnected(address, talk, this.#signal);
  }

  /** A request has been worked on: for a share of them, a message. Nobody waits for it. */
  requestDone(): void {
    if (this.#draw() > this.#plan.messageShare) return;
    if (this.#send === undefined) this.#counts.lost++;
    else {
      this.#counts.published++;
      this.#send(`${put}\n`);
    }
  }

  /** Nothing is taken any more; what is worked on goes back. */
  stop(): void {
    this.#send = undefined;
  }

  #begin(send: (text: string) => void): void {
    this.#send = send;
    for (let hand = 0; hand < this.#plan.consumers; hand++) send(`${ready}\n`);
  }

  #receive(line: string): boolean {
    if (line !== work) return false;
    const send = this.#send;
    this.#workFor(this.#plan.workMs, () => {
      // After a new connection the message is somebody else's.
      if (send === undefined || send !== this.#send) return;
      this.#counts.consumed++;
      send(`${ready}\n`);
    });
    return true;
  }
}
