import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  missingReference,
  type ReferenceName,
  type ReferenceProxy,
  startReference,
} from "./reference-proxy.ts";
import { healthAnswer, type Rig, startRig, talk } from "./rig.ts";

/**
 * The same bytes through the splitter, NGINX 1.22 and HAProxy 2.6 before the same upstream. A verdict is the
 * statuses that the client got and, behind the arrow, how many requests the upstream saw. Where the three
 * differ, the row says so: the splitter refuses more than either. It streams bodies, so behind a broken chunk
 * the upstream has seen a head, though never the end of that request; the others answer before they connect.
 */
type Row = Readonly<Record<"name" | "bytes" | "ours" | ReferenceName, string>>;

/** What an early answer has overtaken on its way to the upstream must arrive before the next row counts. */
const settleMs = 25;

const host = "Host: h\r\n";
const close = "Connection: close\r\n";
const next = `GET /2 HTTP/1.1\r\n${host}${close}\r\n`;

/** What it is, the bytes, and the verdicts of the splitter, NGINX and HAProxy. */
const table: readonly (readonly [string, string, string, string, string])[] = [
  ["a plain request", `GET / HTTP/1.1\r\n${host}${close}\r\n`, "200→1", "200→1", "200→1"],
  ["two pipelined requests", `GET / HTTP/1.1\r\n${host}\r\n${next}`, "200→2", "200→2", "200→2"],
  [
    "a body with a length",
    `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\n\r\nabc${next}`,
    "200→2",
    "200→2",
    "200→2",
  ],
  [
    "a chunked body",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n${next}`,
    "200→2",
    "200→2",
    "200→2",
  ],
  [
    "a chunk extension",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n${next}`,
    "200→2",
    "200→2",
    "200→2",
  ],
  [
    "trailers",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\nX-T: 1\r\n\r\n${next}`,
    "200→2",
    "200→2",
    "200→2",
  ],
  ["no Host", `GET / HTTP/1.1\r\n${close}\r\n`, "400→0", "400→0", "400→0"],
  ["no Host on HTTP/1.0", `GET / HTTP/1.0\r\n\r\n`, "400→0", "400→0", "200→1"],
  ["two Hosts", `GET / HTTP/1.1\r\n${host}Host: i\r\n${close}\r\n`, "400→0", "400→0", "400→0"],
  ["the same Host twice", `GET / HTTP/1.1\r\n${host}${host}${close}\r\n`, "400→0", "400→0", "200→1"],
  ["a Host with a path", `GET / HTTP/1.1\r\nHost: h/x\r\n${close}\r\n`, "400→0", "400→0", "200→1"],
  [
    "an absolute target of another host",
    `GET http://i/ HTTP/1.1\r\n${host}${close}\r\n`,
    "400→0",
    "200→1",
    "400→0",
  ],
  [
    "both framings",
    `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${next}`,
    "400→0",
    "400→0",
    "200→1",
  ],
  [
    "two equal lengths",
    `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc${next}`,
    "400→0",
    "400→0",
    "200→2",
  ],
  [
    "two different lengths",
    `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc${next}`,
    "400→0",
    "400→0",
    "400→0",
  ],
  [
    "a signed length",
    `POST / HTTP/1.1\r\n${host}Content-Length: +3\r\n\r\nabc${next}`,
    "400→0",
    "400→0",
    "400→0",
  ],
  [
    "a coding before chunked",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${next}`,
    "400→0",
    "501→0",
    "422→0",
  ],
  [
    "an unknown coding",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${next}`,
    "400→0",
    "501→0",
    "400→0",
  ],
  [
    "chunked twice",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${next}`,
    "400→0",
    "400→0",
    "400→0",
  ],
  [
    "chunked on HTTP/1.0",
    `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "400→0",
    "400→0",
    "200→1",
  ],
  [
    "a framing name with underscore",
    `POST / HTTP/1.1\r\n${host}Transfer_Encoding: chunked\r\n${close}\r\n`,
    "400→0",
    "200→1",
    "200→1",
  ],
  [
    "a space before the colon",
    `POST / HTTP/1.1\r\n${host}Content-Length : 0\r\n${close}\r\n`,
    "400→0",
    "400→0",
    "400→0",
  ],
  ["a folded line", `GET / HTTP/1.1\r\n${host}X: a\r\n b\r\n${close}\r\n`, "400→0", "400→0", "200→1"],
  ["bare line feeds", `GET / HTTP/1.1\nHost: h\nConnection: close\n\n`, "400→0", "200→1", "200→1"],
  ["a bare CR in a value", `GET / HTTP/1.1\r\n${host}X: a\rb\r\n${close}\r\n`, "400→0", "400→0", "400→0"],
  ["a NUL in a value", `GET / HTTP/1.1\r\n${host}X: a\0b\r\n${close}\r\n`, "400→0", "400→0", "400→0"],
  [
    "a chunk size in hex notation",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n${next}`,
    "400→1",
    "400→0",
    "400→0",
  ],
  [
    "a chunk size line without CR",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n${next}`,
    "400→1",
    "200→2",
    "200→2",
  ],
  [
    "a chunk longer than its size",
    `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n${next}`,
    "400→1",
    "400→0",
    "400→0",
  ],
  ["two spaces in the request line", `GET  / HTTP/1.1\r\n${host}${close}\r\n`, "400→0", "200→1", "200→1"],
  ["HTTP/2.0 in the request line", `GET / HTTP/2.0\r\n${host}${close}\r\n`, "505→0", "505→0", "200→1"],
  ["a fragment in the target", `GET /a#b HTTP/1.1\r\n${host}${close}\r\n`, "400→0", "200→1", "400→0"],
  ["CONNECT", `CONNECT h:80 HTTP/1.1\r\n${host}${close}\r\n`, "501→0", "400→0", "502→0"],
  [
    "an upgrade that the upstream declines, and a request behind it",
    `GET / HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: x\r\n\r\n${next}`,
    "200→2",
    "200→2",
    "200→2",
  ],
];

