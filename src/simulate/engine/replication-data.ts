import type { Reaction } from "../../result/reaction-schema.ts";
import type { RunEvent } from "../../result/schema.ts";
import type { SimulationReport } from "../../result/simulation-schema.ts";
import type { ScalingData } from "./autoscaling.ts";
import type { Tally } from "./tally.ts";
import type { Levels } from "./time-averages.ts";

/** What one replication brings home, as plain data. */
export type ReplicationData = {
  readonly tally: Tally;
  readonly levels: Levels;
  /** By column of `mirrorColumn`. */
  readonly mirror: Float64Array;
  /** CPU time of the services, and queries of the database, by version, warm-up included. */
  readonly cpuMs: Float64Array;
  readonly queries: Float64Array;
  /** By version and column of `retryColumn`. */
  readonly retries: Float64Array;
  /** By version; undefined where the number of servers stays. */
  readonly scaling: readonly (ScalingData | undefined)[];
  readonly engine: SimulationReport["engine"];
  readonly events: number;
  readonly log: readonly RunEvent[];
  /** What its faults of new led to; told by the first replication alone. */
  readonly reactions: readonly Reaction[];
  /** When the replication had to stop because too many requests were under way. */
  readonly overflowMs: number | undefined;
};
