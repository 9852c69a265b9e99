import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../src/base/clock.ts";
import type {
  DriverHealth,
  DriverPlan,
  DriverReport,
  DriverTotals,
} from "../../src/measure/driver/messages.ts";
import { driverNodeFlags } from "../../src/measure/driver/node-flags.ts";
import type { PartName, WindowDelta } from "../../src/result/window.ts";
import type { LoadPlan } from "../../src/scenario/workload-plan.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";
import { cpuSeconds } from "../splitter/process-cost.ts";

const file = fileURLToPath(new URL("../../src/measure/driver/main.ts", import.meta.url));

export type DriverLoad = {
  readonly port: number;
  readonly load: LoadPlan;
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly connections: number;
};

/** What one driver process did in the measured part of its load. */
export type DriverRun = {
  readonly totals: DriverTotals;
  /** CPU of the process from its start on. */
  readonly allCpuSeconds: number;
  /** Of the measured part; whole windows only. */
  readonly healths: readonly DriverHealth[];
  readonly completed: number;
  readonly due: number;
  readonly responseTime: DurationHistogram;
  readonly parts: Readonly<Record<"pacerLag" | "roundTrip", DurationHistogram>>;
};

/** Our engine as a run uses it: the driver's own process, with all its recording and reporting. */
export async function runDriver(options: DriverLoad): Promise<DriverRun> {
  const child = fork(file, [], { execArgv: [...driverNodeFlags] });
  const windows: WindowDelta[] = [];
  const healths: DriverHealth[] = [];
  let totals: DriverTotals | undefined;
  let allCpuSeconds = 0;
  child.on("message", (report: DriverReport) => {
    if (report.type === "ready") {
      child.send({ type: "start", originMs: systemClock.nowMs() + 50 + options.warmUpMs });
    } else if (report.type === "window") {
      windows.push(report.window);
      allCpuSeconds = cpuSoFar(child.pid) ?? allCpuSeconds;
    } else if (report.type === "health") healths.push(report.health);
    else if (report.type === "done") totals = report.totals;
    else throw new Error(report.sentence);
  });
  const target = { host: "127.0.0.1", port: options.port };
  child.send({ type: "prepare", plan: planOf(options), target, driver: 0, of: 1, directory: "." });
  await once(child, "exit");
  if (totals === undefined) throw new Error("the driver ended without its totals");
  const cells = windows.flatMap((window) => window.cells).filter(({ stage }) => stage === 1);
  return {
    totals,
    allCpuSeconds,
    healths: healths.filter(({ atMs, windowMs }) => atMs - windowMs > -200 && windowMs > 900),
    completed: cells.reduce((sum, { arms }) => sum + (arms.old?.counts.completed ?? 0), 0),
    due: cells.reduce((sum, { due }) => sum + due, 0),
    responseTime: merged(cells.map(({ arms }) => arms.old?.histograms.ok)),
    parts: { pacerLag: part(windows, "pacerLag"), roundTrip: part(windows, "roundTrip") },
  };
}

/** Undefined when the process has ended by now. */
function cpuSoFar(pid: number | undefined): number | undefined {
  try {
    return pid === undefined ? undefined : cpuSeconds(pid);
  } catch {
    return undefined;
  }
}

function part(windows: readonly WindowDelta[], name: PartName): DurationHistogram {
  const measured = windows.flatMap(({ parts }) => parts).filter(({ stage }) => stage === 1);
  return merged(measured.map(({ histograms }) => histograms[name]));
}

function merged(texts: readonly (string | undefined)[]): DurationHistogram {
  const all = new DurationHistogram();
  for (const text of texts) if (text !== undefined) all.add(DurationHistogram.decode(text));
  return all;
}

function planOf({ load, warmUpMs, durationMs, connections }: DriverLoad): DriverPlan {
  return {
    hash: "bench",
    seed: 1,
    users: connections,
    load,
    endpoints: [
      {
        name: "item",
        method: "GET",
        path: "/items/{1..1000}",
        share: 1,
        write: false,
        headers: {},
        body: undefined,
      },
    ],
    limits: { timeoutMs: 10_000, maxConnections: connections, maxQueueAgeMs: 1000 },
    timeline: {
      warmUpMs,
      durationMs,
      graceMs: 2000,
      stages: [
        { name: "warm-up", startMs: -warmUpMs, endMs: 0, warmUp: true, newShare: 0 },
        { name: "main", startMs: 0, endMs: durationMs, warmUp: false, newShare: 0 },
      ],
    },
    split: {
      seed: 1,
      newPerMillion: 0,
      by: "user",
      userKey: { kind: "header", name: "x-user-id" },
      flags: [],
    },
    engine: "open-loop",
  };
}
