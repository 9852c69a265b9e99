import { systemClock } from "../../../base/clock.ts";
import type { EngineOptions, LoadEngine } from "../engine.ts";
import { Ledger } from "../http/ledger.ts";
import { PlannedSplit } from "../http/planned-split.ts";
import { RetriedTraffic } from "../retries/retried-traffic.ts";
import { PacedEngine } from "./paced-engine.ts";
import type { AskingTraffic, TrafficOptions } from "./traffic.ts";

/** An engine that plays a traffic at its due times, asking again what fails where the plan's clients do. */
export function playPaced(
  options: EngineOptions,
  makeTraffic: (options: TrafficOptions) => AskingTraffic,
): LoadEngine {
  const split = new PlannedSplit(options.plan);
  const ledger = new Ledger(options.sink, split);
  const { timeline, retries } = options.plan;
  return new PacedEngine({
    clock: systemClock,
    timeline,
    ledger,
    split,
    makeTraffic: (afterAnswer) => {
      const parts = { ...options, clock: systemClock, ledger, split, afterAnswer };
      if (retries === undefined) return makeTraffic({ ...parts, book: ledger });
      return new RetriedTraffic({ ...parts, retries }, (book) => makeTraffic({ ...parts, book }));
    },
  });
}
