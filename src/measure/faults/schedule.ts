import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../base/clock.ts";
import type { Version } from "../../base/version.ts";
import type { FaultPlan } from "../../scenario/fault-plan.ts";
import { beginSentence, endSentence } from "../../scenario/fault-sentences.ts";
import type { RunLog } from "../run-log.ts";
import { Disturbance, type Disturbed } from "./disturbance.ts";

export type FaultContext = Disturbed & {
  readonly faults: readonly FaultPlan[];
  readonly log: RunLog;
  /** When the measured part starts, on the machine's clock. */
  readonly originMs: number;
};

/** Makes the scenario's trouble on time, until the signal; every fault and its end are journalled. */
export async function scheduleFaults(context: FaultContext, signal: AbortSignal): Promise<void> {
  const disturbance = new Disturbance(context);
  await Promise.all(context.faults.map((fault) => makeFault(fault, { context, disturbance, signal })));
}

type Making = {
  readonly context: FaultContext;
  readonly disturbance: Disturbance;
  readonly signal: AbortSignal;
};

async function makeFault(fault: FaultPlan, { context, disturbance, signal }: Making): Promise<void> {
  const way = context.services.wayOf(fault);
  const beginMs = context.originMs + fault.atMs;
  if (!(await until(beginMs, signal))) return;
  journal(context.log, fault, beginSentence(fault, way));
  await disturbance.begin(fault);
  if (fault.kind === "restart") journal(context.log, fault, endSentence(fault, way));
  if (fault.forMs === undefined) return;
  if (!(await until(beginMs + fault.forMs, signal))) return;
  await disturbance.end(fault);
  journal(context.log, fault, endSentence(fault, way));
}

/** A restart in order is no fault, and nobody has to notice it. */
function journal(log: RunLog, { service, kind }: FaultPlan, sentence: string): void {
  log.event(
    kind === "restart" ? "restart" : "fault",
    log.planMs(systemClock.nowMs()),
    sentence,
    versionOf(service),
  );
}

function versionOf(service: FaultPlan["service"]): Version | undefined {
  return service === "old" || service === "new" ? service : undefined;
}

/** @returns whether the moment came before the signal */
async function until(clockMs: number, signal: AbortSignal): Promise<boolean> {
  const waitMs = clockMs - systemClock.nowMs();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  return !signal.aborted;
}
