import { randomStream } from "../../src/base/random.ts";
import type { Decision, SplitTarget } from "../../src/rollout/decision.ts";
import type { ObservedWindow } from "../../src/rollout/gate-progress.ts";
import { type RolloutInput, startRollout, stepRollout } from "../../src/rollout/rollout.ts";
import type { RolloutState } from "../../src/rollout/rollout-state.ts";
import { emptySample, type Sample } from "../../src/rollout/sample.ts";
import { planScenario } from "../../src/scenario/plan.ts";
import type { RolloutPlan } from "../../src/scenario/rollout-plan.ts";
import { scenarioSchema } from "../../src/scenario/schema.ts";
import { normalQuantile } from "../../src/stats/normal-quantile.ts";

/** A rollout as a scenario would say it. */
export function rolloutOf(rollout: Record<string, unknown>): RolloutPlan {
  const plan = planScenario(
    scenarioSchema.parse({ name: "ramps", workload: { ratePerSecond: 100 }, rollout }),
  ).rollout;
  if (plan === undefined) throw new Error("the scenario has steps");
  return plan;
}

/** 4,000 equally likely response times of a lognormal law with median 20 ms and p99 93 ms. */
const lawMs = Array.from({ length: 4000 }, (_, index) =>
  Number((20 * Math.exp(0.66 * normalQuantile((index + 0.5) / 4000))).toPrecision(5)),
);

const tailFrom = 3800;

/** How a version answers: `factor` times as slow as the law, with this share of errors. */
export type Truth = {
  readonly factor?: number;
  /** The slowest 5 % only: times as slow. */
  readonly tailFactor?: number;
  readonly errorShare?: number;
};

/** What a version answered in a window, drawn from its truth; counts are drawn around rate × share. */
export function drawSample(
  truth: Truth,
  {
    count,
    durationMs,
    uniform,
  }: { readonly count: number; readonly durationMs: number; readonly uniform: () => number },
): Sample {
  const times = new Uint32Array(lawMs.length);
  for (let drawn = 0; drawn < count; drawn++) {
    const at = Math.min(lawMs.length - 1, Math.floor(uniform() * lawMs.length));
    times[at] = (times[at] ?? 0) + 1;
  }
  const failed = drawFailures(truth.errorShare ?? 0, count, uniform);
  const present: [at: number, many: number][] = [];
  for (const [at, many] of times.entries()) if (many > 0) present.push([at, many]);
  return {
    counts: { scheduled: count, completed: count - failed, failed, timedOut: 0, notSent: 0, inFlight: 0 },
    responseTimes: {
      ms: present.map(
        ([at]) => (lawMs[at] ?? 0) * (truth.factor ?? 1) * (at >= tailFrom ? (truth.tailFactor ?? 1) : 1),
      ),
      counts: present.map(([, many]) => many),
      total: count,
    },
    durationMs,
  };
}

/** How many of `count` fail, drawn by the gaps between failures: few numbers where few fail. */
function drawFailures(share: number, count: number, uniform: () => number): number {
  if (share === 0) return 0;
  if (share === 1) return count;
  const gap = () => Math.floor(Math.log(uniform()) / Math.log1p(-share));
  let failed = 0;
  for (let at = gap(); at < count; at += 1 + gap()) failed++;
  return failed;
}

export type World = {
  readonly ratePerSecond: number;
  readonly windowMs: number;
  readonly old?: Truth;
  /** The truth of new at this moment. */
  readonly new: (atMs: number) => Truth;
  readonly seed: number;
};

/** What both versions answer in the window that ends at this moment, under this split. */
export function worldWindows(world: World): (atMs: number, split: SplitTarget) => ObservedWindow {
  const uniform = randomStream(world.seed, "world");
  const total = (world.ratePerSecond * world.windowMs) / 1000;
  return (atMs, split) => {
    const newCount = Math.round(total * split.newShare);
    const draw = (truth: Truth, count: number) =>
      count === 0
        ? { ...emptySample, durationMs: world.windowMs }
        : drawSample(truth, { count, durationMs: world.windowMs, uniform });
    return {
      atMs,
      samples: { old: draw(world.old ?? {}, total - newCount), new: draw(world.new(atMs), newCount) },
    };
  };
}

/** Runs a ramp through a world until this moment; gives every decision and the last state. */
export function rehearse(
  plan: RolloutPlan,
  world: World,
  untilMs: number,
  {
    inputs = [],
    isOver = () => false,
  }: {
    readonly inputs?: readonly { readonly atMs: number; readonly input: RolloutInput }[];
    readonly isOver?: (state: RolloutState) => boolean;
  } = {},
): { readonly state: RolloutState; readonly decisions: readonly Decision[] } {
  const windows = worldWindows(world);
  const begun = startRollout(plan, 0);
  const decisions = [...begun.decisions];
  let state = begun.state;
  for (let atMs = world.windowMs; atMs <= untilMs && !isOver(state); atMs += world.windowMs) {
    const due = inputs.filter((input) => input.atMs > atMs - world.windowMs && input.atMs <= atMs);
    const window = { kind: "window", window: windows(atMs, state.split) } as const;
    for (const input of [...due.map((extra) => extra.input), window]) {
      const stepped = stepRollout(state, input);
      state = stepped.state;
      decisions.push(...stepped.decisions);
    }
  }
  return { state, decisions };
}
