import { z } from "zod";
import { count } from "./quantity-schema.ts";

/** What numbers of users take, and what is full first. */

export const growthRow = z.strictObject({
  users: z.number().positive(),
  averageRatePerSecond: z.number().nonnegative(),
  peakRatePerSecond: z.number().nonnegative(),
  concurrentUsers: z.number().nonnegative(),
  servers: z.strictObject({
    total: count,
    old: count,
    new: count,
    spare: count,
    /** What made the count as large as it is: `connections`, `utilisation`, `response time`, … */
    binding: z.string(),
  }),
  bandwidthBytesPerSecond: z.number().nonnegative(),
  costPerHour: z.number().nonnegative().optional(),
  firstBottleneck: z.string(),
});

export const bottleneck = z.strictObject({
  /** Which resource, for example `servers`, `gateway`, `database`, `cache`, `network`, `monitoring`. */
  resource: z.string(),
  /** Why it binds, with its numbers, in a sentence. */
  reason: z.string(),
  /** Users at which it binds; absent when nothing in the scenario limits it. */
  atUsers: z.number().positive().optional(),
  atRatePerSecond: z.number().positive().optional(),
  remedy: z.string(),
  /** Users at which it binds once the remedy is in place. */
  movesToUsers: z.number().positive().optional(),
});
