import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { pathToFileURL } from "node:url";
import { systemClock } from "../../../src/base/clock.ts";

/**
 * A server whose every answer the request's path decides, down to the bytes:
 * `/delay/50` holds the request for at least 50 ms and reports in Server-Timing how long it really was;
 * `/flaky/2/reset` treats the first two attempts of each request as `/reset` does, and then answers well;
 * the other paths are listed in `answers`. Started as a process of its own, it can be frozen and killed.
 */
export type TestServer = {
  readonly port: number;
  readonly requests: () => number;
  readonly close: () => void;
};

export async function startTestServer(port = 0): Promise<TestServer> {
  let requests = 0;
  const attempts = new Map<string, number>();
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    readRequests(socket, (request) => {
      requests++;
      const id = /x-request-id: (\S+)/i.exec(request.head)?.[1] ?? "";
      const before = attempts.get(id) ?? 0;
      attempts.set(id, before + 1);
      answer(socket, request, before);
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests: () => requests,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

type Request = {
  readonly method: string;
  readonly path: string;
  readonly head: string;
  readonly body: string;
};

function readRequests(socket: Socket, take: (request: Request) => void): void {
  let text = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
      const head = text.slice(0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      if (text.length < end + 4 + length) return;
      const [method = "", path = ""] = head.split(" ");
      const body = text.slice(end + 4, end + 4 + length);
      text = text.slice(end + 4 + length);
      take({ method, path, head, body });
    }
  });
}

const plain = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

const answers: Readonly<Record<string, (socket: Socket, request: Request) => void>> = {
  ok: (socket) => socket.write(plain),
  head: (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n"),
  empty: (socket) => socket.write("HTTP/1.1 204 No Content\r\n\r\n"),
  unchanged: (socket) => socket.write("HTTP/1.1 304 Not Modified\r\ncontent-length: 77\r\n\r\n"),
  chunked: (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r");
    setTimeout(() => socket.write("\n3\r\nyou\r\n0\r\nx-trailer: 1\r\n\r\n"), 3);
  },
  cut: (socket) => writeByByte(socket, plain),
  hints: (socket) => socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${plain}`),
  "until-close": (socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nall there is"),
  "then-close": (socket) => socket.end("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"),
  "status-404": (socket) => socket.write("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"),
  "status-503": (socket) => socket.write("HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n"),
  reset: (socket) => socket.resetAndDestroy(),
  close: (socket) => socket.end(),
  truncated: (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
  garbage: (socket) => socket.write("SSH-2.0-hello there\r\n"),
  silence: () => undefined,
  new: (socket) => socket.write("HTTP/1.1 200 OK\r\nx-twinlane-version: new\r\ncontent-length: 2\r\n\r\nok"),
  timed: (socket) =>
    socket.write(
      'HTTP/1.1 200 OK\r\nServer-Timing: splitter;dur=0.25, upstream;desc="a,b;dur=9";dur=3\r\nserver-timing: queue;dur=1.5, service;dur=2\r\ncontent-length: 2\r\n\r\nok',
    ),
  echo: (socket, { head, body }) => {
    const text = `${head}\r\n\r\n${body}`;
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`, "latin1");
  },
};

/** @param before - earlier attempts of the same request */
function answer(socket: Socket, request: Request, before: number): void {
  const [, name = "", argument = "", trouble = "status-503"] = request.path.split("/");
  if (name === "delay") hold(socket, Number(argument));
  else if (name === "flaky")
    (answers[before < Number(argument) ? trouble : "ok"] ?? answers["ok"])?.(socket, request);
  else (answers[name] ?? answers["ok"])?.(socket, request);
}

/** Each byte is on its way before the next is written, so the reader sees every possible cut. */
function writeByByte(socket: Socket, text: string): void {
  if (text !== "") socket.write(text.charAt(0), () => setImmediate(() => writeByByte(socket, text.slice(1))));
}

/** A timer may fire up to 1 ms early or late: never answers early, and says how long it really was. */
function hold(socket: Socket, delayMs: number): void {
  const startMs = systemClock.nowMs();
  const finish = () => {
    const heldMs = systemClock.nowMs() - startMs;
    if (heldMs < delayMs) setImmediate(finish);
    else
      socket.write(
        `HTTP/1.1 200 OK\r\nserver-timing: splitter;dur=0, queue;dur=0, service;dur=${heldMs.toFixed(3)}\r\ncontent-length: 2\r\n\r\nok`,
      );
  };
  setTimeout(finish, delayMs);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const server = await startTestServer(Number(process.argv[2] ?? 0));
  process.send?.(server.port);
  process.on("disconnect", () => process.exit());
}
