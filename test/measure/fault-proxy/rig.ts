import { createHash } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import type { ProxiedProtocol, ProxyFault } from "../../../src/measure/fault-proxy/messages.ts";
import { FaultProxy } from "../../../src/measure/fault-proxy/proxy.ts";

const host = "127.0.0.1";

/** A proxy before a server of the test's own, both ended with the test. */
export async function proxied(
  serve: (socket: Socket) => void,
  options: { readonly fault?: ProxyFault; readonly protocol?: ProxiedProtocol } = {},
) {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    serve(socket);
  });
  server.listen(0, host);
  await once(server, "listening");
  const bound = server.address();
  if (typeof bound !== "object" || bound === null) throw new Error("the server has a port");
  const proxy = await FaultProxy.start({
    name: "new",
    seed: 1,
    protocol: options.protocol ?? "http",
    upstream: { host, port: bound.port },
    listen: { host, port: 0 },
  });
  if (options.fault !== undefined) await proxy.setFault(options.fault);
  onTestFinished(async () => {
    await proxy.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { proxy, sockets, upstreamPort: bound.port };
}

/** A caller's connection; `received` grows, `failure` is the error that it ended with. */
export async function caller(port: number) {
  const socket = connect({ host, port, allowHalfOpen: true });
  const seen = { received: Buffer.alloc(0), failure: undefined as string | undefined, isEnded: false };
  socket.on("data", (bytes) => {
    seen.received = Buffer.concat([seen.received, bytes as Buffer]);
  });
  socket.on("end", () => {
    seen.isEnded = true;
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    seen.failure = error.code;
  });
  onTestFinished(() => {
    socket.destroy();
  });
  const isClosed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await Promise.race([new Promise<void>((resolve) => socket.once("connect", resolve)), isClosed]);
  return { socket, seen, isClosed };
}

/** Everything that comes back until the other side ends, counted and hashed. */
export async function readAll(socket: Socket): Promise<{ readonly bytes: number; readonly hash: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  // An iterator over the socket would close its other half with it.
  socket.on("data", (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  socket.resume();
  await once(socket, "end");
  return { bytes, hash: hash.digest("hex") };
}

/** Answers each line with itself. */
export function echo(socket: Socket): void {
  socket.on("data", (bytes) => socket.write(bytes));
  socket.on("end", () => socket.end());
}

/** Bytes that repeat nowhere near, so that none can be missing, doubled or swapped unseen. */
export function bytesOf(seed: number, length: number): Buffer {
  let state = (seed * 2_654_435_761) >>> 0 || 1;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 255;
    }),
  );
}

export function hashOf(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Writes all of it, cut at these places, as fast as the other side takes it; then ends. */
export async function writeChunks(socket: Socket, bytes: Buffer, cuts: readonly number[]): Promise<void> {
  const edges = [...new Set(cuts.map((cut) => cut % bytes.length))].toSorted((left, right) => left - right);
  for (const [index, from] of [0, ...edges].entries()) {
    const piece = bytes.subarray(from, edges[index] ?? bytes.length);
    if (piece.length > 0 && !socket.write(piece)) await once(socket, "drain");
  }
  socket.end();
}
