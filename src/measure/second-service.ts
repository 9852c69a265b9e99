import { perVersion } from "../base/version.ts";
import type { Chains } from "../result/behind-schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { SecondServicePlan } from "../scenario/second-service-plan.ts";
import type { ToSplitter } from "../splitter/messages.ts";
import { type AnyProcess, endProcess } from "./child-process.ts";
import type { MockStats } from "./mock-messages.ts";
import type { OnUnexpectedEnd } from "./process-group.ts";
import type { RunLog } from "./run-log.ts";
import { RunningSplitter } from "./running-splitter.ts";
import { Services } from "./services.ts";

const loopback = "127.0.0.1";
const drainMs = 500;
const patienceMs = 5000;

/**
 * Puts the plan's second service, where it has one, behind the mocks: two versions and a splitter of its own. Their
 * calls are counted in the log; it ends with the services.
 *
 * @throws UserError when it can't start
 */
export async function startSecondService(run: {
  readonly plan: RunPlan;
  readonly services: Services;
  readonly log: RunLog;
  readonly onEnd: OnUnexpectedEnd;
}): Promise<void> {
  const { secondService } = run.plan;
  if (secondService === undefined) return;
  const plan = planOfSecond(run.plan, secondService);
  const onEnd = (child: AnyProcess) => run.onEnd({ ...child, name: `second service, ${child.name}` });
  const services = await Services.start(plan, {}, onEnd);
  try {
    const { child, port } = await RunningSplitter.start({ plan, services });
    run.services.mocks.onStats(chainCounter(run.log));
    run.services.putBehind({
      message: { type: "call-second", address: { host: loopback, port } },
      stop: async () => {
        await endProcess<ToSplitter>(child, { type: "stop", drainMs }, patienceMs);
        await services.stop();
      },
    });
  } catch (error) {
    await services.stop();
    throw error;
  }
}

/** The same split over other services, with nothing beside it. */
function planOfSecond(plan: RunPlan, { mock, newPerMillion }: SecondServicePlan): RunPlan {
  const { secondService: _, ...rest } = plan;
  const { by, seed } = plan.split;
  return {
    ...rest,
    services: perVersion((version) => ({
      ...plan.services[version],
      target: { kind: "mock", mock },
    })),
    stores: { database: undefined, cache: undefined },
    // Users are found by the same seed; requests must not be dealt in step with the first service.
    split: { ...plan.split, newPerMillion, seed: by === "user" ? seed : seed + 1 },
    ejection: undefined,
    mirror: undefined,
    compare: undefined,
    breaker: undefined,
  };
}

/** Adds up what the processes tell; one that was started again counts anew, beside what it was. */
function chainCounter(log: RunLog): (stats: MockStats, mock: AnyProcess) => void {
  const told = new Map<AnyProcess, NonNullable<MockStats["calls"]>>();
  return ({ calls }, mock) => {
    if (calls === undefined) return;
    told.set(mock, calls);
    log.add({ type: "chains", chains: sumOf(told) });
  };
}

function sumOf(told: ReadonlyMap<AnyProcess, NonNullable<MockStats["calls"]>>): Chains {
  return perVersion((version) => {
    const own = [...told].filter(([{ role }]) => role === version).map(([, calls]) => calls);
    const sum = (key: "old" | "new" | "failed") => own.reduce((total, calls) => total + calls[key], 0);
    return { old: sum("old"), new: sum("new"), failed: sum("failed") };
  });
}
