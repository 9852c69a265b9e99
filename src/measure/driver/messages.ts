import type { ErrorCode } from "../../base/errors.ts";
import type { OutcomeCounts, WindowDelta } from "../../result/window.ts";
import type { RunPlan, SplitPlan, StagePlan } from "../../scenario/plan.ts";

/**
 * What a driver process and its coordinator say to one another over IPC, in this order:
 *
 *     coordinator                      driver
 *     prepare  ─────────────────────▶  reads files, opens connections
 *              ◀─────────────────────  ready, or failed
 *     start    ─────────────────────▶  load begins at originMs − warm-up
 *              ◀─────────────────────  window, health: each second
 *     set-split, stop  ─────────────▶  at any time
 *              ◀─────────────────────  last window, health, done; then it exits
 *
 * `start` comes after `ready`, so that all drivers begin together however long one took to prepare. A driver
 * whose coordinator goes away exits at once.
 */
export type DriverCommand =
  | {
      readonly type: "prepare";
      readonly plan: DriverPlan;
      readonly target: Target;
      /** Which driver, counted from 0, of how many that share one load. */
      readonly driver: number;
      readonly of: number;
      /** Where files that the plan names are looked for. */
      readonly directory: string;
    }
  | {
      readonly type: "start";
      /** The moment on `systemClock` at which the measured part starts; the warm-up starts before it. */
      readonly originMs: number;
    }
  /** The split from now on, and the stages that begin with it, one after the other. */
  | { readonly type: "set-split"; readonly split: SplitNow; readonly stages: readonly StagePlan[] }
  /** Trouble made on purpose: the driver stands still. */
  | { readonly type: "hang"; readonly forMs: number }
  /** Ends the load now; requests under way are still waited for during the plan's grace. */
  | { readonly type: "stop" };

export type DriverReport =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly code: ErrorCode; readonly sentence: string }
  | { readonly type: "window"; readonly window: WindowDelta }
  | { readonly type: "health"; readonly health: DriverHealth }
  | { readonly type: "done"; readonly totals: DriverTotals };

/** What a ramp or somebody outside sets while a run goes on, all of it. */
export type SplitNow = Pick<SplitPlan, "newPerMillion" | "headerRoute" | "providedFlag">;

/** The part of a run's plan that a driver needs. */
export type DriverPlan = Pick<
  RunPlan,
  "hash" | "seed" | "users" | "load" | "endpoints" | "limits" | "timeline" | "split" | "engine"
> &
  Partial<Pick<RunPlan, "retries">>;

/** Where the load goes: the splitter, or a service itself. */
export type Target = {
  readonly host: string;
  readonly port: number;
  readonly tls?: TlsTarget;
};

export type TlsTarget = {
  readonly servername: string;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string;
};

/** How well the driver itself did since its last report. */
export type DriverHealth = {
  readonly driver: number;
  /** When it was taken, ms from the start of the measured part. */
  readonly atMs: number;
  /** The time that it covers. */
  readonly windowMs: number;
  /** Requests that came due, and attempts handed to a connection. */
  readonly due: number;
  readonly sent: number;
  /** Due to seen by the pacer, ms: the generator's own lateness. */
  readonly pacerLag: LagSummary;
  readonly eventLoop: {
    /** Share of the time that the loop was not waiting, 0–1. */
    readonly utilisation: number;
    /** How much later than asked timers fired, ms. */
    readonly delayP99Ms: number;
    readonly delayMaxMs: number;
  };
  /** CPU time of the process, all its threads, as a share of one core. */
  readonly cpuShare: number;
  readonly residentBytes: number;
  readonly connectionsOpen: number;
  readonly queueLength: number;
  /** Failures of this machine and not of the target: out of ports, out of descriptors. */
  readonly generatorFailures: number;
};

export type LagSummary = {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** Share of them seen more than a millisecond late. */
  readonly lateShare: number;
};

export type DriverTotals = {
  readonly driver: number;
  /** Requests that came due; equals `counts.scheduled` unless the process was killed. */
  readonly due: number;
  readonly counts: OutcomeCounts;
  readonly connectionsOpened: number;
  readonly connectionFailures: Readonly<Record<string, number>>;
};
