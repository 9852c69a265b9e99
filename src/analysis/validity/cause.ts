import type { TaintCause } from "../../result/schema.ts";
import type { InstrumentSecond, MachineSecond } from "./instrument-seconds.ts";
import { fullCore, fullMachine, starvedLimit, stealLimit, stopMs, throttledLimit } from "./limits.ts";

/**
 * Why one of the instrument's processes was late in a second. The order goes from what is proven by a counter of
 * its own to what is left: a quota and a hypervisor count what they took; a process's CPU time and its wait for a
 * core tell work from starvation; late for longer than it worked or waited, it was not allowed to run at all.
 */
export function causeOf(second: InstrumentSecond): TaintCause {
  const { role, cpuShare = 0, starvedShare, machine } = second;
  if ((machine.throttledShare ?? 0) >= throttledLimit) return "CPU quota";
  const stealShare = machine.stealShare ?? 0;
  if (stealShare >= stealLimit && stealShare >= (starvedShare ?? 0)) return "steal";
  if (cpuShare >= fullCore) return role === "driver" ? "driver out of CPU" : "splitter out of CPU";
  if (wasStopped(second)) return "process stopped";
  if (starvedShare === undefined ? isFull(machine) : starvedShare >= starvedLimit) return takerOf(machine);
  return "stalled event loop";
}

/** Late by more than all the time in which it had a core or waited for one. */
function wasStopped({
  startMs,
  endMs,
  lateMaxMs,
  cpuShare,
  starvedShare,
  machine,
}: InstrumentSecond): boolean {
  if (cpuShare === undefined) return false;
  if (starvedShare === undefined && isFull(machine)) return false;
  const accountedMs = (cpuShare + (starvedShare ?? 0)) * (endMs - startMs);
  return lateMaxMs > accountedMs + stopMs;
}

function isFull({ cpuShare = 0 }: MachineSecond): boolean {
  return cpuShare >= fullMachine;
}

/** Who used most of the machine while the process waited. */
function takerOf({ services, instrument, others }: MachineSecond): TaintCause {
  if (others !== undefined && others > services && others > instrument) {
    return "other processes took the cores";
  }
  return services > instrument ? "services took the cores" : "too few cores";
}
