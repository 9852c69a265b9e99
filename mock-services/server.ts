import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { systemClock } from "../src/base/clock.ts";
import { randomStream } from "../src/base/random.ts";
import type { SetMockFault, StartMock } from "../src/measure/mock-messages.ts";
import { headerNames } from "../src/wire/headers.ts";
import { answerBody, bodyStore, problemBody, serverTiming, versionHeaders, wrongBody } from "./answer.ts";
import { answerFields } from "./answer-fields.ts";
import { Counts } from "./counts.ts";
import { type Control, readControl } from "./header-control.ts";
import { PoorNetwork } from "./poor-network.ts";
import type { QueueClient } from "./queue/client.ts";
import { discardBody } from "./request-body.ts";
import { SecondCaller } from "./second-caller.ts";
import type { ServiceClock } from "./service-clock.ts";
import { Slots } from "./slots.ts";
import type { StorageRequest } from "./storage/storage.ts";
import type { Work, WorkResult } from "./work.ts";

/** Connections of one mock; one more is closed as soon as it is accepted. */
const maxConnections = 20_000;

export type ServerTools = {
  readonly work: Work;
  readonly serviceClock: ServiceClock;
  readonly queue: QueueClient | undefined;
};

type Answer = { readonly status: number; readonly body: Buffer; readonly headers: readonly string[] };

const uncontrolled: Control = { delayMs: undefined, status: undefined, bytes: undefined };

/** A configurable HTTP service: slots, a line before them, work, and an answer that tells where its time went. */
export class MockServer {
  readonly http: Server;
  readonly counts = new Counts();
  readonly slots: Slots;
  /** Called once for each request of a user; copies end here. */
  readonly second: SecondCaller | undefined;
  readonly #start: StartMock;
  readonly #work: Work;
  readonly #serviceClock: ServiceClock;
  readonly #headers: readonly string[];
  readonly #bodyOf: (path: string) => Buffer;
  readonly #network: PoorNetwork;
  readonly #queue: QueueClient | undefined;
  #stopping = false;

  constructor(start: StartMock, { work, serviceClock, queue }: ServerTools) {
    this.#start = start;
    this.#work = work;
    this.#serviceClock = serviceClock;
    this.#queue = queue;
    this.slots = new Slots(start.mock.concurrency, start.mock.queue);
    this.second = start.second && new SecondCaller(start.second);
    this.#network = new PoorNetwork(start);
    this.#headers = versionHeaders(start.version, start.label);
    this.#bodyOf = bodiesOf(start);
    this.http = createServer((request, response) => this.#receive(request, response));
    this.http.maxConnections = maxConnections;
    // A pool that reuses a connection at the very moment we give it up would see a reset: its side closes, not ours.
    this.http.keepAliveTimeout = 0;
  }

  setFault(fault: SetMockFault): void {
    this.#work.setFault(fault);
    this.#network.setFault(fault);
  }

  /** Finishes what is under way, for at most `drainMs`, and closes. */
  async stop(drainMs: number): Promise<void> {
    this.#stopping = true;
    const closed = new Promise<void>((resolve) => this.http.close(() => resolve()));
    this.http.closeIdleConnections();
    const late = setTimeout(() => this.http.closeAllConnections(), drainMs);
    await closed;
    clearTimeout(late);
    this.second?.close();
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const arrivedMs = systemClock.nowMs();
    this.#serviceClock.runDue();
    const control = this.#start.headerControl ? readControl(request.headers) : uncontrolled;
    if (request.url === this.#start.healthPath) {
      request.resume();
      this.#send(response, this.#health());
    } else if (typeof control === "string") {
      request.resume();
      this.#send(response, this.#problem(400, control));
    } else {
      discardBody(request, (accepted) => {
        if (accepted) this.#admit({ request, response, control, arrivedMs });
        else this.#refuseBody(request, response);
      });
    }
  }

  #admit(visit: Visit): void {
    const isMirrored = visit.request.headers[headerNames.mirrored] !== undefined;
    const admission = this.slots.enter(() => {
      const startedMs = systemClock.nowMs();
      const finish = (result: WorkResult) => {
        this.#finish({ ...visit, isMirrored, startedMs }, result);
        this.slots.leave();
      };
      const done = (result: WorkResult) => {
        const isCalling = result.outcome === "ok" && !isMirrored;
        if (this.second === undefined || !isCalling) finish(result);
        else
          this.second.call(visit.request, (isOk) =>
            finish(isOk ? result : { ...result, outcome: "second-failed" }),
          );
      };
      if (visit.control.delayMs === undefined) this.#work.begin(storageRequest(visit.request), done);
      else this.#work.delay(visit.control.delayMs, done);
    });
    if (admission !== "refused") return;
    this.counts.add("rejected", isMirrored);
    this.#send(visit.response, this.#problem(503, "the queue is full", ["retry-after", "1"]));
  }

