import { UserError } from "../base/errors.ts";

/** The rates of a trace. */
export type TraceRates = {
  readonly requests: number;
  readonly spanMs: number;
  readonly averagePerSecond: number;
  /** In the busiest window. */
  readonly peakPerSecond: number;
  readonly windowMs: number;
};

const shortestWindowMs = 1000;
const windowsPerTrace = 60;
/** Times such as 0.3 s are not exact in ms. */
const noiseMs = 1e-6;

/**
 * Average rate, and the rate of the busiest window: a sixtieth of the trace, but at least a second.
 *
 * @param timesMs - ascending, as `parseTrace` gives them
 * @throws UserError `scenario-invalid` where the times make no rate
 */
export function traceRates(timesMs: readonly number[]): TraceRates {
  const spanMs = (timesMs.at(-1) ?? 0) - (timesMs[0] ?? 0);
  if (spanMs <= 0) {
    throw new UserError(
      "scenario-invalid",
      "workload.arrivals: a trace tells a rate only with two requests at different times.",
    );
  }
  const averagePerSecond = ((timesMs.length - 1) * 1000) / spanMs;
  const windowMs = Math.min(spanMs, Math.max(shortestWindowMs, spanMs / windowsPerTrace));
  const busiestPerSecond = (mostWithin(timesMs, windowMs) * 1000) / windowMs;
  return {
    requests: timesMs.length,
    spanMs,
    averagePerSecond,
    peakPerSecond: windowMs === spanMs ? averagePerSecond : Math.max(averagePerSecond, busiestPerSecond),
    windowMs,
  };
}

/** Most times in any window of the length, its later end left out. */
function mostWithin(timesMs: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const [index, atMs] of timesMs.entries()) {
    while ((timesMs[first] ?? 0) <= atMs - windowMs + noiseMs) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
