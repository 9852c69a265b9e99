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
  "\r\n",
  "\n",
  "\0",
  "\r",
  " ",
  "0\r\n\r\n",
  smuggled,
] as const;

const mutation = fc.record({ poison: fc.constantFrom(...poisons), at: fc.nat(1000), isLine: fc.boolean() });

/** Puts the poison at the start of a header line, or anywhere. */
function mutate(
  text: string,
  { poison, at, isLine }: { poison: string; at: number; isLine: boolean },
): string {
  const lines = [...text.matchAll(/\r\n/g)].map((match) => match.index + 2);
  const place = isLine ? (lines[at % lines.length] ?? 0) : at % (text.length + 1);
  return text.slice(0, place) + poison + text.slice(place);
}

describe("smuggling", () => {
  it("the upstream never sees a request that the splitter did not forward", async () => {
    const conversation = fc.array(fc.constantFrom(...messages), { minLength: 1, maxLength: 3 });
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
          expect(answers.match(/^HTTP\/1\.1 [2-5]/gm)?.length ?? 0).toBeGreaterThanOrEqual(
            answers === "" ? 0 : 1,
          );
          expect(counters.versions.new.forwarded).toBe(0);
        },
      ),
      { numRuns: 1500 },
    );
  }, 120_000);

  it("unmutated conversations arrive whole, so that the law above can fail", async () => {
    for (const message of messages.slice(0, 4)) {
      const seenBefore = seen.length;
      const { text } = await talk(rig.splitter.port, [message], { halfClose: true });
      expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
      expect(seen.length).toBe(seenBefore + 1);
    }
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
