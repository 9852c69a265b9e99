import { z } from "zod";
import { versions } from "../base/version.ts";
import { amount, count, duration, positiveCount, positiveDuration, share } from "./units.ts";

/** The section of a scenario that says how traffic moves to new, and what must hold on the way. */

const version = z.enum(versions);

/** What is estimated from the requests that a version answered. */
export const sampleMetrics = [
  "responseTime.mean",
  "responseTime.p50",
  "responseTime.p90",
  "responseTime.p95",
  "responseTime.p99",
  "responseTime.p999",
  "responseTime.max",
  "responseTime.shift",
  "errorRate",
  "availability",
  "throughput",
] as const;

export const gateMetrics = [...sampleMetrics, "divergence.rows", "compare.mismatchShare"] as const;

export type SampleMetric = (typeof sampleMetrics)[number];
export type GateMetric = (typeof gateMetrics)[number];

const gate = z
  .strictObject({
    metric: z
      .enum(gateMetrics)
      .describe(
        "What is looked at. errorRate and availability are shares, throughput is per second, the rest are times. `responseTime.shift` compares all response times of `of` and `vs` by their ranks (Mann-Whitney) and knows only ratios. `divergence.rows` counts what is wrong with the data of both versions now, and needs a real database. `compare.mismatchShare` is the share of compared answers that differ beyond noise, and needs `compare`.",
      ),
    of: version.prefault("new").describe("The version judged."),
    vs: version.optional().describe("The version it is held against, for maxRatio and minRatio."),
    max: z
      .union([z.string(), z.number()])
      .optional()
      .describe(
        "Highest value that passes, in the metric's unit: 200ms, 1%, 500/s; rows are a whole number.",
      ),
    min: z.union([z.string(), z.number()]).optional().describe("Lowest value that passes."),
    maxRatio: amount.optional().describe("Highest ratio to `vs` that passes."),
    minRatio: amount.optional().describe("Lowest ratio to `vs` that passes."),
    detectRatio: amount
      .optional()
      .describe(
        "The ratio to `vs` that a step must be able to tell from its limit, 4 times out of 5. A ramp whose steps are too short for that is refused. Without it the power is only reported, for the square of maxRatio.",
      ),
    confidence: share
      .refine((value) => value < 1, { error: "must be below 100 %" })
      .optional()
      .describe(
        "How sure a verdict must be: it passes when the whole interval of this confidence meets the limit, fails when the whole interval breaks it, and is inconclusive between. 95 % for ratios; 0 % for max and min, which then look at the value alone.",
      ),
    minSamples: positiveCount.prefault(1).describe("With fewer requests there is no verdict on this gate."),
    interval: positiveDuration
      .optional()
      .describe("In a ramp: time between two measurements; one at the end of each step by default."),
    initialDelay: duration
      .prefault("0ms")
      .describe("In a ramp: what a step's first part answers is left out for this long, caches being cold."),
    failureLimit: count
      .prefault(0)
      .describe("In a ramp: failed measurements that a step survives; one more fails it."),
    inconclusiveLimit: count
      .prefault(0)
      .describe(
        "In a ramp: inconclusive measurements that a step survives; one more pauses the ramp. Without an interval, the step is held for another `hold` each time.",
      ),
    noData: z
      .enum(["fail", "pause", "ignore"])
      .prefault("pause")
      .describe(
        "In a ramp: what a measurement without a single request does. It never passes; `ignore` lets the other gates decide.",
      ),
  })
  .describe("One condition to go further.");

const step = z.strictObject({
  new: share.describe("Share of new in this step; no step lowers it."),
  hold: positiveDuration.describe("How long it is held."),
  mirror: share.optional().describe("Share of old's requests that is copied to new in this step."),
  headerRoute: z
    .strictObject({
      header: z.string().min(1).describe("Name of the header looked at."),
      equals: z.string().describe("Value that sends a request to new, whatever the share."),
    })
    .optional()
    .describe("Requests that reach new in this step beside its share."),
});

const breaker = z
  .strictObject({
    consecutiveFailures: positiveCount.prefault(5).describe("Failures in a row that open it."),
    failureShare: share
      .refine((value) => value > 0, { error: "must be above 0" })
      .prefault("50%")
      .describe("Share of failures in the window above which it opens."),
    minVolume: positiveCount.prefault(20).describe("Calls in the window below which the share says nothing."),
    window: positiveDuration.prefault("10s").describe("How far back the share looks."),
    openFor: positiveDuration.prefault("30s").describe("How long it stays open before it tries new again."),
    trials: positiveCount.prefault(3).describe("Trial requests that must all succeed to close it."),
  })
  .describe("The loop of single calls: new is passed over within milliseconds when its calls fail.");

const guard = z
  .strictObject({
    errorRate: share
      .prefault("50%")
      .describe("Error rate of new in one second above which the second is bad."),
    responseTimeP99: positiveDuration
      .optional()
      .describe("p99 of new in one second above which the second is bad."),
    minSamples: positiveCount.prefault(10).describe("Requests in a second below which it says nothing."),
    badSeconds: positiveCount.prefault(2).describe("Bad seconds in a row that trip it."),
  })
  .describe("The loop of seconds: absolute limits, no statistics.");

export const rolloutSection = z
  .strictObject({
    steps: z.array(step).min(1).max(100).optional().describe("The ramp, step by step."),
    gates: z
      .array(gate)
      .max(100)
      .prefault([])
      .describe("Conditions; without steps they are judged once, on the whole run."),
    onFail: z
      .enum(["rollback", "pause", "freeze"])
      .prefault("rollback")
      .describe(
        "What a failure does to a ramp. `rollback`: all traffic to old. `pause`: the share stays, a person decides. `freeze`: the share stays and going back is forbidden, as after a schema change that old can't read.",
      ),
    breaker: breaker.optional(),
    guard: guard.optional(),
    maxOutage: z
      .union([z.literal("unlimited"), positiveDuration])
      .optional()
      .describe(
        "In a ramp: how long new may be out for the splitter (every address unhealthy or ejected, so that its requests go to old) before the guard fails the step. As long as the guard's bad seconds by default, 2s without a guard.",
      ),
    bake: duration
      .prefault("0ms")
      .describe("After the last step: how long everything goes to new while old keeps its full capacity."),
    drain: duration
      .prefault("30s")
      .describe(
        "After that: how long old may finish what it has, before it is taken away; longer where it still works by then. With 0s it is not waited for, and what it works on is cut.",
      ),
  })
  .describe("How traffic moves to new, and what must hold on the way.");

export type RolloutSection = z.output<typeof rolloutSection>;
export type GateSection = z.output<typeof gate>;
