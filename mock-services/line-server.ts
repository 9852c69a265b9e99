import { createServer, type Server, type Socket } from "node:net";
import { lineReader } from "./line-reader.ts";

export type LineServer = {
  readonly server: Server;
  /** Listens no more, and resolves when every caller has hung up, which is made so after `drainMs`. */
  readonly stop: (drainMs: number) => Promise<void>;
};

/** A server that is spoken to in lines; whoever speaks another protocol is cut off. */
export function lineServer(talk: {
  /** Before the lines of a piece of data. */
  readonly data?: () => void;
  /** @returns false for a line that isn't of our protocol */
  readonly line: (line: string, socket: Socket) => boolean;
  readonly lost?: (socket: Socket) => void;
}): LineServer {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.setEncoding("latin1");
    const read = lineReader((line) => {
      if (!talk.line(line, socket)) socket.destroy();
    });
    socket.on("data", (piece: string) => {
      talk.data?.();
      if (!read(piece)) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      talk.lost?.(socket);
    });
  });
  return {
    server,
    stop: async (drainMs) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const late = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, drainMs);
      await closed;
      clearTimeout(late);
    },
  };
}

export function sendLine(socket: Socket, line: string): void {
  if (!socket.destroyed) socket.write(line, "latin1");
}
