import type { RunPlan } from "../scenario/plan.ts";
import type { ServicePlan } from "../scenario/service-plan.ts";
import { type ServiceLaw, serviceLaw } from "./queueing/service-law.ts";

/** What the formulas read of one version's service. */
export type ServiceInputs = {
  readonly label: string;
  /** Absent where nothing says how long the service works on a request. */
  readonly law: ServiceLaw | undefined;
  readonly slotsPerServer: number;
  readonly cpuMsPerRequest: number;
};

/** @param hitRatio - share of reads, 0–1, that a cache answers before the database; 0 where there is none */
export function serviceInputs(
  { stores, capacity }: RunPlan,
  { label, target }: ServicePlan,
  hitRatio: number,
): ServiceInputs {
  const storeMs = meanStoreMs(stores, hitRatio);
  if (target.kind === "mock") {
    const { mock } = target;
    return {
      label,
      law: serviceLaw(mock.serviceTime, storeMs),
      slotsPerServer: capacity.slotsPerServer ?? mock.concurrency,
      cpuMsPerRequest: mock.cpuPerRequestMs,
    };
  }
  const meanMs = capacity.serviceTimeMs;
  return {
    label,
    law: meanMs === undefined ? undefined : serviceLaw({ law: "exponential", meanMs }),
    slotsPerServer: capacity.slotsPerServer ?? defaultSlots,
    cpuMsPerRequest: 0,
  };
}

/** What a request spends on its stores on average, in ms. */
function meanStoreMs({ database, cache }: RunPlan["stores"], hitRatio: number): number {
  if (database === undefined) return 0;
  const readMs = hitRatio * (cache?.hitMs ?? 0) + (1 - hitRatio) * database.readMs;
  return database.readsPerRequest * readMs + database.writeShare * database.writeMs;
}

/** What a mock has, too: the schema's default for `concurrency`. */
const defaultSlots = 64;
