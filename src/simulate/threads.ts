import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ReplicationData } from "./engine/replication-data.ts";
import { type Experiment, replicationSteps } from "./replication.ts";
import { inTurns } from "./steps.ts";

/** Gives the data of replications, in their order. */
export interface ReplicationRunner {
  run(range: { readonly from: number; readonly to: number }): AsyncGenerator<ReplicationData>;
  close(): Promise<void>;
}

/**
 * Runs replications on so many threads. Data come out in the order of replications whatever the number of threads,
 * so that everything made of them is the same to the last bit.
 *
 * Threads are not I/O: no file, socket or clock is touched, only cores. They stand beside the engine because they
 * are how an experiment is run, whoever asks for it.
 */
export function replicationRunner(
  experiment: Experiment,
  threads: number,
  signal?: AbortSignal,
): ReplicationRunner {
  return threads <= 1 ? inThisThread(experiment, signal) : inWorkers(experiment, threads, signal);
}

function inThisThread(experiment: Experiment, signal: AbortSignal | undefined): ReplicationRunner {
  return {
    async *run({ from, to }) {
      for (let replication = from; replication < to; replication++) {
        yield await inTurns(replicationSteps(experiment, replication), signal);
      }
    },
    close: async () => undefined,
  };
}

function inWorkers(
  experiment: Experiment,
  threads: number,
  signal: AbortSignal | undefined,
): ReplicationRunner {
  const file = new URL(`./worker${extname(import.meta.filename)}`, import.meta.url);
  const workers = Array.from({ length: threads }, () => new Worker(file, { workerData: experiment }));
  return {
    async *run({ from, to }) {
      let next = from;
      const work = (worker: Worker): Promise<ReplicationData> => {
        worker.postMessage(next++);
        const data = once(worker, "message", signal && { signal }).then(
          ([first]) => first as ReplicationData,
        );
        // Whoever awaits it hears of a failure; until then it must not count as unheard.
        data.catch(() => undefined);
        return data;
      };
      // As many under way as there are threads; each is awaited in its turn.
      const underWay: { readonly worker: Worker; readonly data: Promise<ReplicationData> }[] = [];
      for (const worker of workers) if (next < to) underWay.push({ worker, data: work(worker) });
      for (let first = underWay.shift(); first !== undefined; first = underWay.shift()) {
        const data = await first.data;
        if (next < to) underWay.push({ worker: first.worker, data: work(first.worker) });
        yield data;
      }
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
