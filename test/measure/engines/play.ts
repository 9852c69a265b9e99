import { systemClock } from "../../../src/base/clock.ts";
import type { DriverPlan } from "../../../src/measure/driver/messages.ts";
import { chooseEngine } from "../../../src/measure/engines/choose-engine.ts";
import type { EngineInputs, EngineTotals, LoadEngine } from "../../../src/measure/engines/engine.ts";
import type { Observation, RequestRetries } from "../../../src/result/observation.ts";

export type Played = {
  readonly totals: EngineTotals;
  /** In the order in which they ended. */
  readonly observations: readonly Observation[];
  readonly dueCount: number;
  readonly originMs: number;
};

export type PlayOptions = {
  readonly driver?: number;
  readonly of?: number;
  readonly inputs?: Partial<EngineInputs>;
  /** Called when the load has begun. */
  readonly meanwhile?: (engine: LoadEngine) => void;
  readonly onRecord?: (observation: Observation) => void;
};

/** Plays a plan in this process and keeps every observation. */
export async function play(plan: DriverPlan, port: number, options: PlayOptions = {}): Promise<Played> {
  const observations: Observation[] = [];
  let dueCount = 0;
  const engine = chooseEngine({
    plan,
    target: { host: "127.0.0.1", port },
    driver: options.driver ?? 0,
    of: options.of ?? 1,
    inputs: { readColumn: () => [], trace: [], ...options.inputs },
    sink: {
      due: () => {
        dueCount++;
      },
      record: (observation) => {
        observations.push(copyOf(observation));
        options.onRecord?.(observation);
      },
    },
  });
  await engine.prepare();
  const originMs = systemClock.nowMs() + 20 + plan.timeline.warmUpMs;
  const running = engine.run(originMs);
  options.meanwhile?.(engine);
  return { totals: await running, observations, dueCount, originMs };
}

function copyOf(observation: Observation): Observation {
  const { scheduledMs, seenMs, sentMs, firstByteMs, completedMs, version, endpoint, outcome } = observation;
  const { status, errorClass, splitterMs, serverQueueMs, serviceMs, rerouted, retries } = observation;
  return {
    ...{ scheduledMs, seenMs, sentMs, firstByteMs, completedMs, version, endpoint, outcome },
    ...{ status, errorClass, splitterMs, serverQueueMs, serviceMs, rerouted },
    ...(retries !== undefined && { retries: told(retries) }),
  };
}

function told({ sent, end, firstSentMs }: RequestRetries): RequestRetries {
  return { sent, end, firstSentMs };
}
