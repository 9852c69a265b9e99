import { systemClock } from "../../../base/clock.ts";
import type { EngineOptions, LoadEngine } from "../engine.ts";
import { Ledger } from "../http/ledger.ts";
import { PlannedSplit } from "../http/planned-split.ts";
import { PacedEngine } from "../pacing/paced-engine.ts";
import { ClosedTraffic } from "./closed-traffic.ts";

/** Plays users who wait for their answer, think, and ask again. */
export function closedLoopEngine(options: EngineOptions): LoadEngine {
  const split = new PlannedSplit(options.plan);
  const ledger = new Ledger(options.sink, split);
  return new PacedEngine({
    clock: systemClock,
    timeline: options.plan.timeline,
    ledger,
    split,
    makeTraffic: (afterAnswer) =>
      new ClosedTraffic({ ...options, clock: systemClock, ledger, split, afterAnswer }),
  });
}
