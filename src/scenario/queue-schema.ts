import { z } from "zod";
import { duration, positiveCount, share } from "./units.ts";

/** The section of a scenario that puts one queue of messages behind both versions. */

export const queueSection = z
  .strictObject({
    messages: share
      .prefault("100%")
      .describe("Share of the requests answered well that put a message into it."),
    workTime: duration.prefault("5ms").describe("Time that a service works on one message."),
    consumers: positiveCount
      .refine((value) => value <= 1000, { error: "must be at most 1000" })
      .prefault(4)
      .describe("Messages that each process of either version works on at once, beside its requests."),
    maxWaiting: positiveCount
      .refine((value) => value <= 1_000_000, { error: "must be at most 1,000,000" })
      .prefault(100_000)
      .describe("Messages that may wait; one more is refused, and counted."),
  })
  .describe(
    "One modelled queue from which the mocks of both versions take messages in turn, whatever the split of the requests. The result counts them by version.",
  );

export type QueueSection = z.output<typeof queueSection>;
