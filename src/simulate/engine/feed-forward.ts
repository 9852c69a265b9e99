import { randomStream } from "../../base/random.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { serviceTimeSampler } from "../../workload/service-time.ts";
import { type SimulationSettings, simulatedServices } from "../settings.ts";
import type { Steps } from "../steps.ts";
import { Balancer } from "./balancer.ts";
import { asksOneByOne } from "./database.ts";
import { addDurations, type DurationCounts, emptyDurations, recordZeros } from "./duration-counts.ts";
import { LittlesLaw } from "./littles-law.ts";
import type { ReplicationData } from "./replication-data.ts";
import { RequestSource, type VersionIndex } from "./request-source.ts";
import { retryColumns } from "./retry-desk.ts";
import type { SimulationInput } from "./simulation-input.ts";
import { SlotClock } from "./slot-clock.ts";
import { Stays } from "./stays.ts";
import {
  CellFinder,
  emptyTally,
  ending,
  errorClass,
  partColumn,
  simulatedParts,
  type Tally,
} from "./tally.ts";
import { TallyWriter } from "./tally-writer.ts";
import { emptyLevels, level } from "./time-averages.ts";
import { coldnessAt } from "./version-states.ts";

/**
 * Whether requests only ever wait in one line before slots, and nothing that comes later can change what happens
 * to them: then a request's end is known when it comes, and no events are needed.
 */
export function isFeedForward(plan: RunPlan, settings: SimulationSettings): boolean {
  const services = simulatedServices(plan);
  const both = [services.old, services.new];
  const picksBlindly =
    ["pooled", "random", "roundRobin"].includes(settings.loadBalancing) ||
    both.every(({ replicas }) => replicas === 1);
  return (
    plan.load.kind !== "closed" &&
    !hasFeedback(plan) &&
    plan.mirror === undefined &&
    !asksOneByOne(plan) &&
    plan.faults.length === 0 &&
    plan.rollout === undefined &&
    settings.splitterMs === 0 &&
    settings.networkMs === 0 &&
    both.every(({ cpuPerRequestMs }) => cpuPerRequestMs === 0) &&
    both.every(({ concurrency }) => concurrency <= plan.connections.perAddress) &&
    picksBlindly
  );
}

/** Whether how requests end decides what becomes of later ones. */
function hasFeedback({ retries, breaker, ejection, services }: RunPlan): boolean {
  const isScaled = services.old.autoscaler !== undefined || services.new.autoscaler !== undefined;
  return isScaled || retries !== undefined || breaker !== undefined || ejection !== undefined;
}

/**
 * One replication by recursions instead of events, on the same random numbers: every request has the very times that
 * the event engine gives it.
 *
 * @returns undefined when a request met a bound (its patience, a full line, the connections, the end of the run), from
 *   where on the recursions would no longer be exact
 */
