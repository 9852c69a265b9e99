import { UserError } from "../base/errors.ts";
import { assertNever } from "../base/invariant.ts";
import { type PerVersion, versions } from "../base/version.ts";
import type { HabitsPlan } from "../scenario/capacity-plan.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { RateCurve } from "../scenario/workload-plan.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import type { TraceRates } from "./trace-rates.ts";

/** Requests per second of one user, on average and at the busiest time, and where that comes from. */
export type Demand = {
  readonly kind: "habits" | "rate" | "closed" | "trace";
  readonly averagePerUser: number;
  readonly peakPerUser: number;
  readonly requestsPerUserPerDay: number | undefined;
  readonly peakFactor: number | undefined;
  /** For closed users: the pause, and the service time they wait for. */
  readonly thinkTimeMs: number | undefined;
  /** For a trace: what its times say. */
  readonly trace: TraceRates | undefined;
};

/** What a demand may be read from, beside the plan. */
type Sources = {
  readonly services: PerVersion<ServiceInputs>;
  readonly trace: TraceRates | undefined;
};

/**
 * Reads the demand of one user from the scenario's habits, or from the load of its run.
 *
 * @throws UserError `not-built-yet` for a trace without its rates
 */
export function planDemand({ habits, load, users }: RunPlan, { services, trace }: Sources): Demand {
  if (habits !== undefined) return habitualDemand(habits);
  switch (load.kind) {
    case "open":
      return {
        ...unknown,
        kind: "rate",
        averagePerUser: meanRatePerSecond(load.curve) / users,
        peakPerUser: peakRatePerSecond(load.curve) / users,
      };
    case "closed":
      return closedDemand(load.thinkTimeMs, services);
    case "trace":
      return tracedDemand(trace, users);
    default:
      return assertNever(load);
  }
}

/** What only some kinds of demand know. */
const unknown = {
  requestsPerUserPerDay: undefined,
  peakFactor: undefined,
  thinkTimeMs: undefined,
  trace: undefined,
} as const;

const secondsPerDay = 86_400;

function habitualDemand(habits: HabitsPlan): Demand {
  const averagePerUser = habits.requestsPerUserPerDay / secondsPerDay;
  return {
    ...unknown,
    kind: "habits",
    averagePerUser,
    peakPerUser: averagePerUser * habits.peakFactor,
    ...habits,
  };
}

function meanRatePerSecond(curve: RateCurve): number {
  let requests = 0;
  let lengthMs = 0;
  for (const piece of curve) {
    if (piece.startMs < 0) continue;
    const pieceMs = piece.endMs - piece.startMs;
    requests += (pieceMs * (piece.fromPerSecond + piece.toPerSecond)) / 2;
    lengthMs += pieceMs;
  }
  return lengthMs === 0 ? 0 : requests / lengthMs;
}

function peakRatePerSecond(curve: RateCurve): number {
  return curve.reduce((peak, piece) => Math.max(peak, piece.fromPerSecond, piece.toPerSecond), 0);
}

/** Users who think, then wait: for the version that answers sooner, which is the higher rate. */
function closedDemand(thinkTimeMs: number, services: PerVersion<ServiceInputs>): Demand {
  const serviceMs = Math.min(...versions.map((version) => services[version].law?.meanMs ?? 0));
  const perUser = 1000 / (thinkTimeMs + serviceMs);
  return { ...unknown, kind: "closed", averagePerUser: perUser, peakPerUser: perUser, thinkTimeMs };
}

function tracedDemand(trace: TraceRates | undefined, users: number): Demand {
  if (trace === undefined) {
    throw new UserError(
      "not-built-yet",
      "workload.arrivals: the rates of the trace were not read; the model needs them, or a rate, a thinkTime or requestsPerUserPerDay.",
    );
  }
  return {
    ...unknown,
    kind: "trace",
    averagePerUser: trace.averagePerSecond / users,
    peakPerUser: trace.peakPerSecond / users,
    trace,
  };
}
