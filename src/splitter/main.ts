import net from "node:net";
import { UserError } from "../base/errors.ts";
import { eventLoopProbe } from "../base/event-loop.ts";
import { standStill } from "../base/stand-still.ts";
import { type Admin, type AdminAddress, startAdmin } from "./admin.ts";
import type { FromSplitter, SplitterConfig, ToSplitter } from "./messages.ts";
import { type Handed, type IdleConnections, type Splitter, startSplitter } from "./splitter.ts";

/**
 * The splitter as a process of its own, forked with IPC: it takes `ToSplitter` messages, sends `FromSplitter`
 * ones, and ends when told to, or at once when its parent is gone.
 */

const statsEveryMs = 1000;

type Running = {
  readonly splitter: Splitter;
  readonly adminAddress: AdminAddress;
  admin: Admin;
  readonly timer: NodeJS.Timeout;
};

const loop = eventLoopProbe();
let running: Running | undefined;
let isStopping = false;
const handedOver = Promise.withResolvers<Handed>();
let isComparing = false;

process.on("message", (message: ToSplitter, socket) => {
  if (message.type === "socket" && socket instanceof net.Server)
    handedOver.resolve({ socket, state: message.state });
  else void handle(message);
});
process.on("disconnect", () => process.exit(0));
// A terminal's Ctrl-C reaches the whole group; the parent decides when this process stops.
process.on("SIGINT", () => undefined);

async function handle(message: ToSplitter): Promise<void> {
  switch (message.type) {
    case "start":
      await start(message.config);
      return;
    case "set-split":
      running?.splitter.setSplit(message);
      return;
    case "set-upstreams":
      running?.splitter.setUpstreams(message.version, message.urls);
      return;
    case "hang":
      standStill(message.forMs);
      return;
    case "hand-over":
      await handOver();
      return;
    case "take-back":
      if (running !== undefined) running.admin = await startAdmin(running.adminAddress, running.splitter);
      return;
    case "stop":
      await stop(message.drainMs, message.idleConnections);
  }
}

async function start(config: SplitterConfig): Promise<void> {
  if (running !== undefined) return;
  try {
    const splitter = await startSplitter(config, (event) => send({ type: "event", ...event }), takeSocket);
    const admin = await startAdmin(config.admin, splitter);
    const timer = setInterval(() => {
      send(statsOf(splitter));
      void sendComparison(splitter);
    }, statsEveryMs);
    running = { splitter, adminAddress: settled(config.admin, admin.port), admin, timer };
    send({ type: "listening", port: splitter.port, adminPort: admin.port });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    send({ type: "failed", sentence: error.message }, () => process.exit(1));
  }
}

/** The address with the port that was got, so that the endpoint can be opened there again. */
function settled(address: AdminAddress, port: number): AdminAddress {
  return address.socketPath === undefined ? { ...address, port } : address;
}

function takeSocket(): Promise<Handed> {
  send({ type: "wants-socket" });
  return handedOver.promise;
}

/** The process that takes over opens the admin endpoint at the same address. */
async function handOver(): Promise<void> {
  if (running === undefined) return;
  await running.admin.stop();
  const { splitter } = running;
  process.send?.({ type: "socket", state: splitter.handedState() } satisfies FromSplitter, splitter.socket);
}

async function stop(drainMs: number, idleConnections?: IdleConnections): Promise<void> {
  if (isStopping || running === undefined) return;
  isStopping = true;
  const { splitter, admin, timer } = running;
  await splitter.stop(drainMs, idleConnections);
  clearInterval(timer);
  await admin.stop();
  await sendComparison(splitter);
  send(statsOf(splitter), () => process.exit(0));
}

function statsOf(splitter: Splitter): FromSplitter {
  return { type: "stats", ...splitter.takeStats(), eventLoop: loop.sample() };
}

/** While one report is awaited, no other is asked for. */
async function sendComparison({ compareReport }: Splitter): Promise<void> {
  if (compareReport === undefined || isComparing) return;
  isComparing = true;
  send({ type: "compare", processId: process.pid, report: await compareReport() });
  isComparing = false;
}

/** @param onSent - called once the message has left, or can't */
function send(message: FromSplitter, onSent?: () => void): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => onSent?.());
  else onSent?.();
}
