import type { EventLoopSample } from "../../base/event-loop.ts";
import type { Address, Listening, StartFailed, StopProcess } from "../mock-messages.ts";

/**
 * What the coordinator and a fault proxy say to one another over IPC. A proxy is forked from
 * `src/measure/fault-proxy/main.ts`, one for each service or store that is to be disturbed and isn't ours; it ends
 * when told to stop or when the channel closes.
 */
export type ToProxy = StartProxy | SetProxyFault | StopProcess;
export type FromProxy = Listening | StartFailed | ProxyDisturbed | ProxyStats;

export type StartProxy = {
  readonly type: "start";
  /** For the streams that chance is drawn from. */
  readonly name: string;
  readonly seed: number;
  readonly protocol: ProxiedProtocol;
  readonly upstream: Upstream;
  readonly listen: Address;
};

/** What is spoken through the proxy; it matters only for the words of an error. */
export type ProxiedProtocol = "http" | "postgres" | "redis";

/** Where a proxy passes everything on to: an address, or a socket's path. */
export type Upstream = Address | { readonly path: string };

/** Trouble from now on; absent values are back to normal. Answered by `disturbed`. */
export type SetProxyFault = { readonly type: "fault"; readonly fault: ProxyFault };

export type ProxyFault = {
  /** New connections are refused, and those that were open have been reset. */
  readonly isRefusing?: boolean;
  /** Connections are accepted, and nothing passes either way. */
  readonly isHanging?: boolean;
  /** Answers come so many times later after the end of what was asked, ≥ 1. */
  readonly slowFactor?: number;
  /** Share of answers replaced by an error, after which the connection is closed. */
  readonly errorShare?: number;
  /** Share of answers replaced by a reset. */
  readonly resetShare?: number;
  /** Answers come this much later, up to `jitterMs` sooner or later than that. */
  readonly latency?: { readonly delayMs: number; readonly jitterMs: number };
  /** All answers share a line of this speed. */
  readonly bytesPerSecond?: number;
};

/** The last `fault` is in force. */
export type ProxyDisturbed = { readonly type: "disturbed" };

/** Sent each second. */
export type ProxyStats = {
  readonly type: "stats";
  readonly atMs: number;
  /** Open now. */
  readonly connections: number;
  readonly eventLoop: EventLoopSample;
};
