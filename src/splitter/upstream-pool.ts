import type { Head } from "../wire/head.ts";
import type { WireLimits } from "../wire/limits.ts";
import { parseUpstream, type UpstreamAddress } from "./upstream-address.ts";
import { UpstreamConnection, type UpstreamUser } from "./upstream-connection.ts";

/** One address of a version, with its connections. */
export class Upstream {
  readonly address: UpstreamAddress;
  /** What the health checks and its connections say. */
  isHealthy = true;
  /** Left alone for a while, because its requests failed one after the other. */
  isEjected = false;
  /** Taken out of the configuration: no new requests, and its connections end with those they carry. */
  isRemoved = false;
  connectFailuresInARow = 0;
  /** The most recently used last, so that the surplus grows old and is closed. */
  readonly idle: UpstreamConnection[] = [];
  readonly busy = new Set<UpstreamConnection>();

  constructor(url: string, hostHeader: string | undefined) {
    this.address = parseUpstream(url, hostHeader);
  }

  get isUsable(): boolean {
    return this.isHealthy && !this.isEjected;
  }
}

export type PoolLimits = {
  readonly wire: WireLimits;
  readonly maxConnectionsPerUpstream: number;
  readonly maxWaiting: number;
};

/** Where a pool's connections go. */
export type PoolTarget = {
  readonly urls: readonly string[];
  /** Sent in place of the client's Host; undefined leaves that one. */
  readonly hostHeader: string | undefined;
};

export type PoolShares = {
  /** Heads are read at once, so that one serves all connections. */
  readonly head: Head;
  readonly deadlines: { readonly nowMs: number };
};

/** Which connection a request may have. */
export type ConnectionChoice = {
  readonly fresh: boolean;
  readonly besides?: Upstream | undefined;
  readonly maxIdleMs?: number;
};

/** A request that waits until a connection comes free. */
export interface Waiting {
  /** False once it has been given up; it is then passed over. */
  readonly isWaiting: boolean;
  onPlace(): void;
}

/**
 * The kept-alive connections to all upstreams of one version. A request gets the upstream with the fewest
 * requests under way, of those in use and healthy; equal ones in turn.
 */
export class UpstreamPool {
  readonly #limits: PoolLimits;
  readonly #shared: PoolShares;
  readonly #hostHeader: string | undefined;
  #waiting: Waiting[] = [];
  #upstreams: readonly Upstream[];
  #turn = 0;

  constructor({ urls, hostHeader }: PoolTarget, shared: PoolShares, limits: PoolLimits) {
    this.#hostHeader = hostHeader;
    this.#upstreams = urls.map((url) => new Upstream(url, hostHeader));
    this.#shared = shared;
    this.#limits = limits;
  }

  get upstreams(): readonly Upstream[] {
    return this.#upstreams;
  }

