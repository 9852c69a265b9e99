import type { Version } from "../../src/base/version.ts";
import type { Arm, ProcessResources, RunResult } from "../../src/result/schema.ts";

/** The parts of a result that don't follow from its requests. */
export function verdictOf(arms: Record<Version, Arm>): RunResult["verdict"] {
  const p99 = arms.new.responseTimeMs.p99;
  return {
    state: "PASS",
    sentence: "new may keep 10 %: its p99 is within 200 ms and its errors are within 1 %.",
    reasons: [],
    checks: [
      {
        kind: "slo",
        name: "new: responseTime.p99 ≤ 200 ms",
        state: "PASS",
        reason: `${p99?.toFixed(1)} ms of 200 ms.`,
      },
      { kind: "gate", name: "new: errorRate ≤ 1 %", state: "PASS", reason: "0.1 % of the requests failed." },
      { kind: "split", name: "split as configured", state: "PASS", reason: "The share lies within chance." },
      {
        kind: "ledger",
        name: "the ledger balances",
        state: "PASS",
        reason: "Every scheduled request is accounted for.",
      },
    ],
  };
}

export function resourcesOf(
  length: number,
  warmUpSeconds: number,
  uniform: () => number,
): ProcessResources[] {
  const processes = [
    { process: "driver-1", role: "driver", cpu: 0.31, rss: 96e6 },
    { process: "splitter", role: "splitter", cpu: 0.22, rss: 88e6 },
    { process: "old-1", role: "old", cpu: 0.46, rss: 74e6 },
    { process: "new-1", role: "new", cpu: 0.07, rss: 71e6 },
  ] as const;
  return processes.map(({ process, role, cpu, rss }) => {
    const samples = Array.from({ length: length + warmUpSeconds }, (_, index) => ({
      atMs: (index - warmUpSeconds) * 1000,
      cpuShare: cpu * (0.9 + 0.2 * uniform()),
      rssBytes: Math.round(rss * (1 + 0.004 * Math.min(index, 20) + 0.01 * uniform())),
      openFiles: 60,
      threads: 11,
      eventLoopDelayMs: 1 + uniform(),
      loopUtilisation: cpu,
      starvedShare: 0.01,
    }));
    return {
      process,
      role,
      samples,
      summary: {
        cpuShareMean:
          samples.reduce((total, sample) => total + sample.cpuShare, 0) / Math.max(1, samples.length),
        cpuShareMax: Math.max(0, ...samples.map((sample) => sample.cpuShare)),
        rssBytesMax: Math.max(0, ...samples.map((sample) => sample.rssBytes)),
        openFilesMax: 60,
      },
    };
  });
}

export function healthOf(length: number, warmUpSeconds: number, uniform: () => number): RunResult["health"] {
  return Array.from({ length: length + warmUpSeconds }, (_, index) => ({
    driver: 1,
    atMs: (index - warmUpSeconds + 1) * 1000,
    windowMs: 1000,
    due: 1200,
    sent: 1200,
    pacerLagP99Ms: 0.06 + 0.04 * uniform(),
    pacerLagMaxMs: 0.4,
    pacerLagP50Ms: 0.01,
    lateShare: index < warmUpSeconds ? 0.5 : 0.002,
    loopUtilisation: 0.2 + 0.1 * uniform(),
    loopDelayP99Ms: 1.1,
    cpuShare: 0.25 + 0.1 * uniform(),
    generatorFailures: 0,
  }));
}

/** Half of the machine in use, no steal, no quota. */
export function systemOf(length: number, warmUpSeconds: number): NonNullable<RunResult["system"]> {
  return Array.from({ length: length + warmUpSeconds }, (_, index) => ({
    atMs: (index - warmUpSeconds + 1) * 1000,
    cpuShare: 0.5,
    stealShare: 0,
    cpuPressureShare: 0.04,
  }));
}

export function calibrationOf(): NonNullable<RunResult["calibration"]> {
  const times = (p50: number, p99: number) => ({ mean: p50, p50, p90: p99, p95: p99, p99, max: p99 });
  const path = (p50: number, p99: number) => ({
    requests: 360,
    pacerLagMs: times(0.01, 0.08),
    roundTripMs: times(p50, p99),
    responseTimeMs: times(p50, p99),
  });
  return {
    ratePerSecond: 1200,
    direct: path(0.07, 0.21),
    throughSplitter: path(0.12, 0.412),
    splitterMs: times(0.006, 0.06),
  };
}

export function growthRows(): RunResult["growth"] {
  return [100, 10_000, 1_000_000, 100_000_000].map((users) => {
    const each = Math.ceil(users / 2 / 3000);
    return {
      users,
      averageRatePerSecond: (users * 10) / 86_400,
      peakRatePerSecond: (users * 50) / 86_400,
      concurrentUsers: users * 0.05,
      servers: { old: each, new: each, spare: 2, total: 2 * each, binding: "connections" },
      bandwidthBytesPerSecond: users * 57.87,
      firstBottleneck: users < 1_000_000 ? "none within this scenario" : "database",
    };
  });
}

export function bottleneckRows(): RunResult["bottlenecks"] {
  return [
    {
      resource: "database",
      reason: "It takes 1,000 queries a second; at the peak each user adds 0.000 579 of them.",
      atUsers: 210_000,
      atRatePerSecond: 1000,
      remedy: "Add a read replica, or raise the cache's hit ratio from 90 % to 97 %.",
    },
    {
      resource: "gateway",
      reason: "One splitter carries 30,000/s.",
      atUsers: 51_840_000,
      atRatePerSecond: 30_000,
      remedy: "Run several splitters behind DNS or an L4 balancer.",
    },
  ];
}

/** Ten replications; the p99.9 of new has too few samples in each for an interval. */
export function simulationOf(): NonNullable<RunResult["simulation"]> {
  const around = (mean: number) => ({ mean, low: mean * 0.98, high: mean * 1.02 });
  return {
    engine: "event",
    replications: 10,
    events: 144_873,
    confidence: 0.95,
    precision: { state: "reached", mean: 0.02, p99: 0.05 },
    warmUp: { configuredMs: 3000, foundMs: 400 },
    estimates: [
      { version: "old", metric: "responseTime.p99", ...around(79) },
      { version: "new", metric: "responseTime.p99", ...around(60) },
      { version: "old", metric: "responseTime.p999", ...around(136) },
      { version: "old", metric: "throughputPerSecond", ...around(180) },
      { version: "new", metric: "throughputPerSecond", ...around(20) },
      { version: "new", metric: "errorRate", mean: 0, low: 0, high: 0 },
    ],
    differences: [
      { metric: "responseTime.p99", mean: -19, low: -20, high: -18 },
      { metric: "throughputPerSecond", mean: -160, low: -161, high: -159 },
    ],
    overloads: [],
  };
}
