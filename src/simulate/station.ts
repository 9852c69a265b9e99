import { invariant } from "../base/invariant.ts";
import { randomStream } from "../base/random.ts";
import type { ServiceTimePlan } from "../scenario/service-plan.ts";
import { serviceTimeSampler } from "../workload/service-time.ts";
import { type DurationCounts, emptyDurations, recordDuration } from "./engine/duration-counts.ts";
import { replaceLeast } from "./engine/least-heap.ts";

/** One line before so many equal slots, with independent requests: the cell out of which large systems are made. */
export type Station = {
  readonly ratePerSecond: number;
  readonly serviceTime: ServiceTimePlan;
  readonly slots: number;
};

export type StationRun = {
  /** Requests counted, after as many as `warmUp` says that aren't. */
  readonly requests: number;
  readonly warmUp: number;
  readonly seed: number;
};

/** Waits and response times of the requests counted. */
export type StationTimes = { readonly waits: DurationCounts; readonly responses: DurationCounts };

/** Requests worked on column by column: few enough for the cache, many enough to hide the loops' own cost. */
const columnLength = 4096;

/**
 * Waits and responses of a station with independent exponential gaps, column by column: gaps, service times, then
 * the recursion over them. Nothing but time is looked at: no versions, bounds or faults.
 *
 * Source: D. V. Lindley, "The theory of queues with a single server" (1952); Kiefer and Wolfowitz (1955).
 */
export function simulateStation(station: Station, run: StationRun): StationTimes {
  invariant(station.ratePerSecond > 0 && station.slots >= 1, "a station has a load and at least one slot");
  const gapUniform = randomStream(run.seed, "arrivals");
  const sample = serviceTimeSampler(station.serviceTime, randomStream(run.seed, "work"));
  const meanGapMs = 1000 / station.ratePerSecond;
  const gapsMs = new Float64Array(columnLength);
  const servicesMs = new Float64Array(columnLength);
  const waitsMs = new Float64Array(columnLength);
  const recursion = station.slots === 1 ? oneSlot() : severalSlots(station.slots);
  const times = { waits: emptyDurations(), responses: emptyDurations() };
  const total = run.warmUp + run.requests;
  for (let done = 0; done < total; done += columnLength) {
    for (let row = 0; row < columnLength; row++) gapsMs[row] = -Math.log(gapUniform()) * meanGapMs;
    for (let row = 0; row < columnLength; row++) servicesMs[row] = sample();
    recursion(gapsMs, servicesMs, waitsMs);
    const end = Math.min(columnLength, total - done);
    for (let row = Math.max(0, run.warmUp - done); row < end; row++) {
      const waitMs = waitsMs[row] as number;
      recordDuration(times.waits, waitMs);
      recordDuration(times.responses, waitMs + (servicesMs[row] as number));
    }
  }
  return times;
}

/** Fills a column of waits from one of gaps (to the request before) and one of service times. */
type Recursion = (gapsMs: Float64Array, servicesMs: Float64Array, waitsMs: Float64Array) => void;

function oneSlot(): Recursion {
  let workLeftMs = 0;
  return (gapsMs, servicesMs, waitsMs) => {
    for (let row = 0; row < gapsMs.length; row++) {
      const waitMs = Math.max(0, workLeftMs - (gapsMs[row] as number));
      waitsMs[row] = waitMs;
      workLeftMs = waitMs + (servicesMs[row] as number);
    }
  };
}

/** The times at which the slots come free, in a heap whose least is replaced; counted from the last arrival's clock. */
function severalSlots(slots: number): Recursion {
  const freeAtMs = new Float64Array(slots);
  let nowMs = 0;
  return (gapsMs, servicesMs, waitsMs) => {
    for (let row = 0; row < gapsMs.length; row++) {
      nowMs += gapsMs[row] as number;
      const startMs = Math.max(nowMs, freeAtMs[0] as number);
      waitsMs[row] = startMs - nowMs;
      replaceLeast(freeAtMs, startMs + (servicesMs[row] as number));
    }
  };
}
