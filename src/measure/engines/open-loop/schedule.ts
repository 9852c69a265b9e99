import { UserError } from "../../../base/errors.ts";
import { invariant } from "../../../base/invariant.ts";
import type { EndpointPlan } from "../../../scenario/workload-plan.ts";
import { type Arrival, openArrivals, shareOfArrivals } from "../../../workload/arrivals.ts";
import type { TraceEntry } from "../../../workload/trace.ts";
import type { EngineOptions } from "../engine.ts";
import type { TracedRequest } from "../http/request-builder.ts";

/** A request to come: when, and what it asks where a trace says so. */
export type ScheduledRequest = Arrival & { readonly traced?: TracedRequest };

/** This driver's part of the plan's schedule, in time order. */
export function schedule({ plan, driver, of, inputs }: EngineOptions): Iterator<ScheduledRequest> {
  const { load, seed, endpoints } = plan;
  invariant(load.kind !== "closed", "a closed load has no schedule");
  if (load.kind === "open") return shareOfArrivals(openArrivals(load, seed), driver, of);
  const traced = inputs.trace.map((entry) => findEndpoint(entry, endpoints));
  return tracedRequests(inputs.trace, traced, driver, of);
}

function* tracedRequests(
  trace: readonly TraceEntry[],
  requests: readonly (TracedRequest | undefined)[],
  driver: number,
  of: number,
): Generator<ScheduledRequest> {
  for (const arrival of shareOfArrivals(times(trace), driver, of)) {
    const traced = requests[arrival.ordinal];
    yield traced === undefined ? arrival : { ...arrival, traced };
  }
}

function* times(trace: readonly TraceEntry[]): Generator<number> {
  for (const entry of trace) yield entry.atMs;
}

/**
 * Which of the plan's requests an entry is; its figures are booked there. An entry without a path is dealt by
 * the mix.
 */
function findEndpoint(
  { method = "GET", path, atMs }: TraceEntry,
  endpoints: readonly EndpointPlan[],
): TracedRequest | undefined {
  if (path === undefined) return undefined;
  const endpoint = endpoints.findIndex(
    (candidate) => candidate.method === method && matches(candidate, path),
  );
  if (endpoint !== -1) return { endpoint, path };
  throw new UserError(
    "scenario-invalid",
    `the trace asks ${method} ${path} at ${atMs} ms, which is none of workload.requests; add it there`,
  );
}

/** A placeholder stands for anything up to the next slash. */
function matches({ path }: EndpointPlan, asked: string): boolean {
  const fixed = path.split(/\{[^{}]*\}/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${fixed.join("[^/]*")}$`).test(asked);
}
