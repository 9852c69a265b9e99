import { formatBytes, formatCount, formatDurationMs, formatNumber, formatShare } from "../../base/units.ts";
import type { MachineFacts } from "./machine-facts.ts";

/** One line of `twinlane doctor`. `unknown`: this system doesn't tell. */
export type MachineCheck = {
  readonly name: string;
  readonly state: "ok" | "warn" | "unknown";
  /** What was found, with its figures. */
  readonly finding: string;
  /** What to do about it; only with `warn`. */
  readonly remedy?: string;
};

/** Driver, splitter, old and new: with fewer cores they take them from one another. */
const enoughCores = 4;
/** A tenth of the CPU used by others, or a task waiting a tenth of the time, is felt at p99. */
const busyShare = 0.1;
const stealShare = 0.01;
const enoughMemoryBytes = 1e9;
/** 10,000 connections on either side of the splitter, at most 80 % of the limit. */
const enoughDescriptors = 25_000;
const enoughPorts = 20_000;
const heldPortsShare = 0.7;
/** These are read without a system call or a slow device. */
const goodClocks = ["tsc", "kvm-clock", "arch_sys_counter", "hyperv_clocksource_tsc_page"];
const slowClockReadNs = 1000;
/** The pacer spins for the last 0.12 ms: a wake-up later than that is a late request. */
const exactWaitP99Ms = 0.25;
/** As `engines` in package.json has it. */
const nodeLines = [
  { major: 22, minor: 19 },
  { major: 24, minor: 11 },
] as const;
const firstNewNodeMajor = 26;

/** What stands in the way of a measurement, or doesn't, line by line. */
export function checkMachine(facts: MachineFacts): readonly MachineCheck[] {
  return [
    node(facts),
    cores(facts),
    quota(facts),
    otherWork(facts),
    steal(facts),
    memory(facts),
    descriptors(facts),
    ports(facts),
    clockOf(facts),
    timers(facts),
  ];
}

function node({ machine }: MachineFacts): MachineCheck {
  const [major = 0, minor = 0] = machine.node.split(".").map(Number);
  const isGood =
    major >= firstNewNodeMajor || nodeLines.some((line) => line.major === major && minor >= line.minor);
  return check(
    "Node",
    `${machine.node} on ${machine.os}`,
    isGood ? undefined : "use Node 22.19, 24.11, or 26 and later",
  );
}

function cores({ machine }: MachineFacts): MachineCheck {
  const finding = `${formatCount(machine.cores)} (${machine.cpu})`;
  return check(
    "cores",
    finding,
    machine.cores >= enoughCores
      ? undefined
      : "driver, splitter and services share them: run the services on another machine, or keep to rates at which none of them is near a whole core",
  );
}

function quota({ machine, quotaCores }: MachineFacts): MachineCheck {
  if (quotaCores === undefined) return check("CPU quota", "none", undefined);
  const isTight = quotaCores < machine.cores;
  return check(
    "CPU quota",
    `${formatNumber(quotaCores)} cores`,
    isTight
      ? "a container that has used up its quota stands still until the next period: raise the limit, or pin whole cores instead"
      : undefined,
  );
}

function otherWork({ use }: MachineFacts): MachineCheck {
  const { cpuShare, cpuPressureShare } = use;
  if (cpuShare === undefined) return unknown("other work");
  const pressure =
    cpuPressureShare === undefined
      ? ""
      : `, some task waited for a core ${formatShare(cpuPressureShare)} of the time`;
  const isBusy = cpuShare > busyShare || (cpuPressureShare ?? 0) > busyShare;
  return check(
    "other work",
    `${formatShare(cpuShare)} of the CPU in use before anything was started${pressure}`,
    isBusy ? "end other programs, or measure at a quieter time" : undefined,
  );
}

function steal({ use }: MachineFacts): MachineCheck {
  if (use.stealShare === undefined) return unknown("steal");
  return check(
    "steal",
    `${formatShare(use.stealShare)} of the CPU time given to other guests`,
    use.stealShare > stealShare ? "use a machine with cores of its own" : undefined,
  );
}

function memory({ machine, memoryLimitBytes }: MachineFacts): MachineCheck {
  const usable = Math.min(machine.memoryBytes, memoryLimitBytes ?? machine.memoryBytes);
  const limit =
    memoryLimitBytes === undefined || memoryLimitBytes >= machine.memoryBytes
      ? ""
      : `, of which this container may use ${formatBytes(memoryLimitBytes)}`;
  return check(
    "memory",
    `${formatBytes(machine.memoryBytes)}${limit}`,
    usable >= enoughMemoryBytes ? undefined : "10,000 connections need about 1 GB for all processes together",
  );
}

function descriptors({ limits }: MachineFacts): MachineCheck {
  if (limits.descriptors === undefined) return unknown("descriptors");
  const { soft, hard } = limits.descriptors;
  const shown = (value: number) => (Number.isFinite(value) ? formatCount(value) : "unlimited");
  const remedy =
    hard > soft
      ? `\`ulimit -n ${shown(hard).replaceAll(",", "")}\` before the run`
      : "raise the hard limit: LimitNOFILE= in systemd, --ulimit nofile= in Docker";
  return check(
    "descriptors",
    `${shown(soft)} per process, at most ${shown(hard)}`,
    soft >= enoughDescriptors
      ? undefined
      : `enough for ${formatCount(Math.floor(soft * 0.4))} connections through the splitter; for more: ${remedy}`,
  );
}

function ports({ limits, use }: MachineFacts): MachineCheck {
  const { ports: range, newConnectionsPerSecond } = limits;
  if (range === undefined || newConnectionsPerSecond === undefined) return unknown("ports");
  const count = range.last - range.first + 1;
  const held = use.tcpTimeWait ?? 0;
  const finding = `${formatCount(count)} (${range.first} to ${range.last}), each held for 60 s after its connection: ${formatCount(newConnectionsPerSecond)} new connections/s to one address; ${formatCount(held)} held now`;
  if (held > count * heldPortsShare)
    return check("ports", finding, "wait a minute, and keep connections alive");
  return check(
    "ports",
    finding,
    count >= enoughPorts ? undefined : 'widen the range: sysctl net.ipv4.ip_local_port_range="1024 65535"',
  );
}

function clockOf({ clockSource, timers }: MachineFacts): MachineCheck {
  const cost = `${formatNumber(Math.round(timers.clockReadNs))} ns to read`;
  const isSlow =
    timers.clockReadNs > slowClockReadNs || (clockSource !== undefined && !goodClocks.includes(clockSource));
  return check(
    "clock",
    `${clockSource ?? "unknown source"}, ${cost}`,
    isSlow
      ? "a clock read from a device makes every stamp slow: boot with clocksource=tsc, or use another machine"
      : undefined,
  );
}

function timers({ timers: { wait, timer } }: MachineFacts): MachineCheck {
  const finding = `the pacer wakes ${formatDurationMs(wait.p50Ms)} late at p50 and ${formatDurationMs(wait.p99Ms)} at p99; a timer of Node ${formatDurationMs(timer.p99Ms)} at p99`;
  return check(
    "timers",
    finding,
    wait.p99Ms <= exactWaitP99Ms
      ? undefined
      : "late wake-ups come from a busy machine, or from power saving: end other programs, set the performance governor",
  );
}

/** Without a remedy there is nothing to warn of. */
export function check(name: string, finding: string, remedy: string | undefined): MachineCheck {
  return remedy === undefined ? { name, state: "ok", finding } : { name, state: "warn", finding, remedy };
}

function unknown(name: string): MachineCheck {
  return { name, state: "unknown", finding: "this system doesn't tell" };
}
