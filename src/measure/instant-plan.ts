import { planScenario, type RunPlan } from "../scenario/plan.ts";
import { scenarioSchema } from "../scenario/schema.ts";

export type InstantLoad = {
  readonly arrivals: "poisson" | "constant";
  /** One stage each, in this order, after the preparation. */
  readonly steps: readonly { readonly ratePerSecond: number; readonly forMs: number }[];
};

/**
 * A burst and a breath before the first step, that no figure contains: a process that has just been started is slow
 * until its code is compiled, and that takes some thousand requests.
 */
const preparation: InstantLoad["steps"] = [
  { ratePerSecond: 6000, forMs: 250 },
  { ratePerSecond: 500, forMs: 50 },
];

/** Stages of the plan before those that were asked for. */
export const preparationSteps = preparation.length;

/** Slots enough that no request ever waits for one. */
const manySlots = 10_000;
const timeout = "2s";
const grace = "200ms";

/**
 * The plan of a load on a service that answers at once: whatever time a request then takes, the instrument took.
 * All of it goes to old.
 */
export function instantPlan({ arrivals, steps }: InstantLoad): RunPlan {
  const all = [...preparation, ...steps];
  const service = { mock: { serviceTime: "0ms", concurrency: manySlots, queue: 0, responseSize: 100 } };
  return planScenario(
    scenarioSchema.parse({
      name: "instant service",
      users: 1,
      workload: {
        arrivals,
        timeout,
        ratePerSecond: {
          steps: all.map(({ ratePerSecond, forMs }) => ({ rate: ratePerSecond, for: `${forMs}ms` })),
        },
        requests: [{ path: "/" }],
      },
      services: { old: service, new: service },
      split: { new: 0 },
      run: {
        duration: `${all.reduce((sum, { forMs }) => sum + forMs, 0)}ms`,
        warmUp: "0ms",
        grace,
        calibrate: false,
      },
    }),
  );
}
