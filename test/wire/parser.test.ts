import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Head } from "../../src/wire/head.ts";
import { defaultWireLimits } from "../../src/wire/limits.ts";
import { MessageParser } from "../../src/wire/parser.ts";
import { type Reading, readMessages } from "./read-messages.ts";

/** Whole, and cut in two at every byte, and byte by byte, the reading is the same. */
function check(text: string, reading: Reading, expected: readonly string[]): void {
  const bytes = Buffer.from(text, "latin1");
  expect(readMessages([bytes], reading)).toEqual(expected);
  for (let cut = 1; cut < bytes.length; cut++) {
    const pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
    expect(readMessages(pieces, reading), `cut at ${cut}`).toEqual(expected);
  }
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  expect(readMessages(single, reading), "byte by byte").toEqual(expected);
}

const request = { kind: "request" } as const;
const response = { kind: "response" } as const;

describe("requests", () => {
  it("keeps order, case and duplicates of header lines", () => {
    check("GET /a?b=1 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a:\t2 \r\nX-Empty:\r\n\r\n", request, [
      "head GET /a?b=1 1.1 none Host=h|X-A=1|x-a=2|X-Empty=",
      "end keep",
    ]);
  });

  it("reads pipelined messages one after the other", () => {
    check(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.0\r\nHost: h\r\n\r\n",
      request,
      [
        "head POST / 1.1 length Host=h|Content-Length=3",
        "body abc",
        "end keep",
        "head GET /2 1.0 none Host=h",
        "end close",
      ],
    );
  });

  it("decodes chunks, skips their extensions and gives the trailers", () => {
    const head = "PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n";
    check(`${head}4;name="v"\r\nwiki\r\nA \t; b\r\n0123456789\r\n0\r\nX-Sum: 7\r\n\r\n`, request, [
      "head PUT /x 1.1 chunked Host=h|Transfer-Encoding=Chunked",
      "body wiki0123456789",
      "trailers X-Sum=7",
      "end keep",
    ]);
    check(`${head}000\r\n\r\n`, request, [
      "head PUT /x 1.1 chunked Host=h|Transfer-Encoding=Chunked",
      "end keep",
    ]);
  });

  it("allows one empty line before the request line", () => {
    check("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", request, ["head GET / 1.1 none Host=h", "end keep"]);
  });

  it("reads what Connection says", () => {
    const rows: readonly (readonly [string, string, string])[] = [
      ["1.1", "close", "close"],
      ["1.1", "Keep-Alive", "keep"],
      ["1.1", "x-hop, CLOSE", "close"],
      ["1.0", "keep-alive", "keep"],
      ["1.0", "keep-alive, close", "close"],
      ["1.0", "x-hop", "close"],
    ];
    for (const [version, connection, kept] of rows) {
      check(`GET / HTTP/${version}\r\nHost: h\r\nConnection: ${connection}\r\n\r\n`, request, [
        `head GET / ${version} none Host=h|Connection=${connection}`,
        `end ${kept}`,
      ]);
    }
  });

  it("tells a truncation from the end between two messages", () => {
    check("", { ...request, closes: true }, []);
    check("GET / HTTP/1.1\r\nHo", { ...request, closes: true }, ["failed truncated"]);
    check("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab", { ...request, closes: true }, [
      "head PUT / 1.1 length Host=h|Content-Length=9",
      "body ab",
      "failed truncated",
    ]);
  });
});

