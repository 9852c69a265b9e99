import { once } from "node:events";
import net from "node:net";
import { Head } from "../../src/wire/head.ts";
import { defaultWireLimits } from "../../src/wire/limits.ts";
import { MessageParser } from "../../src/wire/parser.ts";

const request = Buffer.from("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");

export type PacedLoad = {
  readonly port: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly connections: number;
};

export type PacedResult = { readonly timesMs: readonly number[]; readonly failures: number };

/** Times from the moment each request was due, ascending. */
export async function pacedLoad({
  port,
  ratePerSecond,
  seconds,
  connections,
}: PacedLoad): Promise<PacedResult> {
  const timesMs: number[] = [];
  let failures = 0;
  const idle = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const total = ratePerSecond * seconds;
  const startMs = performance.now();
  let sent = 0;
  let done = 0;
  await new Promise<void>((resolve) => {
    const send = (line: Line, dueMs: number) =>
      line.ask((status) => {
        timesMs.push(performance.now() - dueMs);
        if (status !== 200) failures++;
        idle.push(line);
        if (++done === total) resolve();
      });
    const tick = () => {
      while (sent < total && startMs + (sent * 1000) / ratePerSecond <= performance.now()) {
        const line = idle.pop();
        if (line === undefined) break;
        send(line, startMs + (sent++ * 1000) / ratePerSecond);
      }
      if (done < total) setImmediate(tick);
    };
    tick();
  });
  for (const line of idle) line.close();
  return { timesMs: timesMs.toSorted((a, b) => a - b), failures };
}

type Line = { ask(onAnswer: (status: number) => void): void; close(): void };

async function open(port: number): Promise<Line> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  const parser = new MessageParser("response", new Head(defaultWireLimits), defaultWireLimits);
  let onAnswer: (status: number) => void = () => undefined;
  let status = 0;
  socket.on("data", (chunk: Buffer) => {
    parser.feed(chunk);
    for (let event = parser.next(); event !== "need-data" && event !== "failed"; event = parser.next()) {
      if (event === "head") status = parser.head.status;
      if (event === "end") onAnswer(status);
    }
  });
  return {
    ask(next) {
      onAnswer = next;
      socket.write(request);
    },
    close: () => socket.destroy(),
  };
}
