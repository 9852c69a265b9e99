import { once } from "node:events";
import http from "node:http";
import type net from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { healthAnswer, type Rig, startRig, talk } from "./rig.ts";

/**
 * The upstream reads with another parser, made as lenient as it can be: what the splitter lets through by
 * mistake, this one takes for requests. Every request that the splitter forwards carries an id of its own,
 * which no client here sends: a request without one has been smuggled.
 */
let rig: Rig;
let upstream: http.Server;
const seen: { readonly id: string | undefined; readonly line: string }[] = [];

beforeAll(async () => {
  upstream = http.createServer(
    { insecureHTTPParser: true, keepAliveTimeout: 60_000 },
    (request, response) => {
      if (request.url === "/health") {
        response.socket?.end(healthAnswer);
        return;
      }
      seen.push({
        id: request.headers["x-request-id"]?.toString(),
        line: `${request.method} ${request.url}`,
      });
      request.on("error", () => undefined);
      request.resume().on("end", () => response.end("ok"));
    },
  );
  upstream.listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const url = `http://127.0.0.1:${(upstream.address() as net.AddressInfo).port}`;
  rig = await startRig({
    upstreams: { old: [url], new: [url] },
    limits: { bodyTimeoutMs: 200, headTimeoutMs: 200, lingerMs: 50 },
  });
});

afterAll(async () => {
  await rig.stop();
  upstream.close();
  upstream.closeAllConnections();
});

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

const messages = [
  "GET /a HTTP/1.1\r\nHost: h\r\n\r\n",
  `POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  `PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
  "HEAD /d HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
  `GET /e HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n${smuggled}`,
  "PATCH /g HTTP/1.1\r\nHost: h\r\nTE: trailers\r\nTrailer: x-sum\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nab\r\n1 ;c\r\nc\r\n0\r\nx-sum: 3\r\n\r\n",
  "POST /h HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
  "GET http://h/i HTTP/1.1\r\nHost: h\r\nConnection: close, x-one\r\nX-One: 1\r\n\r\n",
  "OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n",
  `POST /f HTTP/1.0\r\nHost: h\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nab`,
] as const;

const poisons = [
  "Content-Length: 0\r\n",
  "Content-Length: 5\r\n",
  "content-length:\t6 \r\n",
  "Content-Length: 0x5\r\n",
  "Content-Length : 5\r\n",
  "Content_Length: 5\r\n",
  "Content-Length: 5, 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding:\x0bchunked\r\n",
  "Transfer-Encoding: identity, chunked\r\n",
  "Transfer-Encoding: chunked, identity\r\n",
  "Transfer_Encoding: chunked\r\n",
  "Transfer-Encoding\r\n : chunked\r\n",
  "X: y\r\n Transfer-Encoding: chunked\r\n",
  "X: y\nTransfer-Encoding: chunked\r\n",
  "X: y\rTransfer-Encoding: chunked\r\n",
  "Connection: content-length\r\n",
  "Connection: transfer-encoding, x-request-id\r\n",
  "Expect: 100-continue\r\n",
  "Host: other\r\n",
  "Content-Length: 00005\r\n",
  "Content-Length: +5\r\n",
  "Content-Length: 5 5\r\n",
  "Content-Length: 5\x00\r\n",
  "Content-Length: 9007199254740993\r\n",
  "Content-Length:\r\n 5\r\n",
  "Transfer-Encoding: Chunked\r\n",
  'Transfer-Encoding: "chunked"\r\n',
  "Transfer-Encoding: chunked;q=1\r\n",
  "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
  "Transfer-Encoding:\r\n chunked\r\n",
  "Transfer-Encoding:\xa0chunked\r\n",
  "X-A: b\r\n\tTransfer-Encoding: chunked\r\n",
  "Connection: te, upgrade, host\r\n",
  "Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAAA\r\n",
  "Keep-Alive: timeout=0\r\nProxy-Connection: close\r\n",
  "Trailer: Content-Length\r\n",
  "5;x=\n\r\n",
  '5;x="\r\nsmug\r\n',
  "0;\r\n\r\n",
  "00000000000000005\r\n",
  "-1\r\n",
  "0x5\r\n",
  "\r\n\r\n",
  "\r\r\n",
  "\n\n",
  "\x7f",
  "\xff",
  " HTTP/1.1\r\n",
  "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
  "\r\n",
  "\n",
  "\0",
  "\r",
  " ",
  "0\r\n\r\n",
  smuggled,
] as const;

