import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { systemClock } from "../base/clock.ts";
import { UserError } from "../base/errors.ts";
import { invariant } from "../base/invariant.ts";
import { perVersion, type Version, versions } from "../base/version.ts";
import { Head } from "../wire/head.ts";
import { ClientConnection } from "./client-connection.ts";
import type { CompareReport } from "./comparing/compare-report.ts";
import type { SplitterContext } from "./context.ts";
import { Counters } from "./counters.ts";
import { Deadlines } from "./deadlines.ts";
import { openDestinations } from "./destinations.ts";
import type { FlagSource, FollowedFlags } from "./flags/follow-flags.ts";
import {
  type HandedSources,
  type HandedState,
  handedState,
  readHandedState,
  takeOver,
} from "./handed-state.ts";
import { HealthBook } from "./health-book.ts";
import { runHealthChecks } from "./health-checks.ts";
import type { SplitterConfig, SplitterEvent, SplitterStats } from "./messages.ts";
import { Protection } from "./protection.ts";
import { Router, type SplitChange } from "./router.ts";
import { followSplitEtcd } from "./split-etcd.ts";
import { followSplitFile } from "./split-file.ts";

const agingEveryMs = 1000;
const listenBacklog = 4096;

/** A splitter that listens. */
export type Splitter = {
  readonly port: number;
  readonly counters: Counters;
  readonly router: Router;
  /** What happened since the last call; one caller only, once a second. */
  takeStats(): SplitterStats;
  /** How old and new compare up to now; undefined where they are not compared. */
  readonly compareReport: (() => Promise<CompareReport>) | undefined;
  /** What `compareReport` gave last. */
  lastComparison(): CompareReport | undefined;
  isHealthy(version: Version): boolean;
  /** @returns why nothing was changed, where it was refused */
  setSplit(change: SplitChange): string | undefined;
  setUpstreams(version: Version, urls: readonly string[]): void;
  /** The listening socket, for the process that takes over from this one. */
  readonly socket: net.Server;
  handedState(): HandedState;
  /** Takes no more connections, lets requests under way end for `drainMs`, and closes the rest. */
  stop(drainMs: number, idleConnections?: IdleConnections): Promise<void>;
};

/** What becomes of them in a stop: closed at once, or served one more request while the time to drain lasts. */
export type IdleConnections = "close" | "serve once";

/** What the process before gives: its listening socket, and the `HandedState` of its version. */
export type Handed = { readonly socket: net.Server; readonly state: unknown };

/** Asks the process before, once everything else is ready. */
export type TakeSocket = () => Promise<Handed>;

/**
 * Listens and splits, in this process.
 *
 * @param takeSocket - asked where `config.listen` is `"handed over"`
 * @throws UserError when the address is taken or an upstream is no plain http URL
 */
