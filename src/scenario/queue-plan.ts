import type { QueueSection } from "./queue-schema.ts";

/** One queue of messages behind the mocks of both versions. */
export type QueuePlan = {
  /** Of the requests answered well, 0–1. */
  readonly messageShare: number;
  /** On one message. */
  readonly workMs: number;
  /** Of each process. */
  readonly consumers: number;
  readonly maxWaiting: number;
};

export function planQueue(queue: QueueSection | undefined): QueuePlan | undefined {
  return (
    queue && {
      messageShare: queue.messages,
      workMs: queue.workTime,
      consumers: queue.consumers,
      maxWaiting: queue.maxWaiting,
    }
  );
}
