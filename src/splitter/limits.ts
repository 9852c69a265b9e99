import { defaultWireLimits, type WireLimits } from "../wire/limits.ts";

/** Every bound of a splitter. Times in ms; those of 0 to some 25 ms are rounded up to the sweep. */
export type SplitterLimits = {
  readonly wire: WireLimits;
  /** Client connections; further ones are closed at once and counted. */
  readonly maxConnections: number;
  /** Connections to one upstream address, without those for mirrored copies. */
  readonly maxConnectionsPerUpstream: number;
  /** Requests that may wait for a connection to a version; further ones get 503. */
  readonly maxWaiting: number;
  /** From the first byte of a request to the end of its head. */
  readonly headTimeoutMs: number;
  /** Without a byte of the request body. */
  readonly bodyTimeoutMs: number;
  /** Client connection without a request. */
  readonly idleTimeoutMs: number;
  /** Waiting for a connection to the upstream. */
  readonly connectTimeoutMs: number;
  /** From the request forwarded to the head of its answer. */
  readonly answerTimeoutMs: number;
  /** Without a byte of the response body taken on, whichever side is slow. */
  readonly stallTimeoutMs: number;
  /** Upstream connections that carry nothing for so long are closed. */
  readonly upstreamIdleTimeoutMs: number;
  /** A request that can't be repeated is not sent on a connection that has been idle for longer. */
  readonly unrepeatableIdleMs: number;
  /** How long what a client still sends is thrown away after an answer that ends its connection. */
  readonly lingerMs: number;
  /** Connect failures in a row after which an upstream is left alone until its health checks pass. */
  readonly connectFailuresUntilUnhealthy: number;
};

export const defaultSplitterLimits: SplitterLimits = {
  wire: defaultWireLimits,
  maxConnections: 16_000,
  maxConnectionsPerUpstream: 4096,
  maxWaiting: 4096,
  headTimeoutMs: 10_000,
  bodyTimeoutMs: 30_000,
  idleTimeoutMs: 75_000,
  connectTimeoutMs: 2000,
  answerTimeoutMs: 30_000,
  stallTimeoutMs: 30_000,
  upstreamIdleTimeoutMs: 60_000,
  unrepeatableIdleMs: 1000,
  lingerMs: 2000,
  connectFailuresUntilUnhealthy: 3,
};
