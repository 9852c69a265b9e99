import { z } from "zod";
import { duration, positiveCount, positiveDuration, share } from "./units.ts";

/** Most servers that an autoscaler may ask for. */
const mostReplicas = 1000;

const replicas = positiveCount.refine((value) => value <= mostReplicas, {
  error: `must be at most ${mostReplicas}`,
});

/** In the words of Kubernetes' Horizontal Pod Autoscaler, with its defaults. */
export const autoscalerSection = z
  .strictObject({
    minReplicas: replicas.prefault(1).describe("The fewest servers."),
    maxReplicas: replicas.describe("The most servers."),
    metric: z
      .enum(["cpu", "requests"])
      .prefault("cpu")
      .describe(
        "What is looked at, as a mean over the servers that are ready. `cpu`: the share of their cores in use. `requests`: requests under way, waiting ones included, as a share of their slots.",
      ),
    targetUtilisation: share
      .refine((value) => value > 0, { error: "must be above 0" })
      .prefault("70%")
      .describe("The value that it is brought to."),
    tolerance: share
      .prefault("10%")
      .describe("How far the value may lie from the target, relative to it, before anything is done."),
    interval: positiveDuration
      .prefault("15s")
      .describe("Time between two decisions; each looks at the mean since the last."),
    metricLag: duration.prefault("0s").describe("How old the value is when it is looked at."),
    startUpLag: duration
      .prefault("30s")
      .describe("From the decision for a server until it takes its first request."),
    scaleDownStabilisation: duration
      .prefault("5m")
      .describe("Servers are taken away only when none of the decisions of this long asked for them."),
  })
  .describe("Starts and stops servers of this version by their load, as Kubernetes' autoscaler does.");

export type AutoscalerSection = z.output<typeof autoscalerSection>;
