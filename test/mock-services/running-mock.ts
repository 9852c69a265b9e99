import { type Agent, type IncomingHttpHeaders, request } from "node:http";
import { endProcess, firstReport, type OwnProcess, startProcess } from "../../src/measure/child-process.ts";
import type {
  Address,
  FromDatabase,
  FromMock,
  StartDatabase,
  StartMock,
  ToDatabase,
  ToMock,
} from "../../src/measure/mock-messages.ts";
import type { MockPlan } from "../../src/scenario/service-plan.ts";

const patienceMs = 10_000;
const anyPort: Address = { host: "127.0.0.1", port: 0 };

/** A mock that answers at once; tests change what they are about. */
const instantMock: MockPlan = {
  serviceTime: { law: "constant", ms: 0 },
  concurrency: 64,
  queue: 1000,
  replicas: 1,
  cpuPerRequestMs: 0,
  errorShare: 0,
  responseBytes: 200,
  coldStart: undefined,
};

export type RunningMock = {
  readonly port: number;
  readonly process: OwnProcess<ToMock, FromMock>;
  /** Every message so far, in order. */
  readonly messages: readonly FromMock[];
};

export function startMessage(mock: Partial<MockPlan> = {}, start: Partial<StartMock> = {}): StartMock {
  return {
    type: "start",
    version: "old",
    label: "shop 1.4",
    healthPath: "/health",
    replica: 0,
    seed: 42,
    mock: { ...instantMock, ...mock },
    stores: { database: undefined, cache: undefined },
    listen: anyPort,
    database: undefined,
    headerControl: false,
    ...start,
  };
}

export async function startMock(
  mock: Partial<MockPlan> = {},
  start: Partial<StartMock> = {},
): Promise<RunningMock> {
  const child = startProcess<ToMock, FromMock>({
    name: "old-1",
    role: "old",
    entry: "mock-services/main",
  });
  const messages: FromMock[] = [];
  child.onReport((message) => messages.push(message));
  child.send(startMessage(mock, start));
  const { port } = await firstReport(child, "listening", patienceMs);
  return { port, process: child, messages };
}

export async function startDatabase(start: Partial<StartDatabase> = {}) {
  const child = startProcess<ToDatabase, FromDatabase>({
    name: "database",
    role: "store",
    entry: "mock-services/database/main",
  });
  const messages: FromDatabase[] = [];
  child.onReport((message) => messages.push(message));
  child.send({ type: "start", limitPerSecond: 1000, readMs: 1, writeMs: 1, listen: anyPort, ...start });
  const { port } = await firstReport(child, "listening", patienceMs);
  return { address: { host: "127.0.0.1", port }, process: child, messages };
}

export async function stop(child: OwnProcess<{ readonly type: "stop"; readonly drainMs: number }, unknown>) {
  return await endProcess(child, { type: "stop", drainMs: 1000 }, 5000);
}

export type Reply = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly tookMs: number;
};

type Ask = {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
  readonly agent?: Agent;
};

/** One request, on a connection of its own unless an agent is given. */
export function ask(port: number, { path = "/items/7", method = "GET", headers, body, agent }: Ask = {}) {
  return new Promise<Reply>((resolve, reject) => {
    const startMs = performance.now();
    const options = { host: "127.0.0.1", port, path, method, headers: headers ?? {}, agent: agent ?? false };
    const outgoing = request(options, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces).toString(),
          tookMs: performance.now() - startMs,
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** A part of Server-Timing, in ms. */
export function timing(reply: Reply, name: string): number {
  const value = new RegExp(`${name};dur=([\\d.]+)`).exec(String(reply.headers["server-timing"]))?.[1];
  return value === undefined ? Number.NaN : Number(value);
}

export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 500) throw new Error("waited 10 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
