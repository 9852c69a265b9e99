import { versions } from "../../base/version.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { MockPlan, ServicePlan } from "../../scenario/service-plan.ts";
import type { SimulationSettings } from "../settings.ts";
import { Autoscaling } from "./autoscaling.ts";
import type { Balancer } from "./balancer.ts";
import type { EventHeap } from "./event-heap.ts";
import type { EventLog } from "./event-log.ts";
import type { VersionIndex } from "./request-source.ts";
import type { ServerSide } from "./server-side.ts";

type Parts = {
  readonly plan: RunPlan;
  readonly settings: SimulationSettings;
  readonly services: readonly [MockPlan, MockPlan];
  readonly balancers: readonly [Balancer, Balancer];
  readonly servers: ServerSide;
  readonly heap: EventHeap;
  readonly log: EventLog;
};

/** The autoscaler of each version that has one. */
export function autoscalings(parts: Parts): readonly [Autoscaling | undefined, Autoscaling | undefined] {
  return [autoscalingOf(parts, 0), autoscalingOf(parts, 1)];
}

/** Servers for all that an autoscaler may ask for. */
export function withRoom(service: MockPlan, { autoscaler }: ServicePlan): MockPlan {
  return autoscaler === undefined ? service : { ...service, replicas: autoscaler.maxReplicas };
}

function autoscalingOf(parts: Parts, version: VersionIndex): Autoscaling | undefined {
  const { plan, settings, services, balancers, servers, heap, log } = parts;
  const { autoscaler } = plan.services[versions[version]];
  if (autoscaler === undefined) return undefined;
  const { replicas, concurrency } = services[version];
  return new Autoscaling({
    plan: autoscaler,
    version,
    replicas,
    startMs: -plan.timeline.warmUpMs,
    endMs: plan.timeline.durationMs,
    unitsPerServer: autoscaler.metric === "cpu" ? settings.coresPerServer : concurrency,
    range: servers.ranges[version],
    balancer: balancers[version],
    heap,
    log,
    cpuDoneMs: (nowMs) => servers.cpuDoneMs(version, nowMs),
  });
}
