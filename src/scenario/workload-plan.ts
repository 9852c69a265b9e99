import { invariant } from "../base/invariant.ts";
import { runLengthMs } from "./run-length.ts";
import type { Scenario } from "./schema.ts";
import type { RateShape } from "./workload-schema.ts";

/** Open: requests come whatever happens to the earlier ones. Closed: each user waits, thinks, asks again. */
export type LoadPlan =
  | { readonly kind: "open"; readonly arrivals: "poisson" | "constant"; readonly curve: RateCurve }
  | { readonly kind: "trace"; readonly file: string; readonly speed: number }
  | {
      readonly kind: "closed";
      readonly users: number;
      readonly thinkTimeMs: number;
      readonly thinkTime: "exponential" | "constant";
    };

/** Pieces in time order without gaps; within each the rate goes in a straight line. */
export type RateCurve = readonly RatePiece[];
export type RatePiece = {
  readonly startMs: number;
  readonly endMs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
};

export type EndpointPlan = {
  readonly name: string;
  readonly method: string;
  /** May hold `{1..1000}`, `{uuid}`, `{user}`. */
  readonly path: string;
  /** Its share of all requests, 0–1; the shares of a plan add up to 1. */
  readonly share: number;
  readonly write: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

export function planLoad(scenario: Scenario): LoadPlan {
  const { workload } = scenario;
  if (typeof workload.arrivals === "object") {
    return { kind: "trace", file: workload.arrivals.trace, speed: workload.arrivals.speed };
  }
  if (workload.thinkTime !== undefined) {
    return {
      kind: "closed",
      users: scenario.users,
      thinkTimeMs: workload.thinkTime,
      thinkTime: workload.arrivals === "poisson" ? "exponential" : "constant",
    };
  }
  return { kind: "open", arrivals: workload.arrivals, curve: planCurve(scenario) };
}

/** The warm-up runs at the rate with which the measured part begins. */
function planCurve(scenario: Scenario): RateCurve {
  const { warmUp } = scenario.run;
  const measured = measuredCurve(scenario, runLengthMs(scenario));
  const first = measured[0];
  invariant(first !== undefined, "a curve has at least one piece");
  if (warmUp === 0) return measured;
  const rate = first.fromPerSecond;
  return [{ startMs: -warmUp, endMs: 0, fromPerSecond: rate, toPerSecond: rate }, ...measured];
}

function measuredCurve(scenario: Scenario, durationMs: number): RateCurve {
  const { ratePerSecond } = scenario.workload;
  if (typeof ratePerSecond === "object") return shapeCurve(ratePerSecond, durationMs);
  return [flat(0, durationMs, ratePerSecond ?? peakRatePerSecond(scenario))];
}

function peakRatePerSecond({ users, workload }: Scenario): number {
  return (users * (workload.requestsPerUserPerDay ?? 0) * workload.peakFactor) / 86_400;
}

const dailyPieces = 96;

export function shapeCurve(shape: RateShape, durationMs: number): RateCurve {
  if ("ramp" in shape) {
    const { from, to, over } = shape.ramp;
    const climbMs = Math.min(over ?? durationMs, durationMs);
    const reached = from + ((to - from) * climbMs) / (over ?? durationMs);
    const climb = { startMs: 0, endMs: climbMs, fromPerSecond: from, toPerSecond: reached };
    return climbMs < durationMs ? [climb, flat(climbMs, durationMs, to)] : [climb];
  }
  if ("steps" in shape) return stepCurve(shape.steps, durationMs);
  if ("spike" in shape) {
    const { base, peak, at, for: lengthMs } = shape.spike;
    const edges = [0, Math.min(at, durationMs), Math.min(at + lengthMs, durationMs), durationMs];
    const rates = [base, peak, base];
    return rates
      .map((rate, index) => flat(edges[index] ?? 0, edges[index + 1] ?? 0, rate))
      .filter((piece) => piece.endMs > piece.startMs);
  }
  const { low, high, period } = shape.daily;
  const pieceMs = period / dailyPieces;
  const rateAt = (ms: number) => low + ((high - low) * (1 - Math.cos((2 * Math.PI * ms) / period))) / 2;
  return Array.from({ length: Math.ceil(durationMs / pieceMs) }, (_, index) => {
    const startMs = index * pieceMs;
    const endMs = Math.min(startMs + pieceMs, durationMs);
    return { startMs, endMs, fromPerSecond: rateAt(startMs), toPerSecond: rateAt(endMs) };
  });
}

type Step = { readonly rate: number; readonly for: number };

function stepCurve(steps: readonly Step[], durationMs: number): RateCurve {
  const pieces: RatePiece[] = [];
  let startMs = 0;
  for (const [index, step] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const endMs = isLast ? durationMs : Math.min(startMs + step.for, durationMs);
    if (endMs > startMs) pieces.push(flat(startMs, endMs, step.rate));
    startMs = endMs;
  }
  return pieces;
}

export function flat(startMs: number, endMs: number, ratePerSecond: number): RatePiece {
  return { startMs, endMs, fromPerSecond: ratePerSecond, toPerSecond: ratePerSecond };
}

export function planEndpoints(requests: Scenario["workload"]["requests"]): readonly EndpointPlan[] {
  const totalWeight = requests.reduce((sum, request) => sum + request.weight, 0);
  invariant(totalWeight > 0, "the weights of the requests add up to more than 0");
  return requests.map((request) => ({
    name: request.name ?? `${request.method} ${request.path}`,
    method: request.method,
    path: request.path,
    share: request.weight / totalWeight,
    write: request.write ?? !["GET", "HEAD", "OPTIONS"].includes(request.method),
    headers: bodyHeaders(request.headers, request.body),
    body: bodyText(request.body),
  }));
}

function bodyText(body: unknown): string | undefined {
  if (body === undefined) return undefined;
  return typeof body === "string" ? body : JSON.stringify(body);
}

function bodyHeaders(headers: Record<string, string>, body: unknown): Record<string, string> {
  const hasType = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  if (body === undefined || hasType) return { ...headers };
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json";
  return { ...headers, "content-type": type };
}
