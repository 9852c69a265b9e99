import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { quantile } from "./statistics.ts";

/**
 * A thread that does nothing but sleep 1 ms at a time and note how much longer it slept: how far the machine
 * itself, busy with other things, was from what was asked of it. Bounds on times are widened by that, so they
 * are narrow on a quiet machine and hold on a busy one.
 */
export type Witness = {
  /** By how much this share of the sleeps was exceeded at most, ms. */
  readonly delayMs: (share: number) => number;
};

export async function withWitness<T>(work: () => Promise<T>): Promise<{ value: T; witness: Witness }> {
  const worker = new Worker(source, { eval: true });
  await once(worker, "online");
  const value = await work();
  worker.postMessage("enough");
  const [delaysMs] = (await once(worker, "message")) as [readonly number[]];
  await worker.terminate();
  return { value, witness: { delayMs: (share) => quantile(delaysMs, share) } };
}

const source = `
const { parentPort, receiveMessageOnPort } = require("node:worker_threads");
const word = new Int32Array(new SharedArrayBuffer(4));
const delaysMs = [];
while (receiveMessageOnPort(parentPort) === undefined) {
  const startMs = performance.now();
  Atomics.wait(word, 0, 0, 1);
  delaysMs.push(performance.now() - startMs - 1);
}
parentPort.postMessage(delaysMs);
`;
