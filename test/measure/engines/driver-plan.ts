import { deepFreeze } from "../../../src/base/deep-freeze.ts";
import type { DriverPlan } from "../../../src/measure/driver/messages.ts";
import type { RequestLimits } from "../../../src/scenario/plan.ts";
import type { RetryPlan } from "../../../src/scenario/retry-plan.ts";
import type { EndpointPlan, LoadPlan } from "../../../src/scenario/workload-plan.ts";

export type PlanChoices = {
  readonly load?: LoadPlan;
  readonly durationMs?: number;
  readonly warmUpMs?: number;
  readonly graceMs?: number;
  readonly endpoints?: readonly Partial<EndpointPlan>[];
  readonly limits?: Partial<RequestLimits>;
  readonly split?: Partial<DriverPlan["split"]>;
  readonly engine?: DriverPlan["engine"];
  readonly retries?: Partial<RetryPlan>;
};

/** Three more times, at once. */
const usualRetries: RetryPlan = {
  times: 3,
  methods: ["GET"],
  attemptTimeoutMs: undefined,
  backoffMs: 0,
  maxBackoffMs: 1000,
  jitter: "none",
  budget: undefined,
};

/** A plan for tests: half a second, all requests to `/ok`, all to old. */
export function driverPlan(choices: PlanChoices = {}): DriverPlan {
  const { durationMs = 500, warmUpMs = 0, graceMs = 1000 } = choices;
  const endpoints = choices.endpoints ?? [{}];
  return deepFreeze({
    hash: "test",
    seed: 1,
    users: 100,
    load: choices.load ?? constantLoad(200, durationMs),
    endpoints: endpoints.map((endpoint, index) => ({
      name: `endpoint ${index}`,
      method: "GET",
      path: "/ok",
      share: 1 / endpoints.length,
      write: false,
      headers: {},
      body: undefined,
      ...endpoint,
    })),
    limits: { timeoutMs: 5000, maxConnections: 1000, maxQueueAgeMs: 1000, ...choices.limits },
    timeline: {
      warmUpMs,
      durationMs,
      graceMs,
      stages: [
        ...(warmUpMs > 0
          ? [{ name: "warm-up", startMs: -warmUpMs, endMs: 0, warmUp: true, newShare: 0 }]
          : []),
        { name: "main", startMs: 0, endMs: durationMs, warmUp: false, newShare: 0 },
      ],
    },
    split: {
      seed: 1,
      newPerMillion: 0,
      by: "request",
      userKey: { kind: "header", name: "x-user-id" },
      flags: [],
      ...choices.split,
    },
    engine: choices.engine ?? "open-loop",
    ...(choices.retries !== undefined && { retries: { ...usualRetries, ...choices.retries } }),
  } satisfies DriverPlan);
}

export function constantLoad(ratePerSecond: number, durationMs: number, warmUpMs = 0): LoadPlan {
  return {
    kind: "open",
    arrivals: "constant",
    curve: [
      { startMs: -warmUpMs, endMs: durationMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond },
    ],
  };
}

export function closedLoad(users: number, thinkTimeMs: number): LoadPlan {
  return { kind: "closed", users, thinkTimeMs, thinkTime: "exponential" };
}
