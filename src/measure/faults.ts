import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../base/clock.ts";
import { InvariantError } from "../base/invariant.ts";
import { formatShare } from "../base/units.ts";
import type { Version } from "../base/version.ts";
import type { FaultPlan, RunPlan } from "../scenario/plan.ts";
import type { RunLog } from "./run-log.ts";
import type { Services } from "./services.ts";

const standardSlowFactor = 5;
const standardErrorShare = 0.5;
const standardWrongShare = 0.01;

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
  await begin(fault, service, context);
  if (fault.forMs === undefined) return;
  if (!(await until(context.originMs + fault.atMs + fault.forMs, signal))) return;
  await end(fault, service, context);
}

async function begin(
  { kind, share, factor }: FaultPlan,
  version: Version,
  context: FaultContext,
): Promise<void> {
  const { log, services } = context;
  switch (kind) {
    case "crash":
      log.event("fault", now(context), `${version} was killed`, version);
      return await services.crash(version);
    case "slow": {
      const slowFactor = factor ?? standardSlowFactor;
      log.event("fault", now(context), `${version} became ${slowFactor} times slower`, version);
      return services.disturb(version, { slowFactor, errorShare: undefined });
    }
    case "errors": {
      const errorShare = share ?? standardErrorShare;
      log.event(
        "fault",
        now(context),
        `${version} began to answer ${formatShare(errorShare)} with errors`,
        version,
      );
      return services.disturb(version, { slowFactor: undefined, errorShare });
    }
    case "wrong-answers": {
      const wrongShare = share ?? standardWrongShare;
      const what = `${version} began to answer ${formatShare(wrongShare)} with a wrong field`;
      log.event("fault", now(context), what, version);
      return services.disturb(version, { slowFactor: undefined, errorShare: undefined, wrongShare });
    }
    default:
      throw new InvariantError(`a fault of kind ${kind} was let through`);
  }
}

async function end({ kind }: FaultPlan, version: Version, context: FaultContext): Promise<void> {
  if (kind === "crash") await context.services.restart(version);
  else context.services.disturb(version, { slowFactor: undefined, errorShare: undefined });
  const what = kind === "crash" ? "was started again" : "is back to normal";
  context.log.event("fault", now(context), `${version} ${what}`, version);
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
