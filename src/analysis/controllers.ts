import type { JournalEntry } from "../result/journal.ts";
import type { WindowDelta } from "../result/window.ts";
import { windowSamples } from "../result/window-sample.ts";
import { type BackTestRow, backTest } from "../rollout/back-test.ts";
import { argoController } from "../rollout/controllers/argo.ts";
import type { Controller } from "../rollout/controllers/controller.ts";
import { flaggerController } from "../rollout/controllers/flagger.ts";
import { kayentaController, usualKayentaThresholds } from "../rollout/controllers/kayenta.ts";
import { twinlaneController } from "../rollout/controllers/twinlane.ts";
import type { ObservedWindow } from "../rollout/gate-progress.ts";
import { isFaultOfNew } from "../scenario/fault-plan.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { RolloutPlan } from "../scenario/rollout-plan.ts";

export type ControllerRow = BackTestRow;

export type ControllerComparison = {
  readonly rows: readonly ControllerRow[];
  /** When the first fault of new began by the plan; undefined: the truth is that nothing was wrong. */
  readonly faultAtMs: number | undefined;
  /** Until then new had traffic to be judged by. */
  readonly untilMs: number;
  readonly limits: ControllerLimits;
};

/** What all look-alikes are given. */
export type ControllerLimits = { readonly maxErrorRate: number; readonly maxP99Ms: number | undefined };

/**
 * Feeds a run's own windows to the rules of other controllers. What was wrong is known, since the mocks' trouble is
 * the scenario's: a fault of new is to be caught, everything else is a false alarm. The run followed its own ramp,
 * so the shares are the run's, whatever a controller would have asked for; and where the run took new back, nobody
 * can judge it any further.
 *
 * @returns undefined where the run had no ramp
 */
export function compareControllers(
  entries: readonly JournalEntry[],
  plan: RunPlan,
): ControllerComparison | undefined {
  const { rollout } = plan;
  if (rollout === undefined) return undefined;
  const windows = observedWindows(entries, plan);
  const faultAtMs = plan.faults
    .filter(isFaultOfNew)
    .reduce<number | undefined>((first, { atMs }) => Math.min(first ?? atMs, atMs), undefined);
  const limits = limitsOf(plan, rollout);
  const untilMs = Math.min(windows.length * windowMs, rolledBackMs(entries));
  const run = {
    windowMs,
    untilMs,
    faultAtMs,
    windows: (atMs: number) => windows[Math.round(atMs / windowMs) - 1],
  };
  const rows = controllersOf({ rollout, limits, seed: plan.seed }).map((controller) =>
    backTest(controller, run),
  );
  return { rows, faultAtMs, untilMs, limits };
}

const windowMs = 1000;

/** One window a second, of all drivers together. */
function observedWindows(entries: readonly JournalEntry[], plan: RunPlan): readonly ObservedWindow[] {
  const perDriver = Map.groupBy(
    entries.flatMap((entry) => (entry.type === "window" ? [entry.window] : [])),
    ({ driver }) => driver,
  );
  const rounds: ObservedWindow[] = [];
  let lastMs = 0;
  for (let index = 0; ; index++) {
    const round = [...perDriver.values()].flatMap((windows): readonly WindowDelta[] =>
      windows.slice(index, index + 1),
    );
    if (round.length === 0) return rounds;
    const atMs = Math.max(...round.map((window) => window.atMs));
    if (atMs <= 0 || atMs > plan.timeline.durationMs + windowMs) continue;
    rounds.push({ atMs, samples: windowSamples(round, atMs - lastMs) });
    lastMs = atMs;
  }
}

/** When the run's own rollout took new back. */
function rolledBackMs(entries: readonly JournalEntry[]): number {
  const back = entries.find((entry) => entry.type === "decision" && entry.decision.kind === "roll back");
  if (back?.type !== "decision") return Number.POSITIVE_INFINITY;
  return Math.ceil(back.decision.atMs / windowMs) * windowMs;
}

/** The scenario's own limits, and the usual ones of these tools where it has none. */
function limitsOf({ slo }: RunPlan, { gates, guard }: RolloutPlan): ControllerLimits {
  const maxOf = (metric: string) =>
    gates.find((gate) => gate.metric === metric && gate.of === "new" && gate.max !== undefined)?.max;
  return {
    maxErrorRate: maxOf("errorRate") ?? guard?.maxErrorRate ?? 0.01,
    maxP99Ms: maxOf("responseTime.p99") ?? slo.responseTimeP99,
  };
}

/** Their shortest usual intervals, so that short runs leave them time for a verdict. */
const argoTimes = { initialDelayMs: 0, intervalMs: 10_000, rangeMs: 30_000 } as const;
const argoFailureLimit = 3;
const flaggerTimes = { intervalMs: 10_000, threshold: 3 } as const;

function controllersOf({
  rollout,
  limits,
  seed,
}: {
  readonly rollout: RolloutPlan;
  readonly limits: ControllerLimits;
  readonly seed: number;
}): readonly Controller[] {
  const { maxErrorRate, maxP99Ms } = limits;
  const steps = rollout.steps;
  const slow = maxP99Ms === undefined ? [] : [{ metric: "responseTime.p99", limit: maxP99Ms } as const];
  const metrics = [{ metric: "errorRate", limit: maxErrorRate } as const, ...slow];
  return [
    // The others roll back whatever they catch; a run that was frozen to watch them all is judged alike.
    twinlaneController({ ...rollout, onFail: "rollback" }, 0),
    argoController(
      {
        ...argoTimes,
        steps,
        failureLimit: argoFailureLimit,
        inconclusiveLimit: 0,
        metrics: metrics.map(({ metric, limit }) => ({ metric, successMax: limit, failureAbove: undefined })),
      },
      0,
    ),
    flaggerController(
      {
        ...flaggerTimes,
        stepWeight: steps[0]?.newShare ?? 0,
        maxWeight: steps.at(-1)?.newShare ?? 1,
        minSuccessRate: 1 - maxErrorRate,
        maxP99Ms: maxP99Ms ?? Number.POSITIVE_INFINITY,
      },
      0,
    ),
    kayentaController(
      {
        steps,
        metrics: [
          { metric: "errorRate", isCritical: true },
          { metric: "responseTime.mean", isCritical: false },
        ],
        ...usualKayentaThresholds,
        seed,
      },
      0,
    ),
  ];
}
