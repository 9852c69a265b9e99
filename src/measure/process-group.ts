import { type AnyProcess, endProcess, type OwnProcess } from "./child-process.ts";
import type { StopProcess } from "./mock-messages.ts";

type Stoppable = OwnProcess<StopProcess, unknown>;

/** Called when a process ends that nobody here ended. */
export type OnUnexpectedEnd = (process: AnyProcess) => void;

const stopPatienceMs = 2000;
const drainMs = 500;

/** Processes of a run that are ended together; one that ends by itself is told of. */
export class ProcessGroup {
  readonly #running = new Set<Stoppable>();
  readonly #onEnd: OnUnexpectedEnd;

  constructor(onEnd: OnUnexpectedEnd) {
    this.#onEnd = onEnd;
  }

  /** What runs now. */
  get running(): readonly Stoppable[] {
    return [...this.#running];
  }

  add(child: Stoppable): void {
    this.#running.add(child);
    void child.ended.then(() => {
      if (this.#running.delete(child)) this.#onEnd(child);
    });
  }

  /** Ends them at once, as a crash would. */
  async crash(children: readonly Stoppable[]): Promise<void> {
    await Promise.all(children.map((child) => this.#end(child, undefined)));
  }

  /** Ends them in order: what they have under way, they finish. */
  async stop(children: readonly Stoppable[]): Promise<void> {
    await Promise.all(children.map((child) => this.#end(child, { type: "stop", drainMs })));
  }

  async #end(child: Stoppable, stop: StopProcess | undefined): Promise<void> {
    this.#running.delete(child);
    await endProcess(child, stop, stop === undefined ? 0 : stopPatienceMs);
  }
}
