import type { Observation } from "../../result/observation.ts";
import type { OutcomeCounts } from "../../result/window.ts";
import type { DurationHistogram } from "../../stats/histogram.ts";
import type { TraceEntry } from "../../workload/trace.ts";
import type { DriverPlan, SplitNow, Target } from "../driver/messages.ts";

/**
 * Something that makes load and tells what came of every request of it. One run each: `prepare`, then `run`.
 */
export interface LoadEngine {
  /**
   * Opens the connections that the load begins with.
   *
   * @throws UserError when the target can't be reached or the plan can't be played
   */
  prepare(): Promise<void>;

  /**
   * Plays the load and waits for the requests under way, at most the plan's grace.
   *
   * @param originMs - the moment on `systemClock` at which the measured part starts
   */
  run(originMs: number): Promise<EngineTotals>;

  /** Ends the load now; `run` still waits for the requests under way. Safe at any time. */
  stop(): void;

  /** The split from now on. */
  setSplit(split: SplitNow): void;

  /** How it did since the last call. */
  takeHealth(): EngineHealth;
}

export type EngineOptions = {
  readonly plan: DriverPlan;
  readonly target: Target;
  readonly driver: number;
  readonly of: number;
  readonly inputs: EngineInputs;
  readonly sink: ObservationSink;
};

/** What the plan names and a file holds. */
export type EngineInputs = {
  readonly readColumn: (file: string, column: string) => readonly string[];
  /** The trace of a load of kind `trace`. */
  readonly trace: readonly TraceEntry[];
};

/** Where observations go. Every request is told twice: when it comes due, and when it has ended. */
export interface ObservationSink {
  due(scheduledMs: number): void;
  record(observation: Observation): void;
}

export type EngineTotals = {
  readonly due: number;
  readonly counts: OutcomeCounts;
  readonly connectionsOpened: number;
  readonly connectionFailures: Readonly<Record<string, number>>;
};

export type EngineHealth = {
  readonly due: number;
  readonly sent: number;
  /** Due to seen by the pacer. */
  readonly pacerLag: DurationHistogram;
  readonly connectionsOpen: number;
  readonly queueLength: number;
  readonly generatorFailures: number;
};
