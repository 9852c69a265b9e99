import type { MeasuredCapacity } from "./measured-capacity.ts";
import type { TraceRates } from "./trace-rates.ts";

/** What was observed and stands beside the scenario. */
export type Evidence = {
  /** Needed where the scenario's load is a trace: the model itself reads no files. */
  readonly trace?: TraceRates | undefined;
  /** What a search has found; then it takes the place of formulas for response time, slots and CPU. */
  readonly measured?: MeasuredCapacity | undefined;
};
