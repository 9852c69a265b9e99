import type { Version } from "../../../base/version.ts";
import type { Observation, Outcome } from "../../../result/observation.ts";
import type { UserIdentity } from "../../../workload/user-identity.ts";
import type { Asking } from "../retries/asking.ts";
import type { Aged } from "./aged-list.ts";
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

/**
 * One attempt of a request, from due to done; where clients ask once, the request itself. It is the observation that
 * the sink is given.
 */
export class Exchange implements Observation, Aged<Exchange> {
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
  /** The request that it is an attempt of, where clients ask again; from its first attempt on. */
  retries: Asking | undefined;
  /** What carries it, once sent. */
  connection: Connection | undefined;
  previous: Exchange | undefined;
  next: Exchange | undefined;
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
