import { z } from "zod";
import { amount, duration, positiveCount, positiveDuration, share, size } from "./units.ts";

/** What a fault can hit: a version, the splitter before both, a store behind both, or the load's own driver. */
export const faultTargets = ["old", "new", "splitter", "database", "cache", "driver"] as const;
export type FaultTarget = (typeof faultTargets)[number];

export const faultKinds = [
  "crash",
  "restart",
  "hang",
  "slow",
  "errors",
  "wrong-answers",
  "memory-leak",
  "cold-start",
  "cpu-theft",
  "connection-resets",
  "latency",
  "bandwidth",
  "lost-writes",
  "reordering",
  "clock-skew",
  "replica-lag",
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** Trouble between two databases, that makes their data differ. */
export const driftKinds: ReadonlySet<FaultKind> = new Set([
  "lost-writes",
  "reordering",
  "clock-skew",
  "replica-lag",
]);

/** Which kinds a parameter belongs to is checked in `check-faults.ts`, its default is in `fault-plan.ts`. */
export const faultSection = z.strictObject({
  at: duration.describe("When it begins, from the start of the measured part."),
  for: positiveDuration
    .optional()
    .describe(
      "How long it lasts; to the end by default. Whatever crashed is started again after it; for cold-start, how long the service takes to get warm, 10s by default.",
    ),
  service: z
    .enum(faultTargets)
    .describe(
      "What it hits. Of a modelled `cache` there is one fault, crash: every read goes to the database. Before a real service, database or cache a proxy stands for the whole run where it needs one.",
    ),
  kind: z
    .enum(faultKinds)
    .describe(
      "What happens to it. `crash`: its processes are killed. `restart`: in order, as for a deployment: a version is taken out, drained and started again, a fresh splitter takes over from the one before. `hang`: it stands still, with its connections open. `cold-start`: it is killed and started again at once, cold. `connection-resets`: connections are reset in place of an answer. `latency`, `bandwidth`: a poor network behind the splitter, or behind the services where it hits a store.",
    ),
  replica: positiveCount
    .optional()
    .describe(
      "Which of a version's processes it hits, from 1; all of them by default. Not for crash, restart, hang and cold-start.",
    ),
  share: share
    .refine((value) => value > 0, { error: "must be above 0" })
    .meta({ unit: "share" })
    .optional()
    .describe(
      "Share of requests hit, for errors (50% by default), wrong-answers (1%) and connection-resets (10%); of a core, for cpu-theft (50%); of second writes, for lost-writes and reordering.",
    ),
  factor: amount
    .refine((value) => value > 0, { error: "must be above 0" })
    .meta({ unit: "number" })
    .optional()
    .describe(
      "How many times slower, for slow and, at first, for cold-start; 5 by default. From 1 on where a proxy does it.",
    ),
  bytesPerSecond: size
    .refine((value) => value > 0, { error: "must be above 0" })
    .meta({ unit: "size" })
    .optional()
    .describe(
      "How fast memory grows, for memory-leak (10MiB by default); how fast a version's processes send, each of them, or all of a real service or store, for bandwidth (100KB).",
    ),
  limit: size
    .optional()
    .describe("Most memory that each process of the version leaks, for memory-leak; 256MiB by default."),
  delay: positiveDuration.optional().describe("How much later answers come, for latency; 100ms by default."),
  jitter: duration
    .optional()
    .describe("Up to how much sooner or later than `delay`, for latency; 0 by default."),
  by: positiveDuration
    .optional()
    .describe(
      "How far new's clock is ahead, for clock-skew; how long second writes are held back, for replica-lag. 2s by default.",
    ),
});

export type FaultSection = z.output<typeof faultSection>;
