import type { RunPlan } from "../../scenario/plan.ts";
import type { SimulationSettings } from "../settings.ts";
import type { EndedSink } from "./ended-sink.ts";
import type { RampWatch } from "./ramp-watch.ts";

export type SimulationInput = {
  readonly plan: RunPlan;
  readonly settings: SimulationSettings;
  /** Of this replication: arrivals, demands and choices follow from it. */
  readonly seed: number;
  /** Who asks for what: the plan's own seed, where the requests of a real run are to be met again. */
  readonly trafficSeed?: number;
  /** Told of every end; where there is a ramp, that is. */
  readonly ended?: EndedSink | undefined;
  /** Follows what ends, window by window, and sets the split. */
  readonly ramp?: RampWatch;
  /** Times at which requests come due; nothing for a closed load. */
  readonly arrivals: Iterator<number>;
};
