import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../src/measure/mock-messages.ts";
import { lineReader } from "./line-reader.ts";

const firstRetryMs = 50;
const longestRetryMs = 1000;

/** What happens on a connection; `connected` and `lost` take turns. */
export type LineTalk = {
  readonly connected: (send: (text: string) => void) => void;
  /** @returns false for a line that isn't of our protocol; the connection is then given up */
  readonly line: (line: string) => boolean;
  readonly lost: () => void;
};

/** One connection that speaks in lines, made again with growing pauses until `signal` is aborted. */
export async function keepConnected(address: Address, talk: LineTalk, signal: AbortSignal): Promise<void> {
  let retryMs = firstRetryMs;
  while (!signal.aborted) {
    const connected: LineTalk["connected"] = (send) => {
      retryMs = firstRetryMs;
      talk.connected(send);
    };
    await oneConnection(address, { ...talk, connected }, signal);
    await sleep(retryMs, undefined, { signal }).catch(() => undefined);
    retryMs = Math.min(retryMs * 2, longestRetryMs);
  }
}

/** Resolves when the connection is over. */
function oneConnection(address: Address, talk: LineTalk, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket: Socket = createConnection({ ...address, noDelay: true });
    const stop = () => socket.destroy();
    signal.addEventListener("abort", stop, { once: true });
    socket.setEncoding("latin1");
    socket.on("connect", () => talk.connected((text) => socket.write(text, "latin1")));
    const read = lineReader((line) => {
      if (!talk.line(line)) socket.destroy();
    });
    socket.on("data", (piece: string) => {
      if (!read(piece)) socket.destroy();
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      signal.removeEventListener("abort", stop);
      talk.lost();
      resolve();
    });
  });
}
