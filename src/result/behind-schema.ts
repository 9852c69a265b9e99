import { z } from "zod";

/** What the services of a run did beyond answering: a part of `result.json`. The warm-up is among it. */

const count = z.int().nonnegative();

/** Calls of one version of the first service, by the version of the second that answered. */
const calls = z.strictObject({ old: count, new: count, failed: count });

/** By the version that called. */
export const chainsSection = z.strictObject({ old: calls, new: calls });

/** Of one version. Lost: they could not be put into the queue, which was gone. */
const messageTally = z.strictObject({ published: count, lost: count, consumed: count });

export const messagesSection = z.strictObject({
  old: messageTally,
  new: messageTally,
  /** The queue was full. */
  refused: count,
  /** Put back, because the process that worked on them was gone. */
  returned: count,
  /** When the run ended. */
  waiting: count,
  /** From put to handed over; absent where none was. */
  meanWaitMs: z.number().nonnegative().optional(),
  longestWaitMs: z.number().nonnegative().optional(),
});

export type MessageTally = z.output<typeof messageTally>;
export type Messages = z.output<typeof messagesSection>;
export type Chains = z.output<typeof chainsSection>;
export type CallCounts = z.output<typeof calls>;
