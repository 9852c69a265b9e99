import type { Version } from "../../../base/version.ts";
import type { Observation, Outcome } from "../../../result/observation.ts";
import type { UserIdentity } from "../../../workload/user-identity.ts";
import type { Connection } from "./connection.ts";

/** A request before it is sent: what goes over the wire, and what is expected of it. */
export type PreparedRequest = {
  readonly ordinal: number;
  readonly endpoint: number;
  /** The whole request; every letter is one byte. */
  readonly text: string;
  readonly isHead: boolean;
  readonly identity: UserIdentity;
  /** The version that the split sends it to. */
  readonly planned: Version;
};

/** One request and its answer, from due to done. It is itself the observation that the sink is given. */
export class Exchange implements Observation {
  scheduledMs: number;
  seenMs: number;
  sentMs = Number.NaN;
  firstByteMs = Number.NaN;
  completedMs = Number.NaN;
  version: Version;
  endpoint: number;
  outcome: Outcome = "unfinished";
  status = 0;
  errorClass = "";
  splitterMs = Number.NaN;
  serverQueueMs = Number.NaN;
  serviceMs = Number.NaN;
  rerouted = false;

  readonly request: PreparedRequest;
  /** What carries it, once sent. */
  connection: Connection | undefined;
  /** Neighbours in the one list that holds it. */
  previous: Exchange | undefined;
  next: Exchange | undefined;
  /** From when on its age in that list counts. */
  listedMs = Number.NaN;

  get user(): number {
    return this.request.identity.user;
  }

  constructor(request: PreparedRequest, scheduledMs: number, seenMs: number) {
    this.request = request;
    this.scheduledMs = scheduledMs;
    this.seenMs = seenMs;
    this.version = request.planned;
    this.endpoint = request.endpoint;
  }
}
