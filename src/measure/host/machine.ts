import { availableParallelism, cpus, release, totalmem, type } from "node:os";
import { type DescriptorLimits, type PortRange, parseDescriptorLimits, parsePortRange } from "./proc-text.ts";
import { readParsed } from "./read-text.ts";

/** What a figure depends on besides the scenario: the fingerprint of the machine and the runtime. */
export type Machine = {
  readonly node: string;
  /** System and kernel, for example `Linux 6.18.44`. */
  readonly os: string;
  /** Model of the processor; `unknown` where the system doesn't tell. */
  readonly cpu: string;
  /** Cores that this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
};

/** What this process and this machine allow; absent where the system doesn't tell. */
export type MachineLimits = {
  readonly descriptors?: DescriptorLimits;
  readonly ports?: PortRange;
  /** New connections per second to one address that can be kept up when we are the side that closes. */
  readonly newConnectionsPerSecond?: number;
};

/** How long Linux keeps the port of a closed connection; a constant of the kernel (TCP_TIMEWAIT_LEN). */
const timeWaitSeconds = 60;

export function describeMachine(): Machine {
  return {
    node: process.versions.node,
    os: `${type()} ${release()}`,
    cpu: cpus()[0]?.model.trim() || "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

/** The same with the limits that a run can reach, for the record of a run. */
export async function describeEnvironment() {
  const { descriptors, ports } = await readMachineLimits();
  const machineCores = cpus().length;
  return {
    ...describeMachine(),
    ...(machineCores > 0 && { machineCores }),
    ...(descriptors && Number.isFinite(descriptors.soft) && { descriptorLimit: descriptors.soft }),
    ...(ports && { ephemeralPorts: ports.last - ports.first + 1 }),
  };
}

export async function readMachineLimits(): Promise<MachineLimits> {
  const [descriptors, ports] = await Promise.all([
    readParsed("/proc/self/limits", parseDescriptorLimits),
    readParsed("/proc/sys/net/ipv4/ip_local_port_range", parsePortRange),
  ]);
  return {
    ...(descriptors && { descriptors }),
    ...(ports && {
      ports,
      newConnectionsPerSecond: Math.floor((ports.last - ports.first + 1) / timeWaitSeconds),
    }),
  };
}
