import { invariant } from "../base/invariant.ts";
import { randomStream } from "../base/random.ts";
import type { ServiceTimePlan } from "../scenario/service-plan.ts";
import { type MeanEstimate, meanEstimate } from "../stats/student.ts";
import { serviceTimeMean, serviceTimeQuantile, serviceTimeSampler } from "../workload/service-time.ts";
import { durationQuantile, emptyDurations, recordDuration } from "./engine/duration-counts.ts";
import { simulateStation } from "./station.ts";

/** How many servers hold a 99th percentile? */
export type SizingQuestion = {
  readonly ratePerSecond: number;
  readonly serviceTime: ServiceTimePlan;
  readonly slotsPerServer: number;
  readonly responseP99Ms: number;
  /** `together`: one line before all servers. `apart`: each server gets its share by chance and has its own line. */
  readonly servers: "together" | "apart";
  readonly seed: number;
};

export type SizingAnswer = {
  readonly servers: number;
  /** Servers that were simulated together; those of a larger system are so many cells, beside one another. */
  readonly cellServers: number;
  readonly p99Ms: MeanEstimate;
};

/** Slots of the largest system simulated as a whole. */
const largestCellSlots = 1000;

const replications = 5;
const requests = 40_000;
const warmUp = 20_000;
/** Steps of the search for the rate that a cell carries: 2⁻¹² is finer than the simulation's own noise. */
const rateSteps = 12;

/**
 * The least number of servers whose simulated 99th percentile is within the limit. A system too large to be
 * simulated is built of equal cells that don't help one another: a count that is never too low, and the nearer to
 * that of one whole the larger the cell.
 *
 * @returns undefined when even a request that never waits takes too long
 */
export function sizeBySimulation(
  question: SizingQuestion,
  cellSlots = largestCellSlots,
): SizingAnswer | undefined {
  const { serviceTime, responseP99Ms, ratePerSecond, slotsPerServer } = question;
  invariant(ratePerSecond > 0, "there is a load");
  if (serviceTimeQuantile(serviceTime, 0.99) >= responseP99Ms) return undefined;
  const task = { ...question, luckMs: luckOf(question) };
  if (question.servers === "apart") return sizeApart(task);
  const least = Math.max(
    1,
    Math.ceil((ratePerSecond * serviceTimeMean(serviceTime)) / 1000 / slotsPerServer),
  );
  const cellServers = Math.max(1, Math.floor(cellSlots / slotsPerServer));
  return least < cellServers ? sizeTogether(task, least, cellServers) : sizeInCells(task, cellServers);
}

/** With how much longer the 99th percentile of each replication's service times came out than it is. */
type Task = SizingQuestion & { readonly luckMs: readonly number[] };

function luckOf({ serviceTime, seed }: SizingQuestion): readonly number[] {
  const exactMs = serviceTimeQuantile(serviceTime, 0.99);
  return Array.from({ length: replications }, (_, replication) => {
    const sample = serviceTimeSampler(serviceTime, randomStream(seed + replication, "work"));
    const times = emptyDurations();
    for (let request = 0; request < warmUp; request++) sample();
    for (let request = 0; request < requests; request++) recordDuration(times, sample());
    return durationQuantile(times, 0.99) - exactMs;
  });
}

function sizeTogether(question: Task, least: number, most: number): SizingAnswer {
  const estimate = (servers: number) => p99(question, question.ratePerSecond, servers);
  if (estimate(most).mean > question.responseP99Ms) return sizeInCells(question, most);
  const servers = leastThat(least, most, (count) => estimate(count).mean <= question.responseP99Ms);
  return { servers, cellServers: servers, p99Ms: estimate(servers) };
}

function sizeApart(question: Task): SizingAnswer {
  const estimate = (servers: number) => p99(question, question.ratePerSecond / servers, 1);
  let most = 1;
  while (estimate(most).mean > question.responseP99Ms) most *= 2;
  const servers = leastThat(
    Math.ceil(most / 2),
    most,
    (count) => estimate(count).mean <= question.responseP99Ms,
  );
  return { servers, cellServers: 1, p99Ms: estimate(servers) };
}

/** Searches the rate that one cell carries, then counts cells. */
function sizeInCells(question: Task, cellServers: number): SizingAnswer {
  const slots = cellServers * question.slotsPerServer;
  let low = 0;
  let high = (slots * 1000) / serviceTimeMean(question.serviceTime);
  for (let step = 0; step < rateSteps; step++) {
    const middle = (low + high) / 2;
    if (p99(question, middle, cellServers).mean <= question.responseP99Ms) low = middle;
    else high = middle;
  }
  invariant(low > 0, "a limit above the service time's own is held at some rate");
  const servers = Math.ceil((question.ratePerSecond / low) * cellServers);
  return { servers, cellServers, p99Ms: p99(question, low, cellServers) };
}

/**
 * The 99th percentile with the same random numbers whatever is asked, so that answers differ by the question alone. What
 * chance made of the service times, whose law is known, is taken off: where few wait, that is nearly all of the error,
 * and an error of 1 % would be one of 10 % in the servers.
 *
 * Source: control variates (Law, Simulation Modeling and Analysis, section 11.4), with a coefficient of 1.
 */
function p99(question: Task, ratePerSecond: number, servers: number): MeanEstimate {
  const slots = servers * question.slotsPerServer;
  const { serviceTime, seed, luckMs } = question;
  if ((ratePerSecond * serviceTimeMean(serviceTime)) / 1000 >= slots) return unbounded;
  const values = Array.from({ length: replications }, (_, replication) => {
    const run = { requests, warmUp, seed: seed + replication };
    const { responses } = simulateStation({ ratePerSecond, serviceTime, slots }, run);
    return durationQuantile(responses, 0.99) - (luckMs[replication] ?? 0);
  });
  return meanEstimate(values) ?? unbounded;
}

const unbounded: MeanEstimate = {
  mean: Number.POSITIVE_INFINITY,
  low: Number.POSITIVE_INFINITY,
  high: Number.POSITIVE_INFINITY,
  halfWidth: Number.POSITIVE_INFINITY,
  count: 0,
};

/** The least whole number of a range for which it holds, if it holds for all above it and for the largest. */
function leastThat(from: number, to: number, holds: (count: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
