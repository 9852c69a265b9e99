import { systemClock } from "../../../base/clock.ts";
import type { EngineOptions, LoadEngine } from "../engine.ts";
import { Ledger } from "../http/ledger.ts";
import { PlannedSplit } from "../http/planned-split.ts";
import { PacedEngine } from "../pacing/paced-engine.ts";
import { OpenTraffic } from "./open-traffic.ts";

/** Plays open arrivals or a trace: a request goes out when it is due, whatever became of the earlier ones. */
export function openLoopEngine(options: EngineOptions): LoadEngine {
  const split = new PlannedSplit(options.plan);
  const ledger = new Ledger(options.sink, split);
  return new PacedEngine({
    clock: systemClock,
    timeline: options.plan.timeline,
    ledger,
    split,
    makeTraffic: (afterAnswer) =>
      new OpenTraffic({ ...options, clock: systemClock, ledger, split, afterAnswer }),
  });
}
