import { once } from "node:events";
import net from "node:net";
import { type PerVersion, perVersion } from "../../src/base/version.ts";
import type { SplitPlan } from "../../src/scenario/plan.ts";
import type { HealthPlan } from "../../src/scenario/service-plan.ts";
import { defaultSplitterLimits, type SplitterLimits } from "../../src/splitter/limits.ts";
import type { SplitterConfig, SplitterEvent } from "../../src/splitter/messages.ts";
import { type Splitter, startSplitter, type TakeSocket } from "../../src/splitter/splitter.ts";

/** Answers what one connection sent so far; called for every piece that comes. */
export type Script = (connection: UpstreamSocket) => void;

export type UpstreamSocket = { readonly socket: net.Socket; received: string; answered: number };

export type RawUpstream = {
  readonly url: string;
  readonly port: number;
  /** Everything each connection received, in Latin-1, in the order of the connections; without health checks. */
  readonly connections: readonly UpstreamSocket[];
  received(): string;
  stop(): Promise<void>;
};

export const healthAnswer = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

/** A server that answers with scripted bytes; health checks pass. */
export async function startRawUpstream(script: Script): Promise<RawUpstream> {
  const connections: UpstreamSocket[] = [];
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    const connection: UpstreamSocket = { socket, received: "", answered: 0 };
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    socket.on("data", (piece) => {
      connection.received += piece.toString("latin1");
      if (connection.received.startsWith("GET /health ")) {
        socket.end(healthAnswer);
        return;
      }
      if (!connections.includes(connection)) connections.push(connection);
      script(connection);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    connections,
    received: () => connections.map((connection) => connection.received).join(""),
    async stop() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Answers every request that has no body, as soon as its head is there. */
export function answersWith(response: string): Script {
  return (connection) => {
    const heads = connection.received.split("\r\n\r\n").length - 1;
    for (; connection.answered < heads; connection.answered++) connection.socket.write(response, "latin1");
  };
}

export const healthPlan: HealthPlan = {
  path: "/health",
  intervalMs: 100,
  timeoutMs: 500,
  unhealthyAfter: 2,
  healthyAfter: 2,
};

export const splitPlan: SplitPlan = {
  seed: 1,
  newPerMillion: 0,
  by: "request",
  userKey: { kind: "header", name: "x-user-id" },
  flags: [],
};

export type Rig = {
  readonly splitter: Splitter;
  readonly events: readonly SplitterEvent[];
  stop(): Promise<void>;
};

export type RigOptions = Partial<Omit<SplitterConfig, "limits" | "health">> & {
  readonly upstreams: PerVersion<readonly string[]>;
  readonly limits?: Partial<SplitterLimits>;
  readonly health?: Partial<HealthPlan>;
};

/** A splitter in this process on a free port. */
export async function startRig(options: RigOptions, takeSocket?: TakeSocket): Promise<Rig> {
  const events: SplitterEvent[] = [];
  const { limits, health, ...rest } = options;
  const config: SplitterConfig = {
    listen: { host: "127.0.0.1", port: 0 },
    split: splitPlan,
    mirror: undefined,
    admin: { host: "127.0.0.1", port: 0, token: "token" },
    ...rest,
    health: perVersion(() => ({ ...healthPlan, ...health })),
    limits: { ...defaultSplitterLimits, ...limits },
  };
  const splitter = await startSplitter(config, (event) => events.push(event), takeSocket);
  return { splitter, events, stop: () => splitter.stop(0) };
}

export type RawAnswer = { readonly text: string; readonly end: "closed" | "reset" | "open" };

/**
 * Sends the pieces as they are, each in a packet of its own, and gathers what comes back until the splitter
 * closes, or until `until` is content.
 */
export async function talk(
  port: number,
  pieces: readonly string[],
  options: {
    readonly until?: (text: string) => boolean;
    readonly halfClose?: boolean;
    readonly timeoutMs?: number;
  } = {},
): Promise<RawAnswer> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  let text = "";
  const done = Promise.withResolvers<RawAnswer["end"]>();
  socket.on("data", (piece) => {
    text += piece.toString("latin1");
    if (options.until?.(text)) done.resolve("open");
  });
  socket.on("end", () => done.resolve("closed"));
  socket.on("error", () => done.resolve("reset"));
  socket.on("close", () => done.resolve("closed"));
  const timer = setTimeout(() => done.resolve("open"), options.timeoutMs ?? 10_000);
  await Promise.race([once(socket, "connect"), done.promise]);
  for (const piece of pieces) {
    if (socket.destroyed) break;
    await new Promise<void>((resolve) => void socket.write(piece, "latin1", () => resolve()));
    if (pieces.length > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  if (options.halfClose) socket.end();
  const end = await done.promise;
  clearTimeout(timer);
  socket.destroy();
  return { text, end };
}

/** The answer without what the splitter adds, so that rows can be compared. */
export function plain(text: string): string {
  return text.replace(/^(?:x-twinlane-version|server-timing|x-request-id): .*\r\n/gm, "");
}

/** Polls until it holds; the test's own time limit ends it otherwise. */
export async function eventually(holds: () => boolean, withinMs = 10_000): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
