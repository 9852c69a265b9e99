import { systemClock } from "../base/clock.ts";
import { type EventLoopProbe, eventLoopProbe } from "../base/event-loop.ts";
import { invariant } from "../base/invariant.ts";
import { type Version, versions } from "../base/version.ts";
import type { ProcessResources, ResourceSample } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { AnyProcess } from "./child-process.ts";
import { sampleProcesses } from "./host/process-sampler.ts";
import { sampleMachine } from "./host/system-sampler.ts";
import { LoopBook } from "./loop-book.ts";
import type { RunLog } from "./run-log.ts";
import type { Services } from "./services.ts";

const sampleEveryMs = 1000;
const coordinator = "coordinator";

export type Sampling = {
  readonly plan: RunPlan;
  readonly services: Services;
  /** Splitter and drivers. */
  readonly own: readonly AnyProcess[];
  readonly log: RunLog;
};

/** Watches the machine, and every process of the run: our own, and those of real services whose pid is known. */
export async function sampleResources(sampling: Sampling, signal: AbortSignal): Promise<void> {
  const probe = eventLoopProbe();
  try {
    await Promise.all([watchMachine(sampling.log, signal), watchProcesses(sampling, probe, signal)]);
  } finally {
    probe.stop();
  }
}

async function watchMachine(log: RunLog, signal: AbortSignal): Promise<void> {
  for await (const use of sampleMachine({ clock: systemClock, everyMs: sampleEveryMs, signal })) {
    log.add({ type: "system", sample: { ...use, atMs: log.planMs(use.atMs) } });
  }
}

async function watchProcesses(
  { plan, services, own, log }: Sampling,
  probe: EventLoopProbe,
  signal: AbortSignal,
): Promise<void> {
  const roles = new Map<string, ProcessResources["role"]>();
  const loops = new LoopBook();
  const watch = (name: string, role: ProcessResources["role"], pid: number) => {
    roles.set(name, role);
    return { process: name, pid };
  };
  const processes = () => {
    loops.tell(coordinator, probe.sample());
    return [
      ...[...services.processes, ...own].map((child) => {
        loops.follow(child);
        return watch(child.name, child.role, child.pid);
      }),
      ...(services.realStores?.keepers ?? []).map(({ name, pid, isGroup }) => ({
        ...watch(name, "store", pid),
        isGroup,
      })),
      ...realProcesses(plan).map(({ version, pid }) => watch(version, version, pid)),
      watch(coordinator, "coordinator", process.pid),
    ];
  };
  const samples = sampleProcesses({ processes, clock: systemClock, everyMs: sampleEveryMs, signal });
  for await (const { process: name, ...sample } of samples) {
    const role = roles.get(name);
    invariant(role !== undefined, "a sampled process was named");
    const { atMs, cpuShare, starvedShare, rssBytes, openFiles, threads } = sample;
    const loop = loops.take(name);
    const figures = { cpuShare, starvedShare, rssBytes, openFiles, threads };
    const loopFigures = { eventLoopDelayMs: loop?.delayP99Ms, loopUtilisation: loop?.utilisation };
    log.add({
      type: "resource",
      process: name,
      role,
      sample: { atMs: log.planMs(atMs), ...known({ ...figures, ...loopFigures }) },
    });
  }
}

type Figures = Omit<ResourceSample, "atMs">;

/** Without the figures that nobody could tell. */
function known(figures: { readonly [name in keyof Figures]: Figures[name] | undefined }): Figures {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}

function realProcesses(plan: RunPlan): readonly { readonly version: Version; readonly pid: number }[] {
  return versions.flatMap((version) => {
    const { target } = plan.services[version];
    return target.kind === "url" && target.pid !== undefined ? [{ version, pid: target.pid }] : [];
  });
}
