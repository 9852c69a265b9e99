import { z } from "zod";
import { duration, positiveCount, positiveDuration, share } from "./units.ts";

/** What clients do about an attempt that fails. */

const budget = z
  .strictObject({
    share: share.prefault("20%").describe("Retries earned by each request that is sent for the first time."),
    burst: positiveCount
      .prefault(10)
      .describe("Retries that can be saved up; as many are there at the start."),
  })
  .describe("Bounds the retries of all clients together, so that they can't multiply an overload.");

export const retrySection = z
  .strictObject({
    times: positiveCount
      .refine((value) => value <= 100, { error: "must be at most 100" })
      .prefault(2)
      .describe("Times that a request is asked again at most."),
    methods: z
      .array(z.string().min(1))
      .min(1)
      .prefault(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
      .describe("Methods of requests that are asked again; asking others twice could do harm."),
    attemptTimeout: positiveDuration
      .optional()
      .describe(
        "An attempt that takes longer is given up and counts as failed. Left out, each may use up all of `timeout`, which bounds the request with all its attempts.",
      ),
    backoff: duration
      .prefault("100ms")
      .describe("Pause before the first retry; before each further one twice as long."),
    maxBackoff: positiveDuration.prefault("10s").describe("The longest pause."),
    jitter: z
      .enum(["full", "none"])
      .prefault("full")
      .describe("`full`: each pause is a random part of that, so that clients don't come back in step."),
    budget: budget.optional(),
  })
  .describe(
    "Clients ask again when an attempt fails: with no answer, or one of 500 and above. A request counts once, with all its attempts in its response time. Not with `run.engine: autocannon`. Off when left out.",
  );

export type RetrySection = z.output<typeof retrySection>;