describe("refused requests", () => {
  const rows: readonly (readonly [string, string])[] = [
    ["GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "bad-start-line"],
    ["GET / x HTTP/1.1\r\nHost: h\r\n\r\n", "bad-start-line"],
    ["G(T / HTTP/1.1\r\nHost: h\r\n\r\n", "bad-start-line"],
    ["GET /\u00e9 HTTP/1.1\r\nHost: h\r\n\r\n", "bad-start-line"],
    ["GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n", "bad-start-line"],
    ["GET / http/1.1\r\nHost: h\r\n\r\n", "bad-start-line"],
    ["GET / HTTP/1.1 \r\nHost: h\r\n\r\n", "bad-start-line"],
    ["GET /\r\n\r\n", "bad-start-line"],
    ["\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "bad-start-line"],
    ["GET / HTTP/2.0\r\nHost: h\r\n\r\n", "bad-version"],
    ["GET / HTTP/1.2\r\nHost: h\r\n\r\n", "bad-version"],
    ["GET / HTTP/1.1\nHost: h\r\n\r\n", "bad-line-end"],
    ["GET / HTTP/1.1\r\nHost: h\n\r\n", "bad-line-end"],
    ["GET / HTTP/1.1\r\nHost: h\r\n\rX\r\n\r\n", "bad-line-end"],
    ["GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n", "bad-header"],
    ["GET / HTTP/1.1\r\nHost: h\r\nA: b\0c\r\n\r\n", "bad-header"],
    ["GET / HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n", "bad-header"],
    ["GET / HTTP/1.1\r\nHost: h\r\n A: b\r\n\r\n", "bad-header"],
    ["GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n", "bad-header"],
    ["GET / HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n", "bad-header"],
    ["GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n", "bad-header"],
    ["GET / HTTP/1.1\r\n\r\n", "bad-host"],
    ["GET / HTTP/1.0\r\n\r\n", "bad-host"],
    ["GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "bad-host"],
    ["GET / HTTP/1.1\r\nHost:\r\n\r\n", "bad-host"],
    ["GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", "bad-host"],
    ["GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "bad-host"],
    ["GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "bad-host"],
    ["GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n", "bad-host"],
    ["GET / HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\nabc", "bad-content-length"],
    ["GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", "bad-content-length"],
    ["GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\nabc", "bad-content-length"],
    ["GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3 3\r\n\r\nabc", "bad-content-length"],
    ["GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\nabc", "bad-content-length"],
    ["GET / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", "bad-content-length"],
    ["GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999999999\r\n\r\n", "bad-content-length"],
    ["GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "bad-content-length"],
    [
      "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "length-and-encoding",
    ],
    ["PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "bad-transfer-encoding"],
    ["PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\n", "bad-transfer-encoding"],
    ["PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", "bad-transfer-encoding"],
    ["PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \x0bchunked\r\n\r\n", "bad-header"],
    ["PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \xa0chunked\r\n\r\n", "bad-transfer-encoding"],
    [
      "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
      "bad-transfer-encoding",
    ],
    ["PUT / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "bad-transfer-encoding"],
    ["PUT / HTTP/1.1\r\nHost: h\r\nTransfer_Encoding: chunked\r\n\r\n", "underscore-framing"],
    ["PUT / HTTP/1.1\r\nHost: h\r\nCONTENT_LENGTH: 3\r\n\r\n", "underscore-framing"],
    [
      "PUT / HTTP/1.1\r\nHost: h\r\nConnection: Content-Length\r\nContent-Length: 3\r\n\r\n",
      "bad-connection",
    ],
    ["GET / HTTP/1.1\r\nHost: h\r\nConnection: x, host\r\n\r\n", "bad-connection"],
  ];
  it.each(rows)("refuses %j: %s", (text, failure) => {
    check(text, request, [`failed ${failure}`]);
  });

  const chunked = "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  const bodies: readonly (readonly [string, string])[] = [
    ["\r\n", "bad-chunk"],
    ["0x1\r\na\r\n", "bad-chunk"],
    ["-1\r\n", "bad-chunk"],
    ["g\r\n", "bad-chunk"],
    ["1\na\r\n", "bad-chunk"],
    ["1 \r\na\r\n", "bad-chunk"],
    ["1;a\nb\r\n", "bad-chunk"],
    ["1;a\rb\r\n", "bad-chunk"],
    [";a\r\n", "bad-chunk"],
    ["1234567890123\r\n", "bad-chunk"],
    [`1;${"x".repeat(300)}\r\n`, "bad-chunk"],
    ["0\r\nContent-Length: 3\r\n\r\n", "bad-trailer"],
    ["0\r\nHost: h\r\n\r\n", "bad-trailer"],
    ["0\r\n folded\r\n\r\n", "bad-trailer"],
  ];
  it.each(bodies)("refuses the chunked body %j: %s", (text, failure) => {
    check(chunked + text, request, [
      "head PUT / 1.1 chunked Host=h|Transfer-Encoding=chunked",
      `failed ${failure}`,
    ]);
  });

  it("refuses a chunk that is longer than its size", () => {
    check(`${chunked}1\r\nabc\r\n0\r\n\r\n`, request, [
      "head PUT / 1.1 chunked Host=h|Transfer-Encoding=chunked",
      "body a",
      "failed bad-chunk",
    ]);
  });

  it("holds its limits", () => {
    const limits = { ...defaultWireLimits, maxHeadBytes: 60, maxHeaders: 2 };
    check(`GET / HTTP/1.1\r\nHost: h\r\nA: ${"a".repeat(60)}\r\n\r\n`, { ...request, limits }, [
      "failed head-too-large",
    ]);
    check(`GET /${"a".repeat(60)}`, { ...request, limits }, ["failed head-too-large"]);
    check("GET / HTTP/1.1\r\nHost: h\r\nA: 1\r\nB: 1\r\n\r\n", { ...request, limits }, [
      "failed too-many-headers",
    ]);
  });
});

describe("responses", () => {
  const rows: readonly (readonly [string, Partial<Reading>, readonly string[]])[] = [
    [
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
      {},
      ["head 200 OK 1.1 length Content-Length=2", "body hi", "end keep"],
    ],
    ["HTTP/1.1 204 No Content\r\n\r\n", {}, ["head 204 No Content 1.1 none ", "end keep"]],
    [
      "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n",
      {},
      ["head 204 No Content 1.1 none Content-Length=5", "end close"],
    ],
    [
      "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
      {},
      ["head 204 No Content 1.1 none Transfer-Encoding=chunked", "end close"],
    ],
    [
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
      {},
      ["head 304 Not Modified 1.1 none Content-Length=9", "end keep"],
    ],
    [
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
      { answersHead: true },
      ["head 200 OK 1.1 none Content-Length=9", "end keep"],
    ],
    [
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      { answersHead: true },
      ["head 200 OK 1.1 none Transfer-Encoding=chunked", "end keep"],
    ],
    [
      "HTTP/1.1 200 OK\r\n\r\nabc",
      { closes: true },
      ["head 200 OK 1.1 until-close ", "body abc", "end close"],
    ],
    ["HTTP/1.0 200 OK\r\n\r\n", { closes: true }, ["head 200 OK 1.0 until-close ", "end close"]],
    ["HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", {}, ["head 200  1.1 none Content-Length=0", "end keep"]],
    ["HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", {}, ["head 200  1.1 none Content-Length=0", "end keep"]],
    [
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
      {},
      [
        "head 100 Continue 1.1 none ",
        "head 103 Early Hints 1.1 none Link=a",
        "head 200 OK 1.1 length Content-Length=1",
        "body x",
        "end keep",
      ],
    ],
    [
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n\x01\x02",
      { allowsUpgrade: true },
      ["head 101 Switching Protocols 1.1 none Upgrade=echo", "tunnel"],
    ],
    ["HTTP/1.1 101 Switching Protocols\r\n\r\n", {}, ["failed unasked-upgrade"]],
    [
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
      { closes: true },
      ["head 200 OK 1.1 length Content-Length=5", "body ab", "failed truncated"],
    ],
    [
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
      { closes: true },
      ["head 200 OK 1.1 chunked Transfer-Encoding=chunked", "body ab", "failed truncated"],
    ],
    ["HTTP/1.1 2000 OK\r\n\r\n", {}, ["failed bad-start-line"]],
    ["HTTP/1.1 20 OK\r\n\r\n", {}, ["failed bad-start-line"]],
    ["HTTP/1.1  200 OK\r\n\r\n", {}, ["failed bad-start-line"]],
    ["ICY 200 OK\r\n\r\n", {}, ["failed bad-start-line"]],
    [
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
      {},
      ["failed length-and-encoding"],
    ],
    ["HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", {}, ["failed bad-transfer-encoding"]],
  ];
  it.each(rows)("reads %j with %j", (text, reading, expected) => {
    check(text, { ...response, ...reading }, expected);
  });
});

describe("heads", () => {
  it("finds names in any case and lists every line of one", () => {
    const head = new Head(defaultWireLimits);
    const parser = new MessageParser("request", head, defaultWireLimits);
    parser.feed(
      Buffer.from("GET / HTTP/1.1\r\nHost: h\r\nX-User-Id: ann\r\nCookie: a=1\r\ncookie: b=2\r\n\r\n"),
    );
    expect(parser.next()).toBe("head");
    expect(head.value("x-user-id")).toBe("ann");
    expect(head.value("x-user")).toBeUndefined();
    expect(head.find("cookie")).toBe(2);
    expect(head.find("cookie", 3)).toBe(3);
  });
});

describe("laws", () => {
  const token = fc
    .stringMatching(/^[A-Za-z0-9-]{1,12}$/)
    .filter((name) => !/^(host|te|content-length|transfer-encoding|connection|trailer)$/i.test(name));
  const value = fc.stringMatching(/^[!-~]([ -~]{0,18}[!-~])?$/);
  const fields = fc.array(fc.tuple(token, value), { maxLength: 6 });
  const body = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
  const cuts = fc.array(fc.nat(400), { maxLength: 12 });

  it("a response is read the same wherever it is cut", () => {
    fc.assert(
      fc.property(
        fields,
        fc.array(body, { maxLength: 4 }),
        fc.boolean(),
        cuts,
        (lines, bodies, isChunked, at) => {
          const content = bodies.join("");
          const framing = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${content.length}`;
          const head = [
            "HTTP/1.1 200 OK",
            ...lines.map(([name, text]) => `${name}: ${text}`),
            framing,
            "",
            "",
          ];
          const chunks = bodies
            .filter((chunk) => chunk !== "")
            .map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
          const text = head.join("\r\n") + (isChunked ? `${chunks.join("")}0\r\n\r\n` : content);
          const bytes = Buffer.from(text, "latin1");
          const told = readMessages([bytes], { kind: "response" });
          expect(told[0]).toContain(lines.map(([name, line]) => `${name}=${line}`).join("|"));
          expect(told.filter((line) => line.startsWith("body"))).toEqual(
            content === "" ? [] : [`body ${content}`],
          );
          expect(told.at(-1)).toMatch(/^end/);
          expect(readMessages(cutAt(bytes, at), { kind: "response" })).toEqual(told);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("arbitrary bytes never throw and never make it ask for more than the limit", () => {
    const noise = fc.array(fc.constantFrom(..."GET / HTTP/1.1\r\n\r\n:a0Host: h\0\t".split("")), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(noise, cuts, (letters, at) => {
        const bytes = Buffer.from(`${letters.join("")}\n`, "latin1");
        expect(readMessages(cutAt(bytes, at), { kind: "request" })).toEqual(
          readMessages([bytes], { kind: "request" }),
        );
      }),
      { numRuns: 500 },
    );
  });
});

function cutAt(bytes: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted(
    (left, right) => left - right,
  );
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}
