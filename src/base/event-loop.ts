import { performance } from "node:perf_hooks";

/** How this process's own event loop did since the last sample. */
export type EventLoopSample = {
  /** Share of the time that the loop was at work, 0–1. */
  readonly utilisation: number;
  /** How much later than asked a timer of 10 ms fired, over all its firings: the longest, the p99, the mean, in ms. */
  readonly delayMaxMs: number;
  readonly delayP99Ms: number;
  readonly delayMeanMs: number;
};

export type EventLoopProbe = {
  /** What happened since the last call, or since the probe was made. */
  sample(): EventLoopSample;
  stop(): void;
};

const tickMs = 10;
/** Ticks kept between two samples: more than a minute of them. */
const maxTicks = 10_000;

/**
 * Watches the event loop of the process that calls it; costs one timer every 10 ms.
 *
 * Node's own monitor loses the interval in which it is read and reset, and with it a stall that begins there.
 */
export function eventLoopProbe(): EventLoopProbe {
  let delaysMs: number[] = [];
  let lastTickMs = performance.now();
  let since = performance.eventLoopUtilization();
  const tick = () => {
    const nowMs = performance.now();
    // A timer set to whole milliseconds may fire a fraction early: that is not a delay.
    if (delaysMs.length < maxTicks) delaysMs.push(Math.max(0, nowMs - lastTickMs - tickMs));
    lastTickMs = nowMs;
    timer.refresh();
  };
  const timer = setTimeout(tick, tickMs).unref();
  return {
    sample: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, since);
      const unfinishedMs = Math.max(0, performance.now() - lastTickMs - tickMs);
      const sample = { utilisation: utilization, ...summarise([...delaysMs, unfinishedMs]) };
      since = now;
      delaysMs = [];
      lastTickMs += unfinishedMs; // counted now, so not again with the tick to come
      return sample;
    },
    stop: () => clearTimeout(timer),
  };
}

function summarise(delaysMs: readonly number[]): Omit<EventLoopSample, "utilisation"> {
  const sorted = delaysMs.toSorted((left, right) => left - right);
  return {
    delayMaxMs: sorted.at(-1) ?? 0,
    delayP99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0,
    delayMeanMs: sorted.reduce((sum, delay) => sum + delay, 0) / sorted.length,
  };
}
