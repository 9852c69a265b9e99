import { z } from "zod";

/** What the services of a run did beyond answering: a part of `result.json`. The warm-up is among it. */

const count = z.int().nonnegative();

/** Calls of one version of the first service, by the version of the second that answered. */
const calls = z.strictObject({ old: count, new: count, failed: count });

/** By the version that called. */
export const chainsSection = z.strictObject({ old: calls, new: calls });

export type Chains = z.output<typeof chainsSection>;
export type CallCounts = z.output<typeof calls>;
