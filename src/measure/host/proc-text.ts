/**
 * Readers of the texts that Linux shows under /proc and /sys. Each gives `undefined` for a text, or an absent
 * value for a field, that is not there: a figure that wasn't measured is never 0.
 *
 * Source: proc(5), Linux Documentation/accounting/psi.rst and admin-guide/cgroup-v2.rst.
 */

/** Ticks of /proc's CPU times per second; USER_HZ is 100 on every architecture that Node runs on. */
const ticksPerSecond = 100;

export type ProcessStat = {
  /** User and system time of all threads since the start. */
  readonly cpuMs: number;
  readonly threads: number;
  /** When it started, in ticks after boot: with the pid, names a process for good. */
  readonly startTicks: number;
};

/** /proc/PID/stat; the name in parentheses may itself hold spaces and parentheses, so fields count from the last one. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const fields = text
    .slice(text.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  const [userTicks, systemTicks] = [wholeNumber(fields[11]), wholeNumber(fields[12])];
  const [threads, startTicks] = [wholeNumber(fields[17]), wholeNumber(fields[19])];
  if (userTicks === undefined || systemTicks === undefined) return undefined;
  if (threads === undefined || startTicks === undefined) return undefined;
  return { cpuMs: ((userTicks + systemTicks) * 1000) / ticksPerSecond, threads, startTicks };
}

export type ProcessStatus = {
  readonly rssBytes?: number;
  /** The main thread gave up its core, to wait. */
  readonly voluntarySwitches?: number;
  /** The main thread's core was taken away: others wanted it. */
  readonly involuntarySwitches?: number;
};

/** /proc/PID/status. A zombie has no memory, so no `rssBytes`. */
export function parseProcessStatus(text: string): ProcessStatus {
  const rssKib = labelled(text, /^VmRSS:\s+(\d+) kB$/m);
  return present({
    rssBytes: rssKib === undefined ? undefined : rssKib * 1024,
    voluntarySwitches: labelled(text, /^voluntary_ctxt_switches:\s+(\d+)$/m),
    involuntarySwitches: labelled(text, /^nonvoluntary_ctxt_switches:\s+(\d+)$/m),
  });
}

/**
 * /proc/PID/schedstat: for how long, since its start, the main thread was ready to run and had no core, in ms.
 *
 * Source: Linux Documentation/scheduler/sched-stats.rst, second field, in ns.
 */
export function parseRunQueueMs(text: string): number | undefined {
  const waitNs = labelled(text, /^\d+ (\d+) \d+/);
  return waitNs === undefined ? undefined : waitNs / 1e6;
}

export type SystemCpu = {
  /** Time of all cores together since boot, in ticks. */
  readonly totalTicks: number;
  /** Neither idle nor waiting for a disk; steal is in it. */
  readonly busyTicks: number;
  /** Taken by the hypervisor for other guests. */
  readonly stealTicks: number;
};

/** The first line of /proc/stat. Guest time is in user time already, and is not counted twice. */
export function parseSystemCpu(text: string): SystemCpu | undefined {
  const line = /^cpu +(.*)$/m.exec(text)?.[1];
  if (line === undefined) return undefined;
  const ticks = line.split(/\s+/).slice(0, 8).map(Number);
  if (ticks.length < 4 || ticks.some((value) => !Number.isFinite(value))) return undefined;
  const totalTicks = ticks.reduce((sum, value) => sum + value, 0);
  const [, , , idle = 0, ioWait = 0, , , steal = 0] = ticks;
  return { totalTicks, busyTicks: totalTicks - idle - ioWait, stealTicks: steal };
}

/** /proc/pressure/cpu: for how long, since boot, at least one task waited for a core, in ms. */
export function parseCpuPressureMs(text: string): number | undefined {
  const totalUs = labelled(text, /^some .*\btotal=(\d+)/m);
  return totalUs === undefined ? undefined : totalUs / 1000;
}

/** /proc/loadavg: runnable and waiting tasks, mean over a minute. */
export function parseLoadAverage(text: string): number | undefined {
  return labelled(text, /^(\d+\.\d+) /);
}

export type CpuThrottling = {
  readonly periods: number;
  /** Periods in which the group had used up its quota and was stopped. */
  readonly throttledPeriods: number;
  readonly throttledMs: number;
};

/** A cgroup's cpu.stat: version 1 gives nanoseconds as throttled_time, version 2 microseconds as throttled_usec. */
export function parseCpuThrottling(text: string): CpuThrottling | undefined {
  const periods = labelled(text, /^nr_periods (\d+)$/m);
  const throttledPeriods = labelled(text, /^nr_throttled (\d+)$/m);
  const throttledNs = labelled(text, /^throttled_time (\d+)$/m);
  const throttledUs = labelled(text, /^throttled_usec (\d+)$/m);
  if (periods === undefined || throttledPeriods === undefined) return undefined;
  return { periods, throttledPeriods, throttledMs: (throttledNs ?? 0) / 1e6 + (throttledUs ?? 0) / 1e3 };
}

export type SocketCounts = {
  readonly tcpInUse: number;
  /** Closed by us less than a minute ago: each still holds its port. */
  readonly tcpTimeWait: number;
};

/** /proc/net/sockstat (IPv4). */
export function parseSockets(text: string): SocketCounts | undefined {
  const match = /^TCP: inuse (\d+) orphan \d+ tw (\d+)/m.exec(text);
  return match ? { tcpInUse: Number(match[1]), tcpTimeWait: Number(match[2]) } : undefined;
}

export type PortRange = { readonly first: number; readonly last: number };

/** /proc/sys/net/ipv4/ip_local_port_range. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s*$/.exec(text);
  return match ? { first: Number(match[1]), last: Number(match[2]) } : undefined;
}

export type DescriptorLimits = { readonly soft: number; readonly hard: number };

/** /proc/PID/limits, its line of open files; `unlimited` is infinite. */
export function parseDescriptorLimits(text: string): DescriptorLimits | undefined {
  const match = /^Max open files\s+(\d+|unlimited)\s+(\d+|unlimited)/m.exec(text);
  return match ? { soft: limitOf(match[1]), hard: limitOf(match[2]) } : undefined;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function labelled(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function limitOf(text: string | undefined): number {
  return text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text);
}

/** Leaves out the fields that are undefined. */
function present<T extends Record<string, number | undefined>>(
  fields: T,
): { [name in keyof T]?: Exclude<T[name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [name in keyof T]?: Exclude<T[name], undefined>;
  };
}
