import type { GeneratorHealth, ProcessResources, ResourceSample, RunResult } from "../../result/schema.ts";

/** About a second of one of the instrument's own processes, with what the machine did in that time. */
export type InstrumentSecond = {
  readonly process: string;
  readonly role: "driver" | "splitter";
  readonly startMs: number;
  readonly endMs: number;
  /** When the requests that it saw came due, at the earliest: after a pause that is well before the second. */
  readonly dueFromMs: number;
  /** How late it was: a driver its requests, the splitter its event loop (of which no median is known). */
  readonly lateP50Ms: number;
  readonly lateP99Ms: number;
  readonly lateMaxMs: number;
  /** Share of requests more than a millisecond late; drivers only. */
  readonly lateShare: number | undefined;
  /** Requests that came due; drivers only. */
  readonly due: number | undefined;
  /** Of one core. */
  readonly cpuShare: number | undefined;
  /** Share of the time that its main thread was ready and had no core. */
  readonly starvedShare: number | undefined;
  readonly machine: MachineSecond;
};

/** What is known of the machine in that time; absent where the system doesn't tell. */
export type MachineSecond = {
  readonly cores: number | undefined;
  /** Of all cores. */
  readonly cpuShare: number | undefined;
  readonly stealShare: number | undefined;
  readonly throttledShare: number | undefined;
  /** Cores used by old, new and their stores; by our own processes; by everything else. */
  readonly services: number;
  readonly instrument: number;
  readonly others: number | undefined;
};

const sampleMs = 1000;

/** Every measured second of every driver and of the splitter, in time order. */
export function instrumentSeconds(result: RunResult): readonly InstrumentSecond[] {
  const { durationMs } = result.totals;
  const drivers = result.health.flatMap((health) => (health.due > 0 ? [driverSecond(result, health)] : []));
  const splitters = result.resources.filter(({ role }) => role === "splitter");
  return [...drivers, ...splitters.flatMap((process) => splitterSeconds(result, process))]
    .filter(({ startMs, endMs }) => endMs > 0 && startMs < durationMs)
    .toSorted((left, right) => left.startMs - right.startMs);
}

export function driverName(result: RunResult, driver: number): string {
  return driverCount(result) === 1 ? "driver" : `driver-${driver + 1}`;
}

export function driverCount({ health }: RunResult): number {
  return new Set(health.map(({ driver }) => driver)).size;
}

function driverSecond(result: RunResult, health: GeneratorHealth): InstrumentSecond {
  const process = driverName(result, health.driver);
  const span = { startMs: health.atMs - health.windowMs, endMs: health.atMs };
  const resources = result.resources.find((candidate) => candidate.process === process);
  return {
    process,
    role: "driver",
    ...span,
    dueFromMs: span.startMs - health.pacerLagMaxMs,
    lateP50Ms: health.pacerLagP50Ms ?? 0,
    lateP99Ms: health.pacerLagP99Ms,
    lateMaxMs: health.pacerLagMaxMs,
    lateShare: health.lateShare,
    due: health.due,
    cpuShare: health.cpuShare,
    starvedShare: resources && mean(within(resources.samples, span), ({ starvedShare }) => starvedShare),
    machine: machineSecond(result, span),
  };
}

function splitterSeconds(result: RunResult, { process, samples }: ProcessResources): InstrumentSecond[] {
  return samples.flatMap((sample) => {
    const { atMs, eventLoopDelayMs, cpuShare, starvedShare } = sample;
    if (eventLoopDelayMs === undefined) return [];
    const span = { startMs: atMs - sampleMs, endMs: atMs };
    return [
      {
        process,
        role: "splitter",
        ...span,
        dueFromMs: span.startMs,
        lateP50Ms: 0,
        lateP99Ms: eventLoopDelayMs,
        lateMaxMs: eventLoopDelayMs,
        lateShare: undefined,
        due: undefined,
        cpuShare,
        starvedShare,
        machine: machineSecond(result, span),
      } satisfies InstrumentSecond,
    ];
  });
}

type Span = { readonly startMs: number; readonly endMs: number };

function machineSecond(result: RunResult, span: Span): MachineSecond {
  const cores = result.environment?.machineCores ?? result.environment?.cores;
  const system = within(result.system ?? [], span);
  const cpuShare = mean(system, (sample) => sample.cpuShare);
  const stealShare = most(system.map((sample) => sample.stealShare));
  const usedBy = (roles: readonly ProcessResources["role"][]) =>
    result.resources
      .filter(({ role }) => roles.includes(role))
      .reduce((sum, { samples }) => sum + (mean(within(samples, span), (sample) => sample.cpuShare) ?? 0), 0);
  const services = usedBy(["old", "new", "store"]);
  const instrument = usedBy(["driver", "splitter", "proxy", "coordinator"]);
  const ours = services + instrument;
  return {
    cores,
    cpuShare,
    stealShare,
    throttledShare: most(system.map((sample) => sample.throttledShare)),
    services,
    instrument,
    others:
      cores === undefined || cpuShare === undefined
        ? undefined
        : Math.max(0, cores * (cpuShare - (stealShare ?? 0)) - ours),
  };
}

/** Samples whose own second, the one before their moment, overlaps the span. */
function within<Sample extends Pick<ResourceSample, "atMs">>(
  samples: readonly Sample[],
  { startMs, endMs }: Span,
): readonly Sample[] {
  return samples.filter(({ atMs }) => atMs > startMs && atMs - sampleMs < endMs);
}

function mean<Sample>(
  samples: readonly Sample[],
  read: (sample: Sample) => number | undefined,
): number | undefined {
  const known = samples.flatMap((sample) => read(sample) ?? []);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function most(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
