import type { VersionIndex } from "./request-source.ts";
import type { Ending } from "./tally.ts";

/** How one request of a user ended. Moments are ms of virtual time. */
export type EndedRequest = {
  readonly version: VersionIndex;
  readonly how: Ending;
  /** A place in `errorClasses`, or -1. */
  readonly error: number;
  readonly scheduledMs: number;
  /** Of one that was never sent, nothing is meant. */
  readonly sentMs: number;
  readonly endedMs: number;
  readonly user: number;
};

/** Who follows a replication as it goes. */
export interface EndedSink {
  end(request: EndedRequest): void;
}
