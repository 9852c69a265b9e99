import type { RunPlan } from "../../src/scenario/plan.ts";
import type { DurationCounts } from "../../src/simulate/engine/duration-counts.ts";
import type { ReplicationData } from "../../src/simulate/engine/replication-data.ts";
import { simulatedParts } from "../../src/simulate/engine/tally.ts";
import { runReplication } from "../../src/simulate/replication.ts";
import { type SimulationSettings, settingsFor } from "../../src/simulate/settings.ts";
import { type MeanEstimate, meanEstimate } from "../../src/stats/student.ts";
import { planText } from "../scenario/scenario-text.ts";

export type Station = {
  readonly ratePerSecond: number;
  readonly serviceTime: string;
  readonly slots: number;
  readonly queue?: number;
  readonly replicas?: number;
  readonly arrivals?: "poisson" | "constant";
  readonly durationS: number;
  readonly warmUpS: number;
  readonly extra?: string;
};

/** One station: everything goes to old. */
export function stationPlan(station: Station): RunPlan {
  const {
    ratePerSecond,
    serviceTime,
    slots,
    queue = 1_000_000,
    replicas = 1,
    arrivals = "poisson",
  } = station;
  return planText(`
name: station
workload: { ratePerSecond: ${ratePerSecond}, arrivals: ${arrivals}, timeout: 1h, maxQueueAge: 1h, maxConnections: 1000000 }
services: { old: { mock: { serviceTime: ${serviceTime}, concurrency: ${slots}, queue: ${queue}, replicas: ${replicas} } } }
split: { new: 0%, by: request, connections: { perAddress: 1000000 } }
run: { duration: ${station.durationS}s, warmUp: ${station.warmUpS}s, grace: 1h, seed: 20 }
${station.extra ?? ""}`);
}

/** Replications of a plan, for figures of one's own. */
export function replicate(
  plan: RunPlan,
  count: number,
  settings: Partial<SimulationSettings> = {},
): readonly ReplicationData[] {
  const experiment = { plan, settings: settingsFor(plan, settings), trace: undefined };
  return Array.from({ length: count }, (_, replication) => runReplication(experiment, replication));
}

/** The 99 % interval of a figure over replications. */
export function interval99(
  replications: readonly ReplicationData[],
  figure: (data: ReplicationData) => number,
): MeanEstimate {
  const estimate = meanEstimate(replications.map(figure), 0.99);
  if (estimate === undefined) throw new Error("two replications at least");
  return estimate;
}

/** One part of the response time of old in the measured stage, the last one. */
export function partOf(data: ReplicationData, name: (typeof simulatedParts)[number]): DurationCounts {
  const { parts } = data.tally;
  const stages = parts.length / simulatedParts.length / 2;
  const found = parts[(stages - 1) * 2 * simulatedParts.length + simulatedParts.indexOf(name)];
  if (found === undefined) throw new Error(`no ${name} was booked`);
  return found;
}

export const meanOf = (counts: DurationCounts): number => counts.sumMs / counts.total;

/** The share of durations above zero. */
export const positiveShare = (counts: DurationCounts): number => 1 - (counts.bins[0] ?? 0) / counts.total;
