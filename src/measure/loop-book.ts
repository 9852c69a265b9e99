import type { AnyProcess } from "./child-process.ts";

/** What a process last told about its own event loop: drivers, splitter, mocks and stores all do, each second. */
type LoopWord = { readonly utilisation: number; readonly delayP99Ms: number };

/** Keeps the newest word of every process, each of which is given out once. */
export class LoopBook {
  readonly #followed = new WeakSet<AnyProcess>();
  /** By the name of the process; there are as many as the run has processes. */
  readonly #words = new Map<string, LoopWord>();

  /** Listens to a process from now on; a second time does nothing. */
  follow(child: AnyProcess): void {
    if (this.#followed.has(child)) return;
    this.#followed.add(child);
    child.onReport((report) => {
      const word = wordOf(report);
      if (word !== undefined) this.#words.set(child.name, word);
    });
  }

  tell(process: string, word: LoopWord): void {
    this.#words.set(process, word);
  }

  take(process: string): LoopWord | undefined {
    const word = this.#words.get(process);
    this.#words.delete(process);
    return word;
  }
}

/** Drivers tell it as a part of their health, all others as a part of their statistics. */
function wordOf(report: unknown): LoopWord | undefined {
  if (typeof report !== "object" || report === null) return undefined;
  const part = "health" in report ? report.health : report;
  if (typeof part !== "object" || part === null || !("eventLoop" in part)) return undefined;
  return part.eventLoop as LoopWord;
}
