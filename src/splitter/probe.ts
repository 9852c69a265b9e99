import net from "node:net";
import { Head } from "../wire/head.ts";
import { defaultWireLimits } from "../wire/limits.ts";
import { MessageParser } from "../wire/parser.ts";
import type { UpstreamAddress } from "./upstream-address.ts";

/**
 * Asks once for a health page, on a connection of its own: one from the pool might be dead without the service
 * being so, and the other way round.
 *
 * @returns why it isn't healthy; undefined for a status below `below` within the time
 */
export function probe(
  address: UpstreamAddress,
  asking: {
    readonly path: string;
    readonly below: number;
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
  },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const parser = new MessageParser("response", new Head(defaultWireLimits), defaultWireLimits);
    const socket = net.connect({ host: address.host, port: address.port, noDelay: true });
    const finish = (failure: string | undefined) => {
      clearTimeout(timer);
      asking.signal.removeEventListener("abort", onAbort);
      socket.destroy();
      resolve(failure);
    };
    const onAbort = () => finish("stopped");
    const timer = setTimeout(() => finish(`no answer within ${asking.timeoutMs} ms`), asking.timeoutMs);
    asking.signal.addEventListener("abort", onAbort, { once: true });
    socket.on("error", (error) => finish(error.message));
    socket.on("close", () => finish("the connection was closed without an answer"));
    socket.on("connect", () => {
      socket.write(
        `GET ${address.basePath}${asking.path} HTTP/1.1\r\nhost: ${address.authority}\r\nconnection: close\r\n\r\n`,
      );
    });
    socket.on("data", (chunk: Buffer) => {
      parser.feed(chunk);
      const event = parser.next();
      if (event === "failed") finish(`the answer is no HTTP: ${parser.failure}`);
      if (event !== "head" || parser.head.status < 200) return;
      const { status } = parser.head;
      finish(status < asking.below ? undefined : `status ${status}`);
    });
  });
}
