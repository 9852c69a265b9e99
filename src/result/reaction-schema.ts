import { z } from "zod";

const count = z.int().nonnegative();

/** What a fault of new led to. Moments are ms on the run's axis; one that never came is absent. */
const reaction = z.strictObject({
  /** When it began; by the plan until the run is judged, then by the journal. */
  faultAtMs: z.number(),
  /** Its kind. */
  fault: z.string(),
  /** When the first request of new ended without a good answer. */
  firstFailedMs: z.number().optional(),
  /** When it was noticed, and by what: `unhealthy`, `ejected`, `breaker-open`; of wrong answers also `mismatch`. */
  detectedMs: z.number().optional(),
  detectedBy: z.string().optional(),
  /** When a loop of the rollout decided to stop, and which. */
  decidedMs: z.number().optional(),
  decidedBy: z.string().optional(),
  /** When the splitter's share of new was 0. */
  zeroMs: z.number().optional(),
  /** Of the requests that new answered: when the last was sent, and when its last answer was whole. */
  lastSentMs: z.number().optional(),
  lastAnsweredMs: z.number().optional(),
  /** Requests of new that were not answered well, from the second of the fault to the next fault or the end. */
  harmedRequests: count,
  /** Different users that made them; up to 10,000 counted, beyond that estimated. */
  harmedUsers: z.strictObject({ count, isExact: z.boolean() }),
  /** The harmed requests over those that the promised availability allows for all requests of the run. */
  budget: z
    .strictObject({ availability: z.number().min(0).max(1), spentShare: z.number().nonnegative() })
    .optional(),
});

export const reactionSection = z.array(reaction);

export type Reaction = z.output<typeof reaction>;