export async function startSplitter(
  config: SplitterConfig,
  report: (event: SplitterEvent) => void,
  takeSocket?: TakeSocket,
): Promise<Splitter> {
  const { limits } = config;
  const counters = new Counters();
  const flags = config.flags && (await startFlags(config.flags, report));
  const router = new Router(config.split, counters, {
    report,
    rulings: flags?.rulings,
    mirrorPerMillion: config.mirror?.perMillion,
  });
  const deadlines = new Deadlines();
  const destinations = openDestinations(config, { router, counters, deadlines, report });
  const { pools, mirror, comparer } = destinations;
  const health = new HealthBook(config.health, pools, { ...limits, report });
  const protection = new Protection(
    { ejection: config.ejection, breaker: config.breaker },
    { deadlines, report, upstreamsOf: (version) => pools[version].upstreams },
  );
  let isDraining = false;
  const context: SplitterContext = {
    limits,
    router,
    pools,
    mirror,
    comparer,
    health,
    protection,
    counters,
    deadlines,
    clientHead: new Head(limits.wire),
    newRequestId: requestIds(),
    keepsHost: versions.every((version) => config.hostHeaders?.[version] === undefined),
    isDraining: () => isDraining,
  };
  const clients = new Set<ClientConnection>();
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    counters.openConnections++;
    const client = new ClientConnection(socket, context, (closed) => {
      clients.delete(closed);
      counters.openConnections--;
    });
    clients.add(client);
  });
  server.maxConnections = limits.maxConnections;
  server.on("drop", () => counters.droppedConnections++);
  let sources: HandedSources | undefined;
  const onHanded = (given: unknown) => {
    const state = readHandedState(given);
    sources = state?.sources;
    const reason =
      state === undefined
        ? "starts afresh: the process before is of another version, and what it has learned can't be read"
        : takeOver(state, { router, pools, health, protection, routeTo: destinations.routeTo });
    report({ atMs: systemClock.nowMs(), kind: "took-over", version: undefined, reason });
  };
  await listen(server, config.listen, { takeSocket, onHanded }).catch(async (error: unknown) => {
    flags?.stop();
    await destinations.stop(0);
    deadlines.stop();
    throw error;
  });
  // Out of file descriptors, for one: that connection is lost, the others go on.
  server.on("error", () => counters.droppedConnections++);
  const agingTimer = setInterval(destinations.closeAged, agingEveryMs);
  const stopping = new AbortController();
  const checks = runHealthChecks(config.health, pools, { book: health, signal: stopping.signal });
  const splitFile =
    config.splitFile === undefined
      ? undefined
      : followSplitFile(
          { file: config.splitFile, lastText: sources?.fileText },
          (change) => router.setSplit(change),
          report,
        );
  const splitEtcd =
    config.splitEtcd &&
    followSplitEtcd(
      { ...config.splitEtcd, lastRevision: sources?.etcdRevision },
      (change) => router.setSplit(change),
      report,
    );
  return {
    port: (server.address() as net.AddressInfo).port,
    counters,
    router,
    takeStats: () =>
      counters.take(
        router.newPerMillion,
        perVersion((version) => pools[version].isHealthy),
      ),
    compareReport: comparer && (() => comparer.report()),
    lastComparison: () => comparer?.lastReport,
    isHealthy: (version) => pools[version].isHealthy,
    setSplit: (change) => router.setSplit(change),
    setUpstreams,
    socket: server,
    handedState: () =>
      handedState(
        { router, pools, health, protection },
        { fileText: splitFile?.lastText, etcdRevision: splitEtcd?.lastRevision },
      ),
    stop,
  };

  function setUpstreams(version: Version, urls: readonly string[]): void {
    destinations.routeTo(version, urls);
    const reason = urls.length === 0 ? "no upstreams are left" : urls.join(", ");
    report({ atMs: systemClock.nowMs(), kind: "upstreams", version, reason });
  }

  async function stop(drainMs: number, idleConnections: IdleConnections = "close"): Promise<void> {
    isDraining = true;
    splitFile?.stop();
    flags?.stop();
    await splitEtcd?.stop();
    report({ atMs: systemClock.nowMs(), kind: "draining", version: undefined, reason: `for ${drainMs} ms` });
    const closed = once(server, "close");
    server.close();
    if (idleConnections === "close") for (const client of [...clients]) client.drain();
    const timer = setTimeout(() => {
      for (const client of [...clients]) client.giveUp();
    }, drainMs);
    await closed;
    clearTimeout(timer);
    stopping.abort();
    await checks;
    await destinations.stop(drainMs);
    clearInterval(agingTimer);
    deadlines.stop();
  }
}

/** OpenFeature is loaded only where a run has flags. */
async function startFlags(
  source: FlagSource,
  report: (event: SplitterEvent) => void,
): Promise<FollowedFlags> {
  const { followFlags } = await import("./flags/follow-flags.ts");
  return await followFlags(source, report);
}

async function listen(
  server: net.Server,
  at: SplitterConfig["listen"],
  { takeSocket, onHanded }: { takeSocket: TakeSocket | undefined; onHanded: (state: unknown) => void },
): Promise<void> {
  if (at === "handed over") {
    invariant(takeSocket !== undefined, "a process that takes over knows from where");
    // From when it has come, connections are accepted: nothing may lie between.
    const { socket, state } = await takeSocket();
    onHanded(state);
    server.listen(socket, listenBacklog);
  } else {
    server.listen({ host: at.host, port: at.port, backlog: listenBacklog });
  }
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    const where = at === "handed over" ? "the socket that was handed over" : `${at.host}:${at.port}`;
    throw new UserError("port-in-use", `can't listen on ${where}: ${error.message}`);
  });
}

/** Unique over processes and short: a random beginning, then a count. */
function requestIds(): () => string {
  const start = randomBytes(8).toString("hex");
  let count = 0;
  return () => `${start}-${(count++).toString(36)}`;
}
