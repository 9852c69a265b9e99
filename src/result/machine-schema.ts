import { z } from "zod";
import { count, milliseconds, share } from "./quantity-schema.ts";

/** The machine of a run, and what its processes used. */

export const environment = z.strictObject({
  twinlane: z.string(),
  node: z.string(),
  os: z.string(),
  cpu: z.string(),
  cores: count,
  memoryBytes: count,
  startedAt: z.string(),
  /** Cores of the machine, of which this process may be given fewer. */
  machineCores: count.optional(),
  /** Open files and connections that one process may have. */
  descriptorLimit: count.optional(),
  /** Ports for outgoing connections to one address. */
  ephemeralPorts: count.optional(),
});

/** One process at one moment. */
const resourceSample = z.strictObject({
  atMs: z.number(),
  /** Of one core: 1 is a whole core. */
  cpuShare: z.number().nonnegative().optional(),
  rssBytes: z.number().nonnegative().optional(),
  openFiles: count.optional(),
  threads: count.optional(),
  /** p99 of how late the process's event loop was, our own processes only. */
  eventLoopDelayMs: milliseconds.optional(),
  /** Share of the time that its event loop was at work, our own processes only. */
  loopUtilisation: z.number().nonnegative().optional(),
  /** Share of the time in which its main thread was ready to run and had no core. */
  starvedShare: share.optional(),
});

export const processResources = z.strictObject({
  /** For example `splitter`, `driver-1`, `old-1`. */
  process: z.string(),
  role: z.enum(["driver", "splitter", "old", "new", "store", "proxy", "coordinator"]),
  samples: z.array(resourceSample),
  summary: z.strictObject({
    cpuShareMean: z.number().nonnegative().optional(),
    cpuShareMax: z.number().nonnegative().optional(),
    rssBytesMax: z.number().nonnegative().optional(),
    openFilesMax: count.optional(),
  }),
});

/** The machine in the second before `atMs`. */
export const systemSample = z.strictObject({
  atMs: z.number(),
  /** Of all cores together, steal included. */
  cpuShare: share.optional(),
  /** Of all cores' time: wanted here, given to other guests by the hypervisor. */
  stealShare: share.optional(),
  /** Share of the time in which some task waited for a core. */
  cpuPressureShare: share.optional(),
  /** Share of the quota's periods in which our control group was stopped; absent without a quota. */
  throttledShare: share.optional(),
  /** Tasks running or waiting, mean over a minute. */
  loadAverage: z.number().nonnegative().optional(),
  tcpInUse: count.optional(),
  /** Closed less than a minute ago; each still holds its port. */
  tcpTimeWait: count.optional(),
});
