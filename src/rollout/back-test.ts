import type { Controller, ControllerPhase } from "./controllers/controller.ts";
import type { ObservedWindow } from "./gate-progress.ts";
import { endedCount, failedCount } from "./sample.ts";

/**
 * What both versions answer in the window that ends at this moment while new has this share: a recorded run, whose
 * share is what it was, or a simulated one that follows the controller. undefined at its end.
 */
export type WindowSource = (atMs: number, newShare: number) => ObservedWindow | undefined;

/** How a controller did on a run whose truth is known. */
export type BackTestRow = {
  readonly controller: string;
  readonly phase: ControllerPhase;
  /** When it rolled back, paused or promoted; undefined while it still ran. */
  readonly decidedAtMs: number | undefined;
  /** From the fault to that moment; undefined without a fault, or where it decided before. */
  readonly reactionMs: number | undefined;
  /**
   * `caught`: stopped after the fault. `missed`: not stopped. `false alarm`: stopped without a fault, or before it.
   * `right`: not stopped, and there was no fault.
   */
  readonly verdict: "caught" | "missed" | "false alarm" | "right";
  /** Blast radius: requests of new that were not answered well, until it was stopped. */
  readonly harmed: number;
  readonly newRequests: number;
  readonly allRequests: number;
  /** Harmed requests over those that 99.9 % availability allows for all requests of the run; 1 is all of it. */
  readonly budgetSpent: number;
  readonly decisions: readonly { readonly atMs: number; readonly sentence: string }[];
};

export type BackTestRun = {
  readonly windowMs: number;
  readonly untilMs: number;
  /** When new became bad; undefined where it never did. */
  readonly faultAtMs: number | undefined;
  readonly windows: WindowSource;
};

const allowedFailureShare = 0.001;

/** Feeds a run to a controller until the run or its source ends. */
export function backTest(start: Controller, run: BackTestRun): BackTestRow {
  const decisions: { atMs: number; sentence: string }[] = [];
  let controller = start;
  let decidedAtMs: number | undefined;
  let [harmed, newRequests, allRequests] = [0, 0, 0];
  for (let atMs = run.windowMs; atMs <= run.untilMs; atMs += run.windowMs) {
    const window = run.windows(atMs, controller.newShare);
    if (window === undefined) break;
    const isStopped = controller.phase === "rolled back";
    const newEnded = isStopped ? 0 : endedCount(window.samples.new.counts);
    harmed += isStopped ? 0 : failedCount(window.samples.new.counts);
    newRequests += newEnded;
    allRequests += endedCount(window.samples.new.counts) + endedCount(window.samples.old.counts);
    const before = controller.phase;
    const stepped = controller.step(window);
    controller = stepped.controller;
    decisions.push(...stepped.decisions.map((sentence) => ({ atMs, sentence })));
    if (controller.phase !== before && before === "running") decidedAtMs = atMs;
    if (controller.phase === "rolled back" && before !== "rolled back") decidedAtMs = atMs;
  }
  const verdict = verdictOf(controller.phase, decidedAtMs, run.faultAtMs);
  const reactionMs =
    verdict === "caught" && decidedAtMs !== undefined && run.faultAtMs !== undefined
      ? decidedAtMs - run.faultAtMs
      : undefined;
  return {
    controller: controller.name,
    phase: controller.phase,
    decidedAtMs,
    reactionMs,
    verdict,
    harmed,
    newRequests,
    allRequests,
    budgetSpent: allRequests === 0 ? 0 : harmed / (allRequests * allowedFailureShare),
    decisions,
  };
}

/** A pause stops the ramp but not the harm; it counts as noticed all the same, and the harm shows it. */
function verdictOf(
  phase: ControllerPhase,
  decidedAtMs: number | undefined,
  faultAtMs: number | undefined,
): BackTestRow["verdict"] {
  const isStopped = phase === "rolled back" || phase === "paused";
  if (faultAtMs === undefined) return isStopped ? "false alarm" : "right";
  if (!isStopped || decidedAtMs === undefined) return "missed";
  return decidedAtMs > faultAtMs ? "caught" : "false alarm";
}
