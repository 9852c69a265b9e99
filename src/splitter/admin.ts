import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { perVersion } from "../base/version.ts";
import { checkLoopback, type Refusal, refuseCall } from "./admin-guard.ts";
import { type AdminPlace, listenAdmin } from "./admin-listen.ts";
import { CallBudget } from "./call-budget.ts";
import { prometheusPage } from "./prometheus.ts";
import { readSplitChange, splitChangeRule } from "./split-change.ts";
import type { Splitter } from "./splitter.ts";

export type AdminAddress = AdminPlace & { readonly token: string };

/** The endpoint at which the split is read and set while requests flow. */
export type Admin = {
  /** 0 for one that listens at a socket file. */
  readonly port: number;
  stop(): Promise<void>;
};

const maxBodyBytes = 8192;
const maxConnections = 16;
const maxCallsPerSecond = 200;
/** Of those that are turned away: guessing is slow. */
const maxRefusalsPerSecond = 10;
const tooMany: Refusal = {
  status: 429,
  sentence: `more than ${maxCallsPerSecond} calls a second; wait a second`,
};

type Answer = { readonly status: number; readonly contentType: string; readonly body: string };

/**
 * `GET /split`, `PUT /split` with `{"new": "25%", "reason": "…"}` and, where they change, `headerRoute` and
 * `mirror`, `GET /stats` (counts since the start),
 * `GET /health` and, for Prometheus, `GET /metrics`.
 *
 * @throws UserError when the host is no loopback address, or the place is taken
 */
export async function startAdmin(address: AdminAddress, splitter: Splitter): Promise<Admin> {
  if (address.socketPath === undefined) checkLoopback(address.host);
  const door = new Door(address);
  const server = http.createServer(
    { requestTimeout: 5000, maxHeaderSize: maxBodyBytes },
    (request, response) => {
      void answer(request, splitter, door).then(({ status, contentType, body }) => {
        response.writeHead(status, {
          "content-type": contentType,
          "content-length": Buffer.byteLength(body),
          "cache-control": "no-store",
          ...(status === 429 ? { "retry-after": "1" } : {}),
          ...(request.complete ? {} : { connection: "close" }),
        });
        response.end(body);
      });
    },
  );
  server.maxConnections = maxConnections;
  await listenAdmin(server, address);
  return {
    port: portOf(server.address()),
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(address: net.AddressInfo | string | null): number {
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

/** Who may come in, and how often. */
class Door {
  readonly #token: string;
  readonly #calls = new CallBudget(maxCallsPerSecond, performance.now());
  readonly #refusals = new CallBudget(maxRefusalsPerSecond, performance.now());

  constructor({ token }: AdminAddress) {
    this.#token = token;
  }

  refuse(request: http.IncomingMessage): Refusal | undefined {
    const nowMs = performance.now();
    const refusal = refuseCall(request, this.#token);
    if (refusal === undefined) return this.#calls.take(nowMs) ? undefined : tooMany;
    return this.#refusals.take(nowMs) ? refusal : tooMany;
  }
}

async function answer(request: http.IncomingMessage, splitter: Splitter, door: Door): Promise<Answer> {
  const refusal = door.refuse(request);
  if (refusal !== undefined) return refused(refusal);
  switch (`${request.method} ${request.url}`) {
    case "GET /split":
      return json(200, describeSplit(splitter));
    case "PUT /split":
      return setSplit(request, splitter);
    case "GET /stats":
      return json(200, { ...splitter.counters.sums(), split: describeSplit(splitter) });
    case "GET /health":
      return json(
        200,
        perVersion((version) => ({ healthy: splitter.isHealthy(version) })),
      );
    case "GET /metrics":
      return {
        status: 200,
        contentType: "text/plain; version=0.0.4; charset=utf-8",
        body: prometheusPage(splitter),
      };
    default:
      return refused({
        status: 404,
        sentence: "there are GET /split, PUT /split, GET /stats, GET /health and GET /metrics",
      });
  }
}

async function setSplit(request: http.IncomingMessage, splitter: Splitter): Promise<Answer> {
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
    return refused({ status: 415, sentence: "send JSON, with content-type: application/json" });
  }
  const text = await readBody(request);
  if (text === undefined)
    return refused({ status: 413, sentence: `the body is larger than ${maxBodyBytes} bytes or broke off` });
  const change = readSplitChange(text);
  if (change === undefined) return refused({ status: 400, sentence: splitChangeRule });
  const refusal = splitter.setSplit({ ...change, caller: callerOf(request.socket) });
  return refusal === undefined
    ? json(200, describeSplit(splitter))
    : refused({ status: 409, sentence: refusal });
}

function callerOf({ remoteAddress, remotePort }: net.Socket): string {
  return remoteAddress === undefined ? "admin at the socket file" : `admin ${remoteAddress}:${remotePort}`;
}

/** @returns undefined as soon as the body is too large, or when it breaks off */
async function readBody(request: http.IncomingMessage): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of request.iterator({ destroyOnReturn: false })) {
      bytes += piece.length;
      if (bytes > maxBodyBytes) return undefined;
      pieces.push(piece);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(pieces).toString("utf8");
}

/** What is absent isn't there: no header's route, or no copies. */
function describeSplit({ router }: Splitter) {
  const { newPerMillion, mirrorPerMillion, plan } = router;
  return { newPerMillion, by: plan.by, headerRoute: plan.headerRoute, mirrorPerMillion };
}

function json(status: number, value: unknown): Answer {
  return { status, contentType: "application/json", body: `${JSON.stringify(value)}\n` };
}

function refused({ status, sentence }: Refusal): Answer {
  return json(status, { error: sentence });
}