  #finish(visit: Worked, result: WorkResult): void {
    this.counts.add(result.outcome === "ok" ? "served" : "errors", visit.isMirrored);
    if (result.outcome === "ok" && !visit.isMirrored) this.#queue?.requestDone();
    const isGone = visit.response.destroyed || visit.response.socket === null;
    if (isGone) this.counts.add("abandoned", visit.isMirrored);
    else this.#send(visit.response, this.#answer(visit, result));
  }

  #answer({ arrivedMs, startedMs, control, request }: Worked, result: WorkResult): Answer {
    const { outcome, cache, cacheMs, databaseMs } = result;
    const timing = serverTiming({
      queueMs: startedMs - arrivedMs,
      serviceMs: systemClock.nowMs() - startedMs,
      cache,
      cacheMs,
      databaseMs,
    });
    const headers = [headerNames.serverTiming, timing];
    if (outcome === "no-connection") return this.#problem(503, problems[outcome], headers);
    if (outcome !== "ok") return this.#problem(500, problems[outcome], headers);
    const path = request.url ?? "/";
    const { status = 200, bytes } = control;
    const right =
      bytes === undefined ? this.#bodyOf(path) : answerBody({ version: this.#start.version, path }, bytes);
    const body = this.#work.drawWrong() ? wrongBody(right) : right;
    return { status, body, headers };
  }

  #health(): Answer {
    if (!this.#work.isHealthy) return this.#problem(503, problems["database-lost"]);
    const { version } = this.#start;
    const body = Buffer.from(`${JSON.stringify({ version, status: "healthy" })}\n`);
    return { status: 200, body, headers: [] };
  }

  #problem(status: number, problem: string, headers: readonly string[] = []): Answer {
    return { status, body: problemBody(this.#start.version, problem), headers };
  }

  /** What is left of the body is not worth reading: the connection ends with the answer. */
  #refuseBody(request: IncomingMessage, response: ServerResponse): void {
    response.on("finish", () => request.destroy());
    this.#send(response, this.#problem(413, "the request body is too large", ["connection", "close"]));
  }

  #send(response: ServerResponse, answer: Answer): void {
    if (this.#network.drawReset()) {
      response.socket?.resetAndDestroy();
      return;
    }
    const arrivalMs = this.#network.arrivalMs(answer.body.length);
    if (arrivalMs <= systemClock.nowMs()) this.#write(response, answer);
    else this.#serviceClock.at(arrivalMs, () => this.#write(response, answer));
  }

  #write(response: ServerResponse, { status, body, headers }: Answer): void {
    if (response.destroyed) return;
    const isBodiless = status === 204 || status === 304;
    const length = isBodiless ? [] : ["content-length", String(body.length)];
    const connection = this.#stopping && !headers.includes("connection") ? ["connection", "close"] : [];
    response.writeHead(status, [...this.#headers, ...length, ...connection, ...headers]);
    response.end(isBodiless ? undefined : body);
  }
}

/** Bodies that are alike for a path are kept; those with fields of their own are made each time. */
function bodiesOf({ version, replica, seed, mock }: StartMock): (path: string) => Buffer {
  const { responseBytes, answerFields: plans } = mock;
  if (plans === undefined) return bodyStore(version, responseBytes);
  const uniform = randomStream(seed, `answer-fields/${version}`, replica);
  const nextFields = answerFields(plans, { uniform, wallClockMs: Date.now });
  return (path) => answerBody({ version, path, fields: nextFields() }, responseBytes);
}

/** Source: RFC 9110, section 9.2.1. */
const safeMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

function storageRequest({ method = "GET", url = "/", headers }: IncomingMessage): StorageRequest {
  const id = headers[headerNames.requestId];
  return {
    path: url,
    id: typeof id === "string" ? id : undefined,
    mayWrite: !safeMethods.has(method) && headers[headerNames.dryRun] === undefined,
  };
}

type Visit = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly control: Control;
  readonly arrivedMs: number;
};

type Worked = Visit & { readonly isMirrored: boolean; readonly startedMs: number };

const problems = {
  "injected-error": "an error made on purpose",
  "database-full": "the database has no room for more queries",
  "database-failed": "the database gave an error",
  "database-lost": "the database cannot be reached",
  "no-connection": "no connection to the database was free in time",
  "second-failed": "the second service did not answer well in time",
} as const satisfies Record<Exclude<WorkResult["outcome"], "ok">, string>;
