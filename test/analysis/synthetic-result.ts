import { versions } from "../../src/base/version.ts";
import { RunRecord } from "../../src/result/run-record.ts";
import type { GeneratorHealth, ResourceSample, RunResult, SystemSample } from "../../src/result/schema.ts";
import { planText } from "../scenario/scenario-text.ts";

/** A measured result as a quiet machine would give it, second by second, with what a test wants otherwise. */

export type Synthetic = {
  readonly seconds?: number;
  readonly drivers?: number;
  readonly duePerSecond?: number;
  /** Round trips, ms. */
  readonly p50?: number;
  readonly p99?: number;
  /** By the driver's number. */
  readonly health?: (second: number, driver: number) => Partial<GeneratorHealth>;
  /** By the process's name. */
  readonly samples?: (process: string, second: number) => Partial<ResourceSample>;
  readonly system?: (second: number) => Partial<SystemSample>;
  readonly result?: Partial<RunResult>;
};

export const environment = {
  twinlane: "0.0.0",
  node: "26.0.0",
  os: "Linux",
  cpu: "test",
  cores: 4,
  machineCores: 4,
  memoryBytes: 8e9,
  descriptorLimit: 20_000,
  ephemeralPorts: 28_232,
  startedAt: "2026-01-01T00:00:00.000Z",
};

export function syntheticResult(options: Synthetic = {}): RunResult {
  const { seconds = 10, drivers = 1, duePerSecond = 1000, p50 = 20, p99 = 80 } = options;
  const plan = planText("name: synthetic\nworkload: { ratePerSecond: 1000/s }\n");
  const empty = new RunRecord(plan, environment).toResult();
  const every = Array.from({ length: seconds }, (_, second) => second);
  const roles = [
    ...Array.from({ length: drivers }, (_, index) => [driverName(index, drivers), "driver"] as const),
    ["splitter", "splitter"] as const,
    ["old-1", "old"] as const,
    ["new-1", "new"] as const,
    ["coordinator", "coordinator"] as const,
  ];
  const due = seconds * duePerSecond;
  const arm = (share: number) => {
    const scheduled = Math.round(due * share);
    const times = { p50, p99, mean: p50, max: p99 * 2 };
    return {
      ...empty.totals.versions.old,
      scheduled,
      completed: scheduled,
      responseTimeMs: times,
      partsMs: { roundTrip: times },
    };
  };
  return {
    ...empty,
    completeness: { state: "complete" },
    totals: {
      ...empty.totals,
      due,
      durationMs: seconds * 1000,
      versions: { old: arm(0.9), new: arm(0.1) },
    },
    seconds: every.map((second) => ({ second, stage: 0, due: duePerSecond, versions: {} })),
    health: every.flatMap((second) =>
      Array.from({ length: drivers }, (_, driver) => ({
        driver,
        atMs: (second + 1) * 1000,
        windowMs: 1000,
        due: duePerSecond / drivers,
        sent: duePerSecond / drivers,
        pacerLagP50Ms: 0.02,
        pacerLagP99Ms: 0.15,
        pacerLagMaxMs: 0.4,
        lateShare: 0,
        loopUtilisation: 0.3,
        loopDelayP99Ms: 1,
        cpuShare: 0.3,
        generatorFailures: 0,
        ...options.health?.(second, driver),
      })),
    ),
    resources: roles.map(([process, role]) => {
      const samples = every.map((second) => ({
        atMs: (second + 1) * 1000,
        cpuShare: versions.some((version) => version === role) ? 0.2 : 0.3,
        starvedShare: 0.005,
        rssBytes: 1e8,
        openFiles: 100,
        eventLoopDelayMs: 1,
        ...options.samples?.(process, second),
      }));
      const cpu = samples.map(({ cpuShare }) => cpuShare ?? 0);
      const files = samples.map(({ openFiles }) => openFiles ?? 0);
      return {
        process,
        role,
        samples,
        summary: {
          cpuShareMean: cpu.reduce((sum, share) => sum + share, 0) / cpu.length,
          openFilesMax: Math.max(...files),
        },
      };
    }),
    system: every.map((second) => ({
      atMs: (second + 1) * 1000,
      cpuShare: 0.4,
      stealShare: 0,
      cpuPressureShare: 0.05,
      tcpTimeWait: 100,
      ...options.system?.(second),
    })),
    ...options.result,
  };
}

function driverName(index: number, drivers: number): string {
  return drivers === 1 ? "driver" : `driver-${index + 1}`;
}
