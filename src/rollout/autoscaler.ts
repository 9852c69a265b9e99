import type { AutoscalerPlan } from "../scenario/autoscaler-plan.ts";

/**
 * How many servers a version is to have: the rule of Kubernetes' Horizontal Pod Autoscaler, as a pure function of what
 * is seen and what was decided before.
 *
 * Source: Kubernetes documentation, "Horizontal Pod Autoscaling", algorithm details and default behaviour.
 */
export type AutoscalerState = {
  /** Servers wanted now, started ones included. */
  readonly wanted: number;
  /** What each decision of the stabilisation window asked for, oldest first. */
  readonly asked: readonly { readonly atMs: number; readonly replicas: number }[];
  /** Servers added by decisions of the last `growthPeriodMs`, oldest first. */
  readonly added: readonly { readonly atMs: number; readonly replicas: number }[];
};

export type AutoscalerView = {
  readonly atMs: number;
  /** Servers that the metric is of; of those wanted, the rest is still starting, or too new to be in it. */
  readonly ready: number;
  /** The metric's mean over the ready servers, as a share. */
  readonly utilisation: number;
};

/** In so long the servers may at most double, or grow by four where that is more. */
const growthPeriodMs = 15_000;
const growthFactor = 2;
const growthServers = 4;

/** The number at the start counts as asked for, so that nothing is taken away before a whole window has been seen. */
export function startAutoscaler(replicas: number, atMs: number): AutoscalerState {
  return { wanted: replicas, asked: [{ atMs, replicas }], added: [] };
}

/** One decision. */
export function stepAutoscaler(
  plan: AutoscalerPlan,
  state: AutoscalerState,
  view: AutoscalerView,
): AutoscalerState {
  const { atMs } = view;
  const replicas = askedReplicas(plan, state.wanted, view);
  const asked = [
    ...state.asked.filter((one) => one.atMs >= atMs - plan.scaleDownStabilisationMs),
    { atMs, replicas },
  ];
  const added = state.added.filter((one) => one.atMs > atMs - growthPeriodMs);
  const highest = Math.max(...asked.map((one) => one.replicas));
  const steadied = replicas > state.wanted ? replicas : Math.min(state.wanted, highest);
  const before = state.wanted - added.reduce((sum, one) => sum + one.replicas, 0);
  const growthLimit = Math.max(before * growthFactor, before + growthServers);
  const bounded = Math.min(steadied, Math.max(state.wanted, growthLimit));
  const wanted = Math.min(plan.maxReplicas, Math.max(plan.minReplicas, bounded));
  const grown = wanted - state.wanted;
  return { wanted, asked, added: grown > 0 ? [...added, { atMs, replicas: grown }] : added };
}

/**
 * desired = ceil(ready × value ÷ target), nothing within the tolerance. While servers start, those are taken to be idle,
 * and where that turns the direction, nothing is done.
 */
function askedReplicas(
  { targetUtilisation, tolerance }: AutoscalerPlan,
  wanted: number,
  { ready, utilisation }: AutoscalerView,
): number {
  const ratio = utilisation / targetUtilisation;
  const isNear = (value: number) => Math.abs(value - 1) <= tolerance + 1e-12;
  if (ready >= wanted || ratio <= 1) return isNear(ratio) ? wanted : wholeReplicas(ratio * ready);
  const dampened = (ratio * ready) / wanted;
  if (isNear(dampened) || dampened < 1) return wanted;
  return Math.max(wanted, wholeReplicas(dampened * wanted));
}

/** Rounded up, but not for the last digits of a product. */
function wholeReplicas(exact: number): number {
  return Math.ceil(Number(exact.toPrecision(12)));
}
