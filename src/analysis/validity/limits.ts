import { versions } from "../../base/version.ts";
import type { RunResult } from "../../result/schema.ts";

/**
 * From where on the instrument's own lateness counts, in ms. Each limit is the larger of a fixed one, below which
 * no machine is still, and a part of what the run measured: what is small beside the services harms no figure.
 */
export type LatenessLimits = {
  readonly suspectMedianMs: number;
  readonly suspectP99Ms: number;
  readonly worthlessMedianMs: number;
  readonly worthlessP99Ms: number;
  readonly suspectLoopMs: number;
  readonly worthlessLoopMs: number;
};

/** A pacer with a core to itself stays under 0.2 ms at p99; five times that is no longer chance. */
const suspectLagMs = 1;
/** At the median even half of it means that every second request waited for the driver. */
const suspectMedianLagMs = 0.5;
/** A scheduler's slice is 3–10 ms: more at p99 means that the driver queues for a core all the time. */
const worthlessLagMs = 10;
const worthlessMedianLagMs = 2;
/** Node's timers are whole ms and the probe ticks each 10 ms: less than a tick is the probe's own noise. */
const suspectLoopDelayMs = 10;
const worthlessLoopDelayMs = 25;
/** The rule of ten: an instrument is to be ten times finer than what it measures. */
const suspectPartOfP99 = 0.1;
/** A median is known to a few per cent, and two versions are often compared at that. */
const suspectPartOfMedian = 0.05;
/** With a quarter of a figure made by the instrument, no verdict within 20 % can be told any more. */
const worthlessPart = 0.25;

/** From this share of worthless seconds on the run as a whole is: its p99 then rests on them. */
export const worthlessSecondsShare = 0.25;
/** Up to this share of late seconds, pauses come now and then: the rate isn't what is too much. */
export const fewSecondsShare = 0.1;
/** A process whose main thread uses this share of a core has no room for a burst. */
export const fullCore = 0.85;
/** Stopped in one period of twenty, a quota shows at p95. */
export const throttledLimit = 0.05;
/** The same for time that the hypervisor gave to others. */
export const stealLimit = 0.05;
/** Ready and without a core for one moment of twenty. */
export const starvedLimit = 0.05;
/** The machine has no free core where less than this share of its time is idle. */
export const fullMachine = 0.9;
/** A pause shorter than this may be a disk or a page fault; longer, with no CPU used or awaited, a stop. */
export const stopMs = 100;
/** Connections that fail for want of ports or descriptors are requests that no service ever saw. */
export const boundFailureShare = 0.001;
/** Kernel and runtime need some of both; notes of a run begin here. */
export const nearPortLimit = 0.7;
export const nearDescriptorLimit = 0.8;
/** Drivers share one schedule evenly; beyond chance (4.5 σ) and this share, one of them did not do its part. */
export const spreadLimit = 0.05;
export const spreadSigmas = 4.5;
/** An SLO below so many floors is judged by the instrument as much as by the service. */
export const floorsInTarget = 10;

/** The limits for a run, from its round trips: they hold no lateness of the pacer. */
export function latenessLimits({ totals }: RunResult): LatenessLimits {
  const medianMs = smallest(totals, "p50");
  const p99Ms = smallest(totals, "p99");
  return {
    suspectMedianMs: Math.max(suspectMedianLagMs, medianMs * suspectPartOfMedian),
    suspectP99Ms: Math.max(suspectLagMs, p99Ms * suspectPartOfP99),
    worthlessMedianMs: Math.max(worthlessMedianLagMs, medianMs * worthlessPart),
    worthlessP99Ms: Math.max(worthlessLagMs, p99Ms * worthlessPart),
    suspectLoopMs: Math.max(suspectLoopDelayMs, p99Ms * suspectPartOfP99),
    worthlessLoopMs: Math.max(worthlessLoopDelayMs, p99Ms * worthlessPart),
  };
}

/** Of the faster version; 0 where neither has the figure, so that the fixed limits hold. */
function smallest({ versions: arms }: RunResult["totals"], name: "p50" | "p99"): number {
  const known = versions.flatMap((version) => {
    const { partsMs, responseTimeMs } = arms[version];
    return (partsMs.roundTrip ?? responseTimeMs)[name] ?? [];
  });
  return known.length === 0 ? 0 : Math.min(...known);
}
