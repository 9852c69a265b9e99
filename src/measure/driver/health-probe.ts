import { type EventLoopUtilization, monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { DurationHistogram } from "../../stats/histogram.ts";
import type { EngineHealth } from "../engines/engine.ts";
import type { DriverHealth, LagSummary } from "./messages.ts";

const delayResolutionMs = 10;
/** A request seen later than this is counted as late. */
const lateMs = 1;

/** Watches this process from one reading to the next. */
export class HealthProbe {
  readonly #driver: number;
  readonly #delay = monitorEventLoopDelay({ resolution: delayResolutionMs });
  #lastMs: number;
  #lastCpu = process.cpuUsage();
  #residentBytes = 0;
  #lastLoop: EventLoopUtilization = performance.eventLoopUtilization();

  constructor(driver: number, nowMs: number) {
    this.#driver = driver;
    this.#lastMs = nowMs;
    this.#delay.enable();
  }

  take(engine: EngineHealth, nowMs: number, originMs: number): DriverHealth {
    const windowMs = nowMs - this.#lastMs;
    const cpu = process.cpuUsage(this.#lastCpu);
    const loop = performance.eventLoopUtilization();
    const health: DriverHealth = {
      driver: this.#driver,
      atMs: nowMs - originMs,
      windowMs,
      due: engine.due,
      sent: engine.sent,
      pacerLag: summariseLag(engine.pacerLag),
      eventLoop: {
        utilisation: performance.eventLoopUtilization(loop, this.#lastLoop).utilization,
        delayP99Ms: this.#delayMs(this.#delay.percentile(99)),
        delayMaxMs: this.#delayMs(this.#delay.max),
      },
      cpuShare: windowMs > 0 ? (cpu.user + cpu.system) / 1000 / windowMs : 0,
      residentBytes: this.#readResidentBytes(),
      connectionsOpen: engine.connectionsOpen,
      queueLength: engine.queueLength,
      generatorFailures: engine.generatorFailures,
    };
    this.#lastMs = nowMs;
    this.#lastCpu = process.cpuUsage();
    this.#lastLoop = loop;
    this.#delay.reset();
    return health;
  }

  close(): void {
    this.#delay.disable();
  }

  /** Reading it opens a file; a process that is out of descriptors tells the last value it could read. */
  #readResidentBytes(): number {
    try {
      this.#residentBytes = process.memoryUsage.rss();
    } catch {
      // Told through generatorFailures.
    }
    return this.#residentBytes;
  }

  /** The monitor counts from one of its own timers to the next, in ns; its own interval is no delay. */
  #delayMs(nanoseconds: number): number {
    return this.#delay.count === 0 ? 0 : Math.max(0, nanoseconds / 1e6 - delayResolutionMs);
  }
}

function summariseLag(lag: DurationHistogram): LagSummary {
  return {
    count: lag.count,
    p50Ms: lag.quantileMs(0.5),
    p99Ms: lag.quantileMs(0.99),
    maxMs: lag.maxMs,
    lateShare: shareAbove(lag, lateMs),
  };
}

function shareAbove(lag: DurationHistogram, limitMs: number): number {
  if (lag.maxMs <= limitMs) return 0;
  const { ms, counts, total } = lag.bins();
  return counts.reduce((sum, count, index) => sum + ((ms[index] ?? 0) > limitMs ? count : 0), 0) / total;
}
