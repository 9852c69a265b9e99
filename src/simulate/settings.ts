import { UserError } from "../base/errors.ts";
import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import type { CapacityPlan } from "../scenario/capacity-plan.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { MockPlan } from "../scenario/service-plan.ts";

/** What a simulation needs beyond the plan. Each value that isn't known is stated as an assumption. */
export type SimulationSettings = {
  /** CPU time that the splitter takes for each request, on one core. */
  readonly splitterMs: number;
  /** From the driver to the service and back, without the splitter's own time. */
  readonly networkMs: number;
  readonly loadBalancing: CapacityPlan["loadBalancing"];
  readonly coresPerServer: number;
  /** `inTurn`: one request after another, as an event loop does. `shared`: all at once, each more slowly. */
  readonly cpu: "inTurn" | "shared";
};

export function settingsFor(plan: RunPlan, chosen: Partial<SimulationSettings> = {}): SimulationSettings {
  return {
    splitterMs: 0,
    networkMs: 0,
    loadBalancing: plan.capacity.loadBalancing,
    coresPerServer: plan.capacity.coresPerServer,
    cpu: "inTurn",
    ...chosen,
  };
}

/**
 * What stands in for each version.
 *
 * @throws UserError scenario-invalid for a service given by its url of which no service time is known
 */
export function simulatedServices(plan: RunPlan): PerVersion<MockPlan> {
  if (plan.secondService !== undefined)
    throw new UserError(
      "not-built-yet",
      "services.second can't be simulated; leave it out, or run the scenario",
    );
  return perVersion((version) => simulatedService(plan, version));
}

/** The bounds that a mock has where the scenario names none. */
const assumedSlots = 64;
const assumedQueue = 1000;

function simulatedService({ services, capacity }: RunPlan, version: Version): MockPlan {
  const { target } = services[version];
  if (target.kind === "mock") return target.mock;
  if (capacity.serviceTimeMs === undefined) {
    throw new UserError(
      "scenario-invalid",
      `services.${version} is known by its url only; set capacity.serviceTime to its mean service time to simulate it`,
    );
  }
  return {
    serviceTime: { law: "exponential", meanMs: capacity.serviceTimeMs },
    concurrency: capacity.slotsPerServer ?? assumedSlots,
    queue: assumedQueue,
    replicas: 1,
    cpuPerRequestMs: 0,
    errorShare: 0,
    responseBytes: 0,
    coldStart: undefined,
  };
}
