import type { AutoscalerSection } from "./autoscaler-schema.ts";
import type { Scenario } from "./schema.ts";

/** How the servers of a version follow its load. */
export type AutoscalerPlan = {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metric: "cpu" | "requests";
  /** Shares: 0–1, the target above 0. */
  readonly targetUtilisation: number;
  readonly tolerance: number;
  readonly intervalMs: number;
  readonly metricLagMs: number;
  readonly startUpLagMs: number;
  readonly scaleDownStabilisationMs: number;
};

export function planAutoscaler(autoscaler: AutoscalerSection | undefined): AutoscalerPlan | undefined {
  return (
    autoscaler && {
      minReplicas: autoscaler.minReplicas,
      maxReplicas: autoscaler.maxReplicas,
      metric: autoscaler.metric,
      targetUtilisation: autoscaler.targetUtilisation,
      tolerance: autoscaler.tolerance,
      intervalMs: autoscaler.interval,
      metricLagMs: autoscaler.metricLag,
      startUpLagMs: autoscaler.startUpLag,
      scaleDownStabilisationMs: autoscaler.scaleDownStabilisation,
    }
  );
}

/** What of an autoscaler contradicts itself or its service; undefined where nothing does. */
export function autoscalerProblem(
  service: Scenario["services"]["old"],
): { readonly field: string; readonly message: string } | undefined {
  const { autoscaler, mock } = service;
  if (autoscaler === undefined) return undefined;
  const replicas = mock?.replicas ?? 1;
  if (autoscaler.minReplicas > autoscaler.maxReplicas)
    return { field: "minReplicas", message: "is above maxReplicas" };
  if (mock !== undefined && mock.replicas > autoscaler.maxReplicas)
    return { field: "maxReplicas", message: `is below mock.replicas, the ${replicas} that it starts with` };
  if (autoscaler.metric === "cpu" && (mock?.cpuPerRequest ?? 0) === 0)
    return {
      field: "metric",
      message: "is cpu, which nothing here uses; give mock.cpuPerRequest, or `metric: requests`",
    };
  return undefined;
}