type Mutation = {
  readonly kind: "line" | "anywhere" | "lost" | "twice" | "byte";
  readonly poison: string;
  readonly at: number;
  readonly length: number;
};

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("line", "line", "anywhere", "lost", "twice", "byte"),
  poison: fc.constantFrom(...poisons),
  at: fc.nat(1000),
  length: fc.integer({ min: 1, max: 60 }),
});

/** Puts a poison at the start of a line or anywhere, or loses, doubles or changes a piece of the text. */
function mutate(text: string, { kind, poison, at, length }: Mutation): string {
  const lines = [...text.matchAll(/\r\n/g)].map((match) => match.index + 2);
  const place = kind === "line" ? (lines[at % lines.length] ?? 0) : at % (text.length + 1);
  const [before, after] = [text.slice(0, place), text.slice(place)];
  switch (kind) {
    case "line":
    case "anywhere":
      return before + poison + after;
    case "lost":
      return before + after.slice(length);
    case "twice":
      return before + after.slice(0, length) + after;
    case "byte":
      return before + String.fromCharCode((at * 61 + length) % 256) + after.slice(1);
  }
}

describe("smuggling", () => {
  it("the upstream never sees a request that the splitter did not forward", async () => {
    const conversation = fc.array(fc.constantFrom(...messages), { minLength: 1, maxLength: 4 });
    const cuts = fc.array(fc.nat(1000), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        conversation,
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        cuts,
        async (texts, mutations, places) => {
          const { counters } = rig.splitter;
          const forwardedBefore = forwarded();
          const seenBefore = seen.length;
          const text = mutations.reduce(mutate, texts.join(""));
          const { text: answers } = await talk(rig.splitter.port, cut(text, places), { halfClose: true });
          const requests = seen.slice(seenBefore);
          const ids = requests.map((request) => request.id);
          expect(ids.every((id) => id !== undefined)).toBe(true);
          expect(new Set(ids).size).toBe(ids.length);
          expect(requests.length).toBeLessThanOrEqual(forwarded() - forwardedBefore);
          expect(answers.match(/HTTP\/1\.1 200 /g)?.length ?? 0).toBeLessThanOrEqual(requests.length);
          expect(answers.match(/HTTP\/1\.1 [2-5]/g)?.length ?? 0).toBeGreaterThanOrEqual(
            answers === "" ? 0 : 1,
          );
          expect(counters.versions.new.forwarded).toBe(0);
        },
      ),
      { numRuns: 5000 },
    );
  }, 120_000);

  it("unmutated conversations arrive whole, so that the law above can fail", async () => {
    const whole = messages.filter((message) => !message.includes("Upgrade") && !message.includes("close"));
    for (const message of whole) {
      const seenBefore = seen.length;
      const { text } = await talk(rig.splitter.port, [message], { halfClose: true });
      expect(text.match(/HTTP\/1\.1 200 OK/g)?.length, message).toBe(1);
      expect(seen.length).toBe(seenBefore + 1);
    }
    const seenBefore = seen.length;
    const { text } = await talk(rig.splitter.port, [whole.join("")], { halfClose: true });
    expect(text.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(whole.length);
    expect(seen.length).toBe(seenBefore + whole.length);
  });
});

function forwarded(): number {
  return rig.splitter.counters.versions.old.forwarded;
}

function cut(text: string, places: readonly number[]): readonly string[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)), text.length].toSorted(
    (a, b) => a - b,
  );
  return sorted.slice(1).map((place, index) => text.slice(sorted[index], place));
}