const rows: readonly Row[] = table.map(([name, bytes, ours, nginx, haproxy]) => ({
  name,
  bytes,
  ours,
  nginx,
  haproxy,
}));

let rig: Rig;
let upstream: http.Server;
let seen = 0;
const references = new Map<ReferenceName, ReferenceProxy>();

beforeAll(async () => {
  upstream = http.createServer((request, response) => {
    if (request.url === "/health") {
      response.socket?.end(healthAnswer);
      return;
    }
    seen++;
    request.on("error", () => undefined);
    request.resume().on("end", () => response.end("ok"));
  });
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const { port } = upstream.address() as net.AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  rig = await startRig({
    upstreams: { old: [url], new: [url] },
    limits: { bodyTimeoutMs: 1000, headTimeoutMs: 1000 },
  });
  for (const name of ["nginx", "haproxy"] as const) {
    if (missingReference(name) === undefined) references.set(name, await startReference(name, port));
  }
});

afterAll(async () => {
  await rig.stop();
  for (const reference of references.values()) await reference.stop();
  upstream.close();
  upstream.closeAllConnections();
});

async function verdict(port: number, bytes: string): Promise<string> {
  const before = seen;
  const { text } = await talk(port, [bytes], { timeoutMs: 3000 });
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const statuses = [...text.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map((match) => match[1]);
  return `${statuses.join(",")}→${seen - before}`;
}

describe("the splitter", () => {
  it.each(rows)("reads $name", async ({ bytes, ours }) => {
    expect(await verdict(rig.splitter.port, bytes)).toBe(ours);
  });
});

describe.each(["nginx", "haproxy"] as const)("%s", (name) => {
  const reason = missingReference(name);
  it.skipIf(reason !== undefined).each(rows)(
    `reads $name${reason === undefined ? "" : ` (skipped: ${reason})`}`,
    async (row) => {
      expect(await verdict(references.get(name)?.port ?? 0, row.bytes)).toBe(row[name]);
    },
  );
});