  /** Whether a request may be sent here. */
  get isHealthy(): boolean {
    for (const upstream of this.#upstreams) if (upstream.isUsable) return true;
    return false;
  }

  /**
   * @param fresh - ask for a new connection
   * @param maxIdleMs - a connection that has been idle for longer is not used
   * @param besides - an upstream that has just failed and is passed over
   * @returns a connection for this user, maybe still connecting; undefined when every connection is taken
   */
  acquire(
    user: UpstreamUser,
    { fresh, besides, maxIdleMs }: ConnectionChoice,
  ): UpstreamConnection | undefined {
    const upstream = this.#leastBusy(besides);
    if (upstream === undefined) return undefined;
    const isIdleUsable = !fresh && (maxIdleMs === undefined || this.#hasIdleSince(upstream, maxIdleMs));
    const connection = (isIdleUsable ? upstream.idle.pop() : undefined) ?? this.#connect(upstream);
    upstream.busy.add(connection);
    connection.user = user;
    connection.hasAnswered = false;
    return connection;
  }

  /** Queues for a connection. @returns false where too many wait already */
  wait(waiting: Waiting): boolean {
    if (this.#waiting.length >= this.#limits.maxWaiting) this.#forgetGivenUp();
    if (this.#waiting.length >= this.#limits.maxWaiting) return false;
    this.#waiting.push(waiting);
    return true;
  }

  /** Gives back a connection whose exchange is complete on both sides. */
  release(connection: UpstreamConnection): void {
    const upstream = this.upstreamOf(connection);
    connection.user = undefined;
    connection.isReused = true;
    connection.resume();
    const { parser } = connection;
    const isUsable =
      upstream !== undefined && !upstream.isRemoved && parser.keepAlive && parser.isBetweenMessages();
    if (!isUsable) {
      connection.destroy();
      return;
    }
    upstream.busy.delete(connection);
    connection.idleSinceMs = this.#shared.deadlines.nowMs;
    upstream.idle.push(connection);
    this.#serveWaiting();
  }

  upstreamOf(connection: UpstreamConnection): Upstream | undefined {
    for (const upstream of this.#upstreams) if (upstream.address === connection.address) return upstream;
    return undefined;
  }

  /** Takes another set of addresses; those that stay keep their connections, the others drain. */
  setUpstreams(urls: readonly string[]): void {
    const kept = new Map(this.#upstreams.map((upstream) => [upstream.address.url, upstream]));
    this.#upstreams = urls.map((url) => kept.get(url) ?? new Upstream(url, this.#hostHeader));
    for (const upstream of kept.values()) {
      if (this.#upstreams.includes(upstream)) continue;
      upstream.isRemoved = true;
      for (const connection of [...upstream.idle]) connection.destroy();
    }
    this.#serveWaiting();
  }

  /** Closes connections that have carried nothing since before that moment. */
  closeIdleSince(beforeMs: number): void {
    for (const { idle } of this.#upstreams) {
      for (let oldest = idle[0]; oldest !== undefined && oldest.idleSinceMs < beforeMs; oldest = idle[0]) {
        oldest.destroy();
      }
    }
  }

  /** Closes everything at once. */
  destroy(): void {
    this.#waiting.length = 0;
    for (const upstream of this.#upstreams) {
      for (const connection of [...upstream.idle, ...upstream.busy]) connection.destroy();
    }
  }

  #hasIdleSince({ idle }: Upstream, maxIdleMs: number): boolean {
    const last = idle.at(-1);
    return last !== undefined && this.#shared.deadlines.nowMs - last.idleSinceMs <= maxIdleMs;
  }

  #leastBusy(besides: Upstream | undefined): Upstream | undefined {
    const { length } = this.#upstreams;
    let best: Upstream | undefined;
    for (let offset = 0; offset < length; offset++) {
      const upstream = this.#upstreams[(this.#turn + offset) % length];
      if (upstream === undefined || upstream === besides || !upstream.isUsable) continue;
      const hasRoom = upstream.idle.length > 0 || upstream.busy.size < this.#limits.maxConnectionsPerUpstream;
      if (hasRoom && (best === undefined || upstream.busy.size < best.busy.size)) best = upstream;
    }
    this.#turn = (this.#turn + 1) % Math.max(1, length);
    return best;
  }

  #connect(upstream: Upstream): UpstreamConnection {
    const reading = { head: this.#shared.head, limits: this.#limits.wire };
    return new UpstreamConnection(upstream.address, reading, (closed) => {
      upstream.busy.delete(closed);
      const at = upstream.idle.indexOf(closed);
      if (at !== -1) upstream.idle.splice(at, 1);
      this.#serveWaiting();
    });
  }

  #forgetGivenUp(): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.isWaiting);
  }

  #serveWaiting(): void {
    while (this.#waiting.length > 0 && this.#leastBusy(undefined) !== undefined) {
      const first = this.#waiting.shift();
      if (first?.isWaiting) {
        first.onPlace();
        return;
      }
    }
  }
}