export function* feedForwardSteps(input: SimulationInput): Steps<ReplicationData | undefined> {
  const { plan, arrivals, seed } = input;
  const { timeline, endpoints, limits } = plan;
  const { durationMs } = timeline;
  const lastMs = durationMs + timeline.graceMs;
  const finder = new CellFinder(timeline);
  const tally = emptyTally(finder.cells.length, timeline.stages.length, endpoints.length);
  const writer = new TallyWriter(tally, endpoints.length, { startMs: -timeline.warmUpMs, endMs: durationMs });
  const levels = emptyLevels();
  const law = new LittlesLaw(timeline);
  const source = new RequestSource(plan, seed, input.trafficSeed);
  const stays = [new Stays(levels, 0, durationMs), new Stays(levels, 1, durationMs)] as const;
  const arms = [armOf(input, source, 0), armOf(input, source, 1)] as const;
  // As many as may wait at one server so that, whatever happens at the others, no request waits for a connection.
  const spareConnections =
    (limits.maxConnections - arms[0].slotCount - arms[1].slotCount) /
    (arms[0].serverCount + arms[1].serverCount);
  let ordinal = 0;
  for (let next = arrivals.next(); next.done !== true; next = arrivals.next()) {
    const nowMs = next.value;
    const cell = finder.at(nowMs);
    const newShare = timeline.stages[finder.stage]?.newShare ?? 0;
    source.draw(ordinal);
    const version = source.versionOf(ordinal, -1, Math.round(newShare * 1e6));
    ordinal++;
    if (ordinal % requestsOfStep === 0) yield;
    const arm = arms[version];
    const slots = arm.pick();
    const waiting = slots.waitingAt(nowMs);
    const startMs = slots.startOf(nowMs);
    const isFull = startMs > nowMs && (waiting >= arm.queueBound || waiting >= spareConnections);
    const endMs = startMs + arm.workMs(startMs) + arm.storesMs();
    if (isFull || endMs - nowMs > limits.timeoutMs || endMs > lastMs) return undefined;
    slots.book(nowMs, startMs, endMs);
    writer.due(cell);
    writer.at(cell, finder.stage * 2 + version, source.endpoint);
    const failed = source.luck <= arm.errorShare;
    writer.end(
      failed ? ending.failed : ending.completed,
      failed ? errorClass.status500 : errorClass.none,
      endMs - nowMs,
    );
    law.ended(nowMs, endMs, true);
    writer.part(partColumn.serverQueue, startMs - nowMs);
    writer.part(partColumn.service, endMs - startMs);
    writer.series(nowMs, endMs - nowMs);
    stays[version].add(nowMs, startMs, endMs);
  }
  law.check(tally, { timeline, awaitedMs: levels.areas[level.awaited] as number, seed });
  addUndelayedParts(tally, finder);
  return {
    tally,
    levels,
    mirror: new Float64Array(6),
    cpuMs: new Float64Array(2),
    queries: new Float64Array(2),
    retries: new Float64Array(2 * retryColumns),
    scaling: [undefined, undefined],
    engine: "feed-forward",
    events: ordinal,
    log: [],
    reactions: [],
    overflowMs: undefined,
  };
}

/** Requests between two moments at which others may have the thread: some 25 ms. */
const requestsOfStep = 200_000;

type FeedForwardArm = {
  readonly pick: () => SlotClock;
  readonly workMs: (startMs: number) => number;
  readonly storesMs: () => number;
  readonly errorShare: number;
  readonly queueBound: number;
  readonly slotCount: number;
  readonly serverCount: number;
};

function armOf(
  { plan, settings, seed }: SimulationInput,
  source: RequestSource,
  version: VersionIndex,
): FeedForwardArm {
  const { old: oldService, new: newService } = simulatedServices(plan);
  const service = version === 0 ? oldService : newService;
  const isPooled = settings.loadBalancing === "pooled";
  const servers = isPooled ? 1 : service.replicas;
  const scale = isPooled ? service.replicas : 1;
  const clocks = Array.from({ length: servers }, () => new SlotClock(service.concurrency * scale));
  const name = version === 0 ? "balancing/old" : "balancing/new";
  const balancer = new Balancer(
    settings.loadBalancing,
    { first: 0, count: servers },
    randomStream(seed, name),
  );
  const sampler = serviceTimeSampler(service.serviceTime, () => source.work);
  const start = { startedMs: -plan.timeline.warmUpMs, coldStart: service.coldStart };
  const { readMs = 0, writeMs = 0 } = plan.stores.database ?? {};
  return {
    pick: () => clocks[balancer.pick(nobody)] as SlotClock,
    workMs: (startMs) => sampler() * coldnessAt(start, startMs),
    storesMs: () => source.cacheMs + source.reads * readMs + source.writes * writeMs,
    errorShare: service.errorShare,
    queueBound: Math.min(service.queue, plan.connections.perAddress - service.concurrency) * scale,
    slotCount: service.concurrency * service.replicas,
    serverCount: servers,
  };
}

/** Blind policies look at nobody's load. */
const nobody = new Int32Array(0);

/** Nobody waits for a connection here, so a round trip is the response time, and there is no wait for a slot of it. */
function addUndelayedParts({ histograms, parts }: Tally, { cells }: CellFinder): void {
  for (const [index, responses] of histograms.entries()) {
    if (responses === undefined) continue;
    const arm = Math.floor(index / 3);
    const stage = cells[arm >> 1]?.stage ?? 0;
    const stageArm = stage * 2 + (arm & 1);
    addDurations(columnAt(parts, stageArm * simulatedParts.length + partColumn.roundTrip), responses);
    recordZeros(columnAt(parts, stageArm * simulatedParts.length + partColumn.slotWait), responses.total);
  }
}

function columnAt(parts: Tally["parts"], index: number): DurationCounts {
  const known = parts[index];
  if (known !== undefined) return known;
  const made = emptyDurations();
  parts[index] = made;
  return made;
}
