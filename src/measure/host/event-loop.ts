import { monitorEventLoopDelay, performance } from "node:perf_hooks";

/** How this process's own event loop did since the last sample. */
export type EventLoopSample = {
  /** Share of the time that the loop was at work, 0–1. */
  readonly utilisation: number;
  /** How much later than asked a 10 ms timer fired: the longest, the 99th percentile and the mean, in ms. */
  readonly delayMaxMs: number;
  readonly delayP99Ms: number;
  readonly delayMeanMs: number;
};

export type EventLoopProbe = {
  /** What happened since the last call, or since the probe was made. */
  sample(): EventLoopSample;
  stop(): void;
};

const resolutionMs = 10;

/** Watches the event loop of the process that calls it; costs one timer every 10 ms. */
export function eventLoopProbe(): EventLoopProbe {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  let since = performance.eventLoopUtilization();
  return {
    sample: () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, since);
      since = now;
      const sample = {
        utilisation: utilization,
        delayMaxMs: beyondResolutionMs(delays.max),
        delayP99Ms: beyondResolutionMs(delays.percentile(99)),
        delayMeanMs: beyondResolutionMs(delays.mean),
      };
      delays.reset();
      return sample;
    },
    stop: () => delays.disable(),
  };
}

/** The monitor records whole intervals between its ticks, in ns; before its first tick it has none. */
function beyondResolutionMs(intervalNs: number): number {
  if (!Number.isFinite(intervalNs) || intervalNs > 3_600e9) return 0;
  return Math.max(0, intervalNs / 1e6 - resolutionMs);
}
