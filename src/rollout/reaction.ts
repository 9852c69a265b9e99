import type { Decision } from "./decision.ts";
import type { ObservedWindow } from "./gate-progress.ts";
import { endedCount, failedCount } from "./sample.ts";

/** What became of a fault of new, from its start to the last request that met it. Moments on the run's axis. */
export type Reaction = {
  readonly faultAtMs: number;
  /** End of the first window in which a request of new failed. */
  readonly seenAtMs: number | undefined;
  /** When a loop first decided to roll back, pause or freeze, and which. */
  readonly decidedAtMs: number | undefined;
  readonly decidedBy: Decision["loop"] | undefined;
  /** When the share of new became 0. */
  readonly zeroAtMs: number | undefined;
  /** End of the last window in which new ended a request of a user. */
  readonly lastAnswerAtMs: number | undefined;
  /** Blast radius: requests of new since the fault that were not answered well, and all of them. */
  readonly harmed: number;
  readonly exposed: number;
};

const stopping: ReadonlySet<Decision["kind"]> = new Set(["roll back", "pause", "freeze"]);

/** @param windows - in time order, at least from the fault on */
export function reactionTo(
  faultAtMs: number,
  {
    decisions,
    windows,
  }: { readonly decisions: readonly Decision[]; readonly windows: readonly ObservedWindow[] },
): Reaction {
  const later = decisions.filter(({ atMs }) => atMs >= faultAtMs);
  const decided = later.find(({ kind }) => stopping.has(kind));
  const touched = windows.filter(({ atMs }) => atMs > faultAtMs);
  const ofNew = (window: ObservedWindow) => window.samples.new.counts;
  const sum = (count: (window: ObservedWindow) => number) =>
    touched.reduce((total, window) => total + count(window), 0);
  return {
    faultAtMs,
    seenAtMs: touched.find((window) => failedCount(ofNew(window)) > 0)?.atMs,
    decidedAtMs: decided?.atMs,
    decidedBy: decided?.loop,
    zeroAtMs: later.find(({ kind, split }) => kind === "roll back" && split.newShare === 0)?.atMs,
    lastAnswerAtMs: touched.findLast((window) => endedCount(ofNew(window)) > 0)?.atMs,
    harmed: sum((window) => failedCount(ofNew(window))),
    exposed: sum((window) => endedCount(ofNew(window))),
  };
}
