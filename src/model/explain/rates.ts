import { formatDurationMs, formatNumber } from "../../base/units.ts";
import type { CapacityPoint } from "../capacity-point.ts";
import type { ModelInputs } from "../inputs.ts";
import { type Explained, quantity } from "./explained.ts";

/** Requests per second, connections, and requests in the system. */
export function explainRates(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  const { averagePerSecond, peakPerSecond, connections, users } = point.load;
  const average = quantity("averageRate", averagePerSecond, "requests/s");
  return [
    explainAverage(inputs, users, averagePerSecond),
    {
      name: "peak rate",
      formula: "averageRate × peakFactor",
      inputs: [
        average,
        quantity("peakFactor", averagePerSecond === 0 ? 1 : peakPerSecond / averagePerSecond),
      ],
      result: quantity("peakRate", peakPerSecond, "requests/s"),
      source: "the scenario's peak",
    },
    {
      name: "concurrent users",
      formula: "users × connectedShare",
      inputs: [quantity("users", users, "users"), quantity("connectedShare", inputs.capacity.connectedShare)],
      result: quantity("connections", connections, "connections"),
      source: "definition",
      assumption: "Every connected user holds one connection.",
    },
    ...explainConcurrency(inputs, point),
  ];
}

function explainAverage({ demand }: ModelInputs, users: number, averagePerSecond: number): Explained {
  const common = { name: "average rate", result: quantity("averageRate", averagePerSecond, "requests/s") };
  const people = quantity("users", users, "users");
  if (demand.requestsPerUserPerDay !== undefined) {
    return {
      ...common,
      formula: "users × requestsPerUserPerDay ÷ secondsPerDay",
      inputs: [
        people,
        quantity("requestsPerUserPerDay", demand.requestsPerUserPerDay, "requests"),
        quantity("secondsPerDay", 86_400, "s"),
      ],
      source: "definition",
    };
  }
  if (demand.trace !== undefined) return { ...common, ...traceStep(people, demand) };
  const isClosed = demand.kind === "closed";
  return {
    ...common,
    formula: "users × ratePerUser",
    inputs: [people, quantity("ratePerUser", demand.averagePerUser, "requests/s")],
    source: isClosed ? "asymptotic bound of closed users, N ÷ (Z + S)" : "the scenario's rate ÷ its users",
    assumption: isClosed
      ? "Users wait at least for the service time; queues would make them ask less often."
      : "Every user asks as often as those of the scenario.",
  };
}

function traceStep(people: Explained["result"], { averagePerUser, trace }: ModelInputs["demand"]) {
  const seconds = formatDurationMs(trace?.windowMs ?? 0);
  return {
    formula: "users × ratePerUser",
    inputs: [people, quantity("ratePerUser", averagePerUser, "requests/s")],
    source: `${formatNumber(trace?.requests ?? 0)} requests of the trace in ${formatDurationMs(trace?.spanMs ?? 0)} ÷ the scenario's users`,
    assumption: `Every user asks as often as those of the trace; its busiest ${seconds} are the peak.`,
  };
}

function explainConcurrency({ services, split }: ModelInputs, point: CapacityPoint): readonly Explained[] {
  const { old, new: fresh } = services;
  if (point.concurrentRequests === undefined || old.law === undefined || fresh.law === undefined) return [];
  return [
    {
      name: "requests worked on at once",
      formula: "peakRate × (oldServiceTime × (1 − newShare) + newServiceTime × newShare) ÷ 1000",
      inputs: [
        quantity("peakRate", point.load.peakPerSecond, "requests/s"),
        quantity("oldServiceTime", old.law.meanMs, "ms"),
        quantity("newServiceTime", fresh.law.meanMs, "ms"),
        quantity("newShare", split.newShare),
      ],
      result: quantity("concurrentRequests", point.concurrentRequests, "requests"),
      source: "Little's law (J. D. C. Little, 1961)",
    },
  ];
}
