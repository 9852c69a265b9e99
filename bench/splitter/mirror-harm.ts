import { once } from "node:events";
import net from "node:net";
import { Head } from "../../src/wire/head.ts";
import { defaultWireLimits } from "../../src/wire/limits.ts";
import { MessageParser } from "../../src/wire/parser.ts";
import { freePort, type Peer, startSplitter } from "./peers.ts";

const ratePerSecond = 1000;
const secondsPerRound = 3;
const rounds = 5;
const connections = 32;
const request = Buffer.from("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");

export type MirrorHarm = {
  readonly off: number;
  readonly hung: number;
  readonly dead: number;
  readonly failed: number;
};

/**
 * The p99, in ms, of requests at a fixed rate through a splitter without a mirror, with one whose target never
 * answers, and with one whose target refuses connections: the medians of several rounds, taken in turn.
 */
export async function mirrorHarmP99Ms(oldPort: number): Promise<MirrorHarm> {
  const hung = net
    .createServer((socket) => socket.on("error", () => undefined).resume())
    .listen(0, "127.0.0.1");
  await once(hung, "listening");
  const targets = { off: undefined, hung: (hung.address() as net.AddressInfo).port, dead: await freePort() };
  const peers: [keyof typeof targets, Peer][] = [];
  for (const [name, port] of Object.entries(targets) as [keyof typeof targets, number | undefined][]) {
    const ports = { old: oldPort, new: port ?? oldPort };
    peers.push([
      name,
      await startSplitter(`mirror-${name}`, ports, { newPerMillion: 0, mirrors: port !== undefined }),
    ]);
  }
  const p99: Record<keyof typeof targets, number[]> = { off: [], hung: [], dead: [] };
  let failed = 0;
  for (let round = -1; round < rounds; round++) {
    for (const [name, peer] of peers) {
      const { timesMs, failures } = await pacedLoad(peer.port);
      failed += failures;
      if (round >= 0) p99[name].push(timesMs[Math.floor(timesMs.length * 0.99)] ?? Number.NaN);
    }
  }
  for (const [, peer] of peers) await peer.stop();
  hung.close();
  const median = (values: readonly number[]) =>
    values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  return { off: median(p99.off), hung: median(p99.hung), dead: median(p99.dead), failed };
}

/** Times from the moment each request was due, ascending. */
async function pacedLoad(
  port: number,
): Promise<{ readonly timesMs: readonly number[]; readonly failures: number }> {
  const timesMs: number[] = [];
  let failures = 0;
  const idle = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const startMs = performance.now();
  const total = ratePerSecond * secondsPerRound;
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
