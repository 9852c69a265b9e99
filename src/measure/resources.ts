import { systemClock } from "../base/clock.ts";
import { invariant } from "../base/invariant.ts";
import { type Version, versions } from "../base/version.ts";
import type { ProcessResources } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { AnyProcess } from "./child-process.ts";
import { sampleProcesses } from "./host/process-sampler.ts";
import type { RunLog } from "./run-log.ts";
import type { Services } from "./services.ts";

const sampleEveryMs = 1000;

export type Sampling = {
  readonly plan: RunPlan;
  readonly services: Services;
  /** Splitter and drivers. */
  readonly own: readonly AnyProcess[];
  readonly log: RunLog;
};

/** Watches every process of the run, our own and those of real services whose pid is known. */
export async function sampleResources(
  { plan, services, own, log }: Sampling,
  signal: AbortSignal,
): Promise<void> {
  const roles = new Map<string, ProcessResources["role"]>();
  const watch = (name: string, role: ProcessResources["role"], pid: number) => {
    roles.set(name, role);
    return { process: name, pid };
  };
  const processes = () => [
    ...[...services.processes, ...own].map(({ name, role, pid }) => watch(name, role, pid)),
    ...realProcesses(plan).map(({ version, pid }) => watch(version, version, pid)),
    watch("coordinator", "coordinator", process.pid),
  ];
  const samples = sampleProcesses({ processes, clock: systemClock, everyMs: sampleEveryMs, signal });
  for await (const { process: name, atMs, cpuShare, rssBytes, openFiles, threads } of samples) {
    const role = roles.get(name);
    invariant(role !== undefined, "a sampled process was named");
    log.add({
      type: "resource",
      process: name,
      role,
      sample: {
        atMs: log.planMs(atMs),
        ...(cpuShare !== undefined && { cpuShare }),
        ...(rssBytes !== undefined && { rssBytes }),
        ...(openFiles !== undefined && { openFiles }),
        ...(threads !== undefined && { threads }),
      },
    });
  }
}

function realProcesses(plan: RunPlan): readonly { readonly version: Version; readonly pid: number }[] {
  return versions.flatMap((version) => {
    const { target } = plan.services[version];
    return target.kind === "url" && target.pid !== undefined ? [{ version, pid: target.pid }] : [];
  });
}
