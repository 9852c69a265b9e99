import { bottleneckChain, type ResourceLimit } from "./bottlenecks.ts";
import { type CapacityPoint, capacityPoint } from "./capacity-point.ts";
import { type Extrapolation, extrapolations } from "./extrapolation.ts";
import { type GrowthState, growthState } from "./growth-state.ts";
import type { ModelInputs } from "./inputs.ts";
import { type PairedQueries, pairedQueries } from "./paired-queries.ts";
import { type Remedy, remedyFor } from "./remedies.ts";
import { type RetryStorm, retryStorm } from "./retry-storm.ts";
import { everything } from "./server-tier.ts";
import { type TakeOver, takeOver } from "./take-over.ts";

/** The system at one user count of the growth table. */
export type GrowthEntry = {
  readonly users: number;
  readonly point: CapacityPoint;
  readonly bottlenecks: readonly Bottleneck[];
  readonly state: GrowthState;
  readonly takeOver: TakeOver | undefined;
  /** Present where clients retry. */
  readonly retryStorm: RetryStorm | undefined;
  /** Present where copies share a database with their originals. */
  readonly pairedQueries: PairedQueries | undefined;
  /** Versions that are planned beyond what was measured. */
  readonly extrapolated: readonly Extrapolation[];
};

export type Bottleneck = ResourceLimit & { readonly remedy: Remedy };

/** A user count for which there is no answer. */
export type ImpossibleEntry = { readonly users: number; readonly impossible: string };

export type Growth = {
  readonly entries: readonly GrowthEntry[];
  readonly impossible: readonly ImpossibleEntry[];
};

/** The parallel-running view: old alone, both, new alone, and what stands around them, at each user count. */
export function growthTable(inputs: ModelInputs, userCounts: readonly number[]): Growth {
  const entries: GrowthEntry[] = [];
  const impossible: ImpossibleEntry[] = [];
  for (const users of userCounts) {
    const answer = capacityPoint(inputs, users);
    if ("impossible" in answer) impossible.push({ users, impossible: answer.impossible });
    else entries.push(growthEntry(inputs, answer.point));
  }
  return { entries, impossible };
}

/** Everything that is said of one point. */
function growthEntry(inputs: ModelInputs, point: CapacityPoint): GrowthEntry {
  return {
    users: point.load.users,
    point,
    bottlenecks: bottleneckChain(inputs, point).map((limit) => ({
      ...limit,
      remedy: remedyFor(inputs, point, limit),
    })),
    state: growthState(point),
    takeOver: takeOver(inputs, point),
    retryStorm: retryStorm(inputs, point),
    pairedQueries: pairedQueries(inputs, everything(inputs, point.load).ratePerSecond),
    extrapolated: extrapolations(inputs, point),
  };
}
