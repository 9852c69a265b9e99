import { deepFreeze } from "../base/deep-freeze.ts";
import type { Version } from "../base/version.ts";
import { perMillion, type RunPlan } from "../scenario/plan.ts";
import { withoutRehearsal } from "../scenario/without-rehearsal.ts";

export type SearchedRate = {
  readonly version: Version;
  readonly ratePerSecond: number;
  readonly durationMs: number;
  /** Only the first trial of a search tells what the instrument itself adds. */
  readonly calibrate: boolean;
};

/** Enough for connections and caches of one rate; a mock begins each trial afresh. */
const longestWarmUpMs = 1000;
/** After an overload there is always something under way; what it comes to is known already. */
const longestGraceMs = 2000;

/**
 * A scenario as one trial of a search: its requests and services, at a constant rate, all of it to one version,
 * without a ramp, faults, copies or flags.
 */
export function planTrial(plan: RunPlan, searched: SearchedRate): RunPlan {
  const { version, ratePerSecond, durationMs, calibrate } = searched;
  const newShare = version === "new" ? 1 : 0;
  const warmUpMs = Math.min(plan.timeline.warmUpMs, longestWarmUpMs);
  const piece = {
    startMs: -warmUpMs,
    endMs: durationMs,
    fromPerSecond: ratePerSecond,
    toPerSecond: ratePerSecond,
  };
  const arrivals = plan.load.kind === "open" ? plan.load.arrivals : "poisson";
  const main = { name: "main", startMs: 0, endMs: durationMs, warmUp: false, newShare };
  const warmUp = { name: "warm-up", startMs: -warmUpMs, endMs: 0, warmUp: true, newShare };
  return deepFreeze({
    ...withoutRehearsal(plan),
    load: { kind: "open", arrivals, curve: [piece] },
    timeline: {
      warmUpMs,
      durationMs,
      graceMs: Math.min(plan.timeline.graceMs, longestGraceMs),
      stages: warmUpMs === 0 ? [main] : [warmUp, main],
    },
    split: {
      ...plan.split,
      newPerMillion: perMillion(newShare),
      flags: [],
      rules: [],
      providedFlag: undefined,
    },
    flagProvider: undefined,
    mirror: undefined,
    calibrate,
  } satisfies RunPlan);
}

/** The rate that a scenario has by itself, where a search begins; undefined where it doesn't say. */
export function meanRatePerSecond({ load, timeline }: RunPlan): number | undefined {
  if (load.kind === "closed")
    return load.thinkTimeMs > 0 ? (load.users * 1000) / load.thinkTimeMs : undefined;
  if (load.kind === "trace") return undefined;
  const requests = load.curve.reduce((sum, { startMs, endMs, fromPerSecond, toPerSecond }) => {
    return startMs < 0 ? sum : sum + (((fromPerSecond + toPerSecond) / 2) * (endMs - startMs)) / 1000;
  }, 0);
  return requests > 0 ? (requests * 1000) / timeline.durationMs : undefined;
}
