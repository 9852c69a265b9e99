import { z } from "zod";
import { versions } from "../base/version.ts";
import { chainsSection, messagesSection } from "./behind-schema.ts";
import { comparisonSection } from "./comparison-schema.ts";
import { rolloutDecision } from "./decision-schema.ts";
import { divergenceSection, storesSection } from "./divergence-schema.ts";
import { reactionSection } from "./reaction-schema.ts";
import { simulationSection } from "./simulation-schema.ts";
import { outcomeClasses, partNames } from "./window.ts";

/**
 * The result of all three clocks, `result.json`. A quantity that a method can't give is absent, never 0.
 * Readers accept what this version of the schema wrote and say so plainly when it is another.
 */

export const resultSchemaId = "twinlane/result@1";

const count = z.int().nonnegative();
const milliseconds = z.number().nonnegative();

/** null: not met, so many requests were never answered. Absent: too few samples. */
const percentile = milliseconds.nullable().optional();

const percentiles = z.strictObject({
  mean: milliseconds.optional(),
  p50: percentile,
  p90: percentile,
  p95: percentile,
  p99: percentile,
  p999: percentile,
  max: milliseconds.optional(),
});

const arm = z.strictObject({
  scheduled: count,
  completed: count,
  failed: count,
  timedOut: count,
  notSent: count,
  inFlight: count,
  /** Answered by this version although the split had chosen the other, because that one was out. */
  rerouted: count,
  errors: z.record(z.string(), count),
  offeredPerSecond: z.number().nonnegative(),
  throughputPerSecond: z.number().nonnegative(),
  /** Over all scheduled requests; those not sent count as infinitely slow. */
  responseTimeMs: percentiles,
  /** Over the requests answered well. */
  okResponseTimeMs: percentiles,
  /** The latency budget, part by part, and the round trip. */
  partsMs: z.partialRecord(z.enum(partNames), percentiles),
  /** Response times by outcome: HdrHistogram V2, deflated, base64, in whole microseconds. */
  histograms: z.partialRecord(z.enum(outcomeClasses), z.string()),
  /** Service times of answered requests, encoded likewise; absent where the service doesn't tell them. */
  serviceTimeHistogram: z.string().optional(),
});

const arms = z.strictObject({ old: arm, new: arm });

const share = z.number().min(0).max(1);

const splitAudit = z.strictObject({
  /** Share of new that the scenario asked for. */
  configured: share,
  /** Share of the requests with a known version that new was given; absent when there were none. */
  realised: share.optional(),
  /** Range in which the realised share lies in 997 of 1,000 runs with that many requests. */
  expected: z.strictObject({ low: share, high: share }),
  requests: count,
  state: z.enum(["as configured", "off", "no requests"]),
});

const second = z.strictObject({
  second: z.int(),
  stage: count,
  due: count,
  versions: z.partialRecord(
    z.enum(versions),
    z.strictObject({
      scheduled: count,
      completed: count,
      failed: count,
      timedOut: count,
      notSent: count,
      p50Ms: percentile,
      p90Ms: percentile,
      p99Ms: percentile,
      /** p99 over as many of the last seconds as give it samples enough. */
      movingP99: z.strictObject({ ms: milliseconds.nullable(), seconds: count }).optional(),
      maxMs: milliseconds.optional(),
    }),
  ),
});

const endpoint = z.strictObject({
  name: z.string(),
  versions: z.partialRecord(
    z.enum(versions),
    z.strictObject({
      scheduled: count,
      completed: count,
      failed: count,
      timedOut: count,
      notSent: count,
      responseTimeMs: percentiles,
    }),
  ),
});

