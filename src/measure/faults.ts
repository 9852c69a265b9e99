import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../base/clock.ts";
import type { Version } from "../base/version.ts";
import type { FaultPlan, RunPlan } from "../scenario/plan.ts";
import type { RunLog } from "./run-log.ts";
import type { Services } from "./services.ts";

export type FaultContext = {
  readonly plan: RunPlan;
  readonly services: Services;
  readonly log: RunLog;
  /** When the measured part starts, on the machine's clock. */
  readonly originMs: number;
};

/** Makes the scenario's trouble on time, until the signal; every fault and its end are journalled. */
export async function scheduleFaults(context: FaultContext, signal: AbortSignal): Promise<void> {
  await Promise.all(context.plan.faults.map((fault) => makeFault(fault, context, signal)));
}

async function makeFault(fault: FaultPlan, context: FaultContext, signal: AbortSignal): Promise<void> {
  const { service } = fault;
  if (service !== "old" && service !== "new") return;
  if (!(await until(context.originMs + fault.atMs, signal))) return;
  await crash(service, context);
  if (fault.forMs === undefined) return;
  if (!(await until(context.originMs + fault.atMs + fault.forMs, signal))) return;
  await context.services.restart(service);
  context.log.event("fault", now(context), `${service} was started again`, service);
}

async function crash(version: Version, context: FaultContext): Promise<void> {
  context.log.event("fault", now(context), `${version} was killed`, version);
  await context.services.crash(version);
}

function now({ log }: FaultContext): number {
  return log.planMs(systemClock.nowMs());
}

/** @returns whether the moment came before the signal */
async function until(clockMs: number, signal: AbortSignal): Promise<boolean> {
  const waitMs = clockMs - systemClock.nowMs();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
