import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { UserError } from "../base/errors.ts";
import { perVersion } from "../base/version.ts";
import { checkLoopback, type Refusal, refuseCall } from "./admin-guard.ts";
import { prometheusPage } from "./prometheus.ts";
import { readSplitChange, splitChangeRule } from "./split-change.ts";
import type { Splitter } from "./splitter.ts";

export type AdminAddress = { readonly host: string; readonly port: number; readonly token: string };

/** The endpoint at which the split is read and set while requests flow. */
export type Admin = { readonly port: number; stop(): Promise<void> };

const maxBodyBytes = 8192;
const maxConnections = 16;

type Answer = { readonly status: number; readonly contentType: string; readonly body: string };

/**
 * `GET /split`, `PUT /split` with `{"new": "25%", "reason": "…"}`, `GET /stats` (counts since the start),
 * `GET /health` and, for Prometheus, `GET /metrics`.
 *
 * @throws UserError when the host is no loopback address or the port is taken
 */
export async function startAdmin(address: AdminAddress, splitter: Splitter): Promise<Admin> {
  checkLoopback(address.host);
  const server = http.createServer(
    { requestTimeout: 5000, maxHeaderSize: maxBodyBytes },
    (request, response) => {
      void answer(request, splitter, address.token).then(({ status, contentType, body }) => {
        response.writeHead(status, {
          "content-type": contentType,
          "content-length": Buffer.byteLength(body),
          "cache-control": "no-store",
          ...(request.complete ? {} : { connection: "close" }),
        });
        response.end(body);
      });
    },
  );
  server.maxConnections = maxConnections;
  server.listen(address.port, address.host);
  await once(server, "listening").catch((error: Error) => {
    throw new UserError("port-in-use", `can't listen on ${address.host}:${address.port}: ${error.message}`);
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(request: http.IncomingMessage, splitter: Splitter, token: string): Promise<Answer> {
  const refusal = refuseCall(request, token);
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
  splitter.setSplit({
    ...change,
    caller: `admin ${request.socket.remoteAddress}:${request.socket.remotePort}`,
  });
  return json(200, describeSplit(splitter));
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

function describeSplit(splitter: Splitter): { readonly newPerMillion: number; readonly by: string } {
  return { newPerMillion: splitter.router.newPerMillion, by: splitter.router.plan.by };
}

function json(status: number, value: unknown): Answer {
  return { status, contentType: "application/json", body: `${JSON.stringify(value)}\n` };
}

function refused({ status, sentence }: Refusal): Answer {
  return json(status, { error: sentence });
}
