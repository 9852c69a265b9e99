import type { RunPlan } from "../scenario/plan.ts";
import { planScenario } from "../scenario/plan.ts";
import { scenarioSchema } from "../scenario/schema.ts";

export type InstantLoad = {
  readonly arrivals: "poisson" | "constant";
  readonly warmUpMs: number;
  /** One stage each, in this order. */
  readonly steps: readonly { readonly ratePerSecond: number; readonly forMs: number }[];
};

/** Slots enough that no request ever waits for one. */
const manySlots = 10_000;
const timeout = "2s";
const grace = "200ms";

/**
 * The plan of a load on a service that answers at once: whatever time a request then takes, the instrument took.
 * All of it goes to old.
 */
export function instantPlan({ arrivals, warmUpMs, steps }: InstantLoad): RunPlan {
  const service = { mock: { serviceTime: "0ms", concurrency: manySlots, queue: 0, responseSize: 100 } };
  return planScenario(
    scenarioSchema.parse({
      name: "instant service",
      users: 1,
      workload: {
        arrivals,
        timeout,
        ratePerSecond: {
          steps: steps.map(({ ratePerSecond, forMs }) => ({ rate: ratePerSecond, for: `${forMs}ms` })),
        },
        requests: [{ path: "/" }],
      },
      services: { old: service, new: service },
      split: { new: 0 },
      run: {
        duration: `${steps.reduce((sum, { forMs }) => sum + forMs, 0)}ms`,
        warmUp: `${warmUpMs}ms`,
        grace,
        calibrate: false,
      },
    }),
  );
}
