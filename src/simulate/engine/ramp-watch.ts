import type { BreakerChange } from "../../rollout/breaker.ts";
import type { HeaderRoute } from "../../scenario/rollout-plan.ts";
import type { EndedSink } from "./ended-sink.ts";
import type { Ending } from "./tally.ts";

/** A ramp that watches its own replication. */
export interface RampWatch extends EndedSink {
  /** When the window under way is over, ms. */
  readonly nextMs: number;
  /** The end of a copy, for which no user waited. */
  copyEnded(how: Ending, timeMs: number): void;
  /** Ends the window. @param newOut - where the splitter sends new's requests to old, since when and why */
  close(newOut: Outage | undefined): RampSplit;
  /** The breaker of new opened or closed. */
  breaker(change: BreakerChange): RampSplit;
}

export type Outage = { readonly sinceMs: number; readonly cause: string };

/** The split from now on. */
export type RampSplit = {
  readonly newPerMillion: number;
  readonly headerRoute: HeaderRoute | undefined;
  /** undefined: what is copied is none of the ramp's matter. */
  readonly mirrorPerMillion: number | undefined;
};
