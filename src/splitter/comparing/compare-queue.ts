import { extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { ComparisonSummary } from "../../compare/tally.ts";
import type { CompareJob, CompareSettings, FromComparer, ToComparer } from "./compare-messages.ts";

/** Jobs that the thread has not done yet, and the characters of their bodies. */
const maxWaitingJobs = 4096;
const maxWaitingCharacters = 64 * 1024 * 1024;
/** Jobs go over together: a message costs more than what it carries. */
const batchEveryMs = 5;
const maxBatch = 64;
const maxHeapMb = 256;
const stopPatienceMs = 3000;

const nothing: ComparisonSummary = {
  compared: 0,
  mismatched: 0,
  mismatchShare: undefined,
  endpoints: [],
  fields: [],
};

type Batch = { readonly jobs: number; readonly characters: number };

/** Hands jobs to the comparing thread, never more than it may have waiting. */
export class CompareQueue {
  readonly #thread: Worker;
  #batch: CompareJob[] = [];
  #batchCharacters = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #underWay: Batch[] = [];
  #waitingJobs = 0;
  #waitingCharacters = 0;
  #askers: ((summary: ComparisonSummary) => void)[] = [];
  #last = nothing;
  #isGone = false;

  /** @param onGone - called once if the thread ends by itself; from then on nothing is taken */
  constructor(settings: CompareSettings, onGone: (reason: string) => void) {
    const file = new URL(`./compare-worker${extname(import.meta.filename)}`, import.meta.url);
    this.#thread = new Worker(file, {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
    this.#thread.on("message", (message: FromComparer) => this.#onMessage(message));
    this.#thread.on("error", (error: Error) => {
      if (this.#isGone) return;
      this.#leave();
      onGone(error.message);
    });
  }

  /** @returns false when too much waits already */
  add(job: CompareJob): boolean {
    const characters = charactersOf(job);
    const isFull =
      this.#waitingJobs >= maxWaitingJobs || this.#waitingCharacters + characters > maxWaitingCharacters;
    if (isFull || this.#isGone) return false;
    this.#waitingJobs++;
    this.#waitingCharacters += characters;
    this.#batchCharacters += characters;
    this.#batch.push(job);
    if (this.#batch.length >= maxBatch) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), batchEveryMs);
    return true;
  }

  /** What all jobs up to now have come to; the last known where the thread is gone. */
  summary(): Promise<ComparisonSummary> {
    if (this.#isGone) return Promise.resolve(this.#last);
    this.#flush();
    return new Promise((resolve) => {
      this.#askers.push(resolve);
      this.#post({ type: "report" });
    });
  }

  /** Ends the thread after the jobs that it has, or when they take too long. */
  async stop(): Promise<void> {
    const patience = new AbortController();
    await Promise.race([
      this.summary(),
      sleep(stopPatienceMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
    this.#leave();
    await this.#thread.terminate();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch.length === 0) return;
    this.#underWay.push({ jobs: this.#batch.length, characters: this.#batchCharacters });
    this.#post({ type: "jobs", jobs: this.#batch });
    this.#batch = [];
    this.#batchCharacters = 0;
  }

  #post(message: ToComparer): void {
    this.#thread.postMessage(message);
  }

  #onMessage(message: FromComparer): void {
    if (message.type === "done") {
      const done = this.#underWay.shift();
      this.#waitingJobs -= done?.jobs ?? 0;
      this.#waitingCharacters -= done?.characters ?? 0;
      return;
    }
    this.#last = message.summary;
    this.#askers.shift()?.(message.summary);
  }

  #leave(): void {
    this.#isGone = true;
    clearTimeout(this.#timer);
    for (const answer of this.#askers.splice(0)) answer(this.#last);
  }
}

function charactersOf(job: CompareJob): number {
  if ("reason" in job) return job.target.length;
  return job.target.length + job.old.body.length + job.new.body.length + (job.oldAgain?.body.length ?? 0);
}