const stage = z.strictObject({
  name: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  warmUp: z.boolean(),
  /** Requests that came due, counted when they did. */
  due: count,
  split: splitAudit,
  versions: arms,
  endpoints: z.array(endpoint),
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

const processResources = z.strictObject({
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

const event = z.strictObject({
  atMs: z.number(),
  /** For example `fault`, `unhealthy`, `healthy`, `split`, `process-ended`. */
  kind: z.string(),
  version: z.enum(versions).optional(),
  message: z.string(),
});

const bottleneck = z.strictObject({
  /** Which resource, for example `servers`, `gateway`, `database`, `cache`, `network`, `monitoring`. */
  resource: z.string(),
  /** Why it binds, with its numbers, in a sentence. */
  reason: z.string(),
  /** Users at which it binds; absent when nothing in the scenario limits it. */
  atUsers: z.number().positive().optional(),
  atRatePerSecond: z.number().positive().optional(),
  remedy: z.string(),
  /** Users at which it binds once the remedy is in place. */
  movesToUsers: z.number().positive().optional(),
});

const growthRow = z.strictObject({
  users: z.number().positive(),
  averageRatePerSecond: z.number().nonnegative(),
  peakRatePerSecond: z.number().nonnegative(),
  concurrentUsers: z.number().nonnegative(),
  servers: z.strictObject({
    total: count,
    old: count,
    new: count,
    spare: count,
    /** What made the count as large as it is: `connections`, `utilisation`, `response time`, … */
    binding: z.string(),
  }),
  bandwidthBytesPerSecond: z.number().nonnegative(),
  costPerHour: z.number().nonnegative().optional(),
  firstBottleneck: z.string(),
});

const batchArm = z.strictObject({
  scheduled: count,
  completed: count,
  failed: count,
  timedOut: count,
  notSent: count,
  inFlight: count,
  /** Response times of those that were sent, encoded as elsewhere. */
  histogram: z.string().optional(),
});

/** A piece of the measured part, one of a few of equal length. */
const batch = z.strictObject({
  durationMs: milliseconds,
  versions: z.strictObject({ old: batchArm, new: batchArm }),
});

/** Enough to see how far requests hang together, few enough for each to be longer than most queues last. */
export const mostBatches = 24;

/** A condition of the scenario and how it came out. */
const check = z.strictObject({
  /** `slo`, `gate`, `split`, `ledger`, `compare`, `rollout`. */
  kind: z.string(),
  /** For example `new: responseTime.p99 ≤ 200 ms`. */
  name: z.string(),
  state: z.enum(["PASS", "FAIL", "INCONCLUSIVE", "NO DATA"]),
  /** The numbers it rests on, in a sentence. */
  reason: z.string(),
});

const requirement = z.strictObject({
  name: z.string(),
  state: z.enum(["met", "not met", "not tested"]),
  evidence: z.string(),
});

const rollout = z.strictObject({
  /** Where it ended, for example `finished` or `rolled back`. */
  phase: z.string(),
  decisions: z.array(rolloutDecision),
});

const mirrorCounts = z.strictObject({
  to: z.enum(versions),
  copied: count,
  answered: count,
  failed: count,
  timedOut: count,
  dropped: count,
  tooLarge: count,
});

const environment = z.strictObject({
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

/** The machine in the second before `atMs`. */
const systemSample = z.strictObject({
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

const lagAndRoundTrip = z.strictObject({
  requests: count,
  /** Due to seen by the pacer, sent to answered, due to answered. */
  pacerLagMs: percentiles,
  roundTripMs: percentiles,
  responseTimeMs: percentiles,
});

/** What the instrument adds by itself: the run's own pacing against a service that answers at once. */
const calibration = z.strictObject({
  ratePerSecond: z.number().positive(),
  direct: lagAndRoundTrip,
  throughSplitter: lagAndRoundTrip,
  /** The splitter's own time, by its own stamps. */
  splitterMs: percentiles,
});

/** Why a stretch of time says something about the machine that made the load, and not of the services. */
export const taintCauses = [
  "driver out of CPU",
  "splitter out of CPU",
  "CPU quota",
  "steal",
  "services took the cores",
  "other processes took the cores",
  "too few cores",
  "process stopped",
  "stalled event loop",
] as const;

const taintedWindow = z.strictObject({
  startMs: z.number(),
  endMs: z.number(),
  /** For example `driver-2`, `splitter`. */
  process: z.string(),
  cause: z.enum(taintCauses),
});

/** How well one driver did in one second; what the validity of a run is judged by. */
const generatorHealth = z.strictObject({
  driver: count,
  atMs: z.number(),
  windowMs: z.number().nonnegative(),
  due: count,
  sent: count,
  pacerLagP99Ms: milliseconds,
  pacerLagMaxMs: milliseconds,
  pacerLagP50Ms: milliseconds.optional(),
  /** Share of the requests that the pacer saw more than a millisecond late. */
  lateShare: share.optional(),
  loopUtilisation: z.number().nonnegative(),
  loopDelayP99Ms: milliseconds,
  /** Of one core. */
  cpuShare: z.number().nonnegative(),
  /** Failures of this machine and not of a target: out of ports, out of descriptors. */
  generatorFailures: count,
});

export const runResultSchema = z.strictObject({
  schema: z.literal(resultSchemaId),
  method: z.enum(["measured", "simulated", "modelled"]),
  scenario: z.strictObject({
    name: z.string(),
    hash: z.string(),
    description: z.string().optional(),
    labels: z.strictObject({ old: z.string(), new: z.string() }),
    users: z.number().positive(),
  }),
  seed: z.number(),
  /** Absent where the machine has no part in the answer. */
  environment: environment.optional(),
  /** Whether the run ended as planned; a partial one holds what was measured until then. */
  completeness: z.strictObject({ state: z.enum(["complete", "partial"]), reason: z.string().optional() }),
  validity: z.strictObject({
    state: z.enum(["VALID", "TAINTED", "GENERATOR-BOUND"]),
    reasons: z.array(z.string()),
    /** The floor: what the instrument itself adds, ms at p99. */
    floorMs: milliseconds.optional(),
    /** The stretches that are not to be trusted, in time order. */
    windows: z.array(taintedWindow).optional(),
  }),
  verdict: z.strictObject({
    state: z.enum(["PASS", "FAIL", "INCONCLUSIVE", "NO DATA"]),
    sentence: z.string(),
    reasons: z.array(z.string()),
    checks: z.array(check),
  }),
  stages: z.array(stage),
  totals: z.strictObject({
    due: count,
    durationMs: milliseconds,
    split: splitAudit,
    versions: arms,
    /** Its course in time, in order; only where a gate is judged on the whole run. */
    batches: z.array(batch).max(mostBatches).optional(),
  }),
  seconds: z.array(second),
  resources: z.array(processResources),
  health: z.array(generatorHealth),
  /** The machine, second by second; only in a measured result. */
  system: z.array(systemSample).optional(),
  calibration: calibration.optional(),
  events: z.array(event),
  mirror: mirrorCounts.optional(),
  comparison: comparisonSection.optional(),
  rollout: rollout.optional(),
  /** One for each fault of new that the scenario made. */
  reaction: reactionSection.optional(),
  /** Only of a run with real stores. */
  divergence: divergenceSection.optional(),
  stores: storesSection.optional(),
  /** Only of a run with a second service. */
  chains: chainsSection.optional(),
  /** Only of a run with a queue. */
  messages: messagesSection.optional(),
  growth: z.array(growthRow),
  bottlenecks: z.array(bottleneck),
  assumptions: z.array(z.string()),
  requirements: z.array(requirement),
  /** Only in a simulated result. */
  simulation: simulationSection.optional(),
});

export type RunResult = z.output<typeof runResultSchema>;
export type Arm = z.output<typeof arm>;
export type StageResult = z.output<typeof stage>;
export type SecondResult = z.output<typeof second>;
export type EndpointResult = z.output<typeof endpoint>;
export type Batch = z.output<typeof batch>;
export type SplitAudit = z.output<typeof splitAudit>;
export type ProcessResources = z.output<typeof processResources>;
export type ResourceSample = z.output<typeof resourceSample>;
export type RunEvent = z.output<typeof event>;
export type GeneratorHealth = z.output<typeof generatorHealth>;
export type SystemSample = z.output<typeof systemSample>;
export type Calibration = z.output<typeof calibration>;
export type CalibratedPath = z.output<typeof lagAndRoundTrip>;
export type TaintCause = (typeof taintCauses)[number];
export type TaintedWindow = z.output<typeof taintedWindow>;
export type GrowthRow = z.output<typeof growthRow>;
export type Bottleneck = z.output<typeof bottleneck>;
export type Check = z.output<typeof check>;
export type Environment = z.output<typeof environment>;
export type MirrorCounts = z.output<typeof mirrorCounts>;
export type VerdictState = RunResult["verdict"]["state"];
