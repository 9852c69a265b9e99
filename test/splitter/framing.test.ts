import net from "node:net";
import { describe, expect, it } from "vitest";
import { answered, get, ok, oneUpstream } from "./one-upstream.ts";
import { answersWith, eventually, plain, talk } from "./rig.ts";

const on = oneUpstream();

describe("what the upstream gets", () => {
  it("keeps order, case and duplicates, and drops what belongs to one connection", async () => {
    const port = await on.start(answersWith(ok));
    const lines = [
      "GET /a?b HTTP/1.1",
      "X-One: 1",
      "Host: h",
      "Connection: keep-alive, X-Hop",
      "Keep-Alive: 5",
      "TE: trailers",
      "x-one: 2",
      "X-HOP: gone",
      "Proxy-Connection: keep-alive",
      "Cookie: a=\xe9",
      "X-Request-Id: mine",
    ];
    await talk(port, [`${lines.join("\r\n")}\r\n\r\n`], { until: answered });
    const kept = [
      "GET /a?b HTTP/1.1",
      "X-One: 1",
      "Host: h",
      "x-one: 2",
      "Cookie: a=\xe9",
      "X-Request-Id: mine",
    ];
    expect(on.upstream.received()).toBe(`${kept.join("\r\n")}\r\n\r\n`);
  });

  it("gives every request an id of its own where it has none", async () => {
    const port = await on.start(answersWith(ok));
    await talk(port, [get], { until: answered });
    await talk(port, [get], { until: answered });
    const ids = [...on.upstream.received().matchAll(/^x-request-id: (.+)\r$/gm)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(2);
  });

  it("gives an id of its own where Connection names the client's", async () => {
    const port = await on.start(answersWith(ok));
    await talk(
      port,
      ["GET / HTTP/1.1\r\nHost: h\r\nX-Request-Id: mine\r\nConnection: x-request-id\r\n\r\n"],
      {
        until: answered,
      },
    );
    expect(on.upstream.received()).not.toContain("mine");
    expect(on.upstream.received()).toMatch(/^x-request-id: .+\r$/m);
  });

  it("asks about the whole server where an absolute target of OPTIONS has no path", async () => {
    const port = await on.start(answersWith(ok));
    await talk(port, ["OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n"], { until: answered });
    expect(on.upstream.received()).toMatch(/^OPTIONS \* HTTP\/1\.1\r\n/);
  });

  it("writes absolute-form as origin-form when it names the Host, and refuses it otherwise", async () => {
    const port = await on.start(answersWith(ok));
    await talk(port, ["GET http://H:80/x?y HTTP/1.1\r\nHost: h:80\r\n\r\n"], { until: answered });
    expect(on.upstream.received()).toMatch(/^GET \/x\?y HTTP\/1\.1\r\n/);
    for (const target of [
      "http://evil/x",
      "http://u@h:80/",
      "https://h:80/",
      "ftp://h:80/",
      "h:80",
      "/x#y",
      "x",
      "*",
    ]) {
      const refused = await talk(port, [`GET ${target} HTTP/1.1\r\nHost: h:80\r\n\r\n`]);
      expect(refused.text, target).toMatch(/^HTTP\/1\.1 400 /);
      expect(refused.end).toBe("closed");
    }
    expect((await talk(port, ["CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n"])).text).toMatch(
      /^HTTP\/1\.1 501 /,
    );
    expect(on.upstream.connections.length).toBe(1);
  });

  it("re-frames a chunked body and passes the trailers on", async () => {
    const port = await on.start(({ socket, received }) => {
      if (received.endsWith("\r\n0\r\nX-Sum: 1\r\n\r\n")) socket.write(ok);
    });
    const head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
    await talk(port, [`${head}4;ext=1\r\nwi`, "ki\r\n0\r\nX-Sum: 1\r\n\r\n"], { until: answered });
    expect(on.upstream.received()).toMatch(
      /\r\ntransfer-encoding: chunked\r\n\r\n(?:4\r\nwiki|2\r\nwi\r\n2\r\nki)\r\n0\r\nX-Sum: 1\r\n\r\n$/,
    );
  });

  it("sends pipelined requests one at a time and answers in order", async () => {
    let count = 0;
    const port = await on.start(({ socket }) => {
      const number = ++count;
      setTimeout(
        () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${number}`),
        number === 1 ? 50 : 0,
      );
    });
    const three =
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n";
    const { text } = await talk(port, [three], { until: (given) => given.endsWith("\r\n\r\n3") });
    expect([...text.matchAll(/\r\n\r\n(\d)/g)].map((match) => match[1])).toEqual(["1", "2", "3"]);
    expect(on.upstream.connections.length).toBe(1);
  });

  it("reads a request cut at every byte as the same request", async () => {
    const port = await on.start(({ socket, received }) => {
      if (received.endsWith("abc")) socket.write(ok);
    });
    const request =
      "POST /p HTTP/1.1\r\nHost: h\r\nX-Request-Id: i\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
    const expected = "POST /p HTTP/1.1\r\nHost: h\r\nX-Request-Id: i\r\ncontent-length: 3\r\n\r\nabc";
    for (let cut = 1; cut < request.length; cut++) {
      const { text } = await talk(port, [request.slice(0, cut), request.slice(cut)]);
      expect(text, `cut at ${cut}`).toMatch(/hi$/);
      expect(on.upstream.connections[0]?.received, `cut at ${cut}`).toBe(expected.repeat(cut));
    }
  });
});

describe("what is refused", () => {
  const rows: readonly (readonly [string, number])[] = [
    ["GET / HTTP/1.1\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400],
    ["POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
    ["POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400],
    ["POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
    ["POST / HTTP/1.1\r\nHost: h\r\nTransfer_Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
    ["GET / HTTP/1.1\nHost: h\n\n", 400],
    ["GET / HTTP/3.0\r\nHost: h\r\n\r\n", 505],
    [`GET / HTTP/1.1\r\nHost: h\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    [`GET / HTTP/1.1\r\nHost: h\r\n${"X: x\r\n".repeat(101)}\r\n`, 431],
  ];
  it("answers with the status, closes, and sends nothing on", async () => {
    const port = await on.start(answersWith(ok));
    for (const [request, status] of rows) {
      const { text, end } = await talk(port, [`${request}GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n`]);
      expect(text.slice(0, 12), request.slice(0, 80)).toBe(`HTTP/1.1 ${status}`);
      expect(text.match(/HTTP\/1\.1 /g)?.length).toBe(1);
      expect(end).toBe("closed");
    }
    expect(on.upstream.connections).toEqual([]);
    expect(on.rig.splitter.takeStats().refused).toBe(rows.length);
  });

  it("breaks off a request whose chunks are broken, and the upstream never sees it whole", async () => {
    const port = await on.start(() => undefined);
    const head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n";
    const { text } = await talk(port, [head, "zz\r\n0\r\n\r\n"]);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(on.upstream.received()).not.toContain("\r\n0\r\n\r\n");
  });
});

describe("what the client gets", () => {
  const rows: readonly (readonly [string, string, string, string])[] = [
    ["a length", get, ok, "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi"],
    [
      "order, case and duplicates",
      get,
      "HTTP/1.1 200 Fine  by me\r\nSet-Cookie: a=1\r\nX-A: 1\r\nset-cookie: b=2\r\nConnection: X-Hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nhi",
      "HTTP/1.1 200 Fine  by me\r\nSet-Cookie: a=1\r\nX-A: 1\r\nset-cookie: b=2\r\ncontent-length: 2\r\n\r\nhi",
    ],
    [
      "chunks with trailers",
      get,
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x\r\nhi\r\n0\r\nX-T: 1\r\n\r\n",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n",
    ],
    ["204", get, "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n"],
    [
      "304 with the length of another message",
      get,
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n",
    ],
    [
      "the answer to HEAD",
      "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
      "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n",
    ],
    [
      "interim answers",
      get,
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi",
    ],
    [
      "no chunks and no interim answers on HTTP/1.0",
      "GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhi",
    ],
    [
      "keep-alive on HTTP/1.0 that asks for it",
      "GET / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n",
      ok,
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nhi",
    ],
    [
      "close when asked to",
      "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
      ok,
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi",
    ],
  ];
  it.each(rows)("passes on %s", async (_name, request, response, expected) => {
    const port = await on.start(answersWith(response));
    const { text } = await talk(port, [request], {
      until: (given) => plain(given).length >= expected.length,
    });
    expect(plain(text)).toBe(expected);
    expect(text).toMatch(
      /\r\nx-twinlane-version: old\r\nserver-timing: splitter;dur=\d+\.\d{3}, upstream;dur=\d+\.\d{3}\r\n/,
    );
  });

  it("passes on the invitation to send a body", async () => {
    const port = await on.start(({ socket, received }) => {
      if (received.endsWith("\r\n\r\n")) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
      if (received.endsWith("abc")) socket.write(ok);
    });
    const socket = net.connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (piece) => {
      text += piece.toString();
    });
    socket.write("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    await eventually(() => text === "HTTP/1.1 100 Continue\r\n\r\n");
    socket.write("abc");
    await eventually(() => text.endsWith("hi"));
    socket.destroy();
    expect(on.upstream.received()).toContain("Expect: 100-continue\r\n");
  });

  it("reads an answer cut at every byte as the same answer", async () => {
    const response =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX-A: 1\r\nTransfer-Encoding: chunked\r\n\r\n2;a\r\nhi\r\n4\r\n you\r\n0\r\nX-T: 1\r\n\r\n".replace(
        "3\r\n you",
        "4\r\n you",
      );
    let cut = 0;
    const port = await on.start(({ socket, received }) => {
      if (!received.endsWith("\r\n\r\n")) return;
      socket.write(response.slice(0, cut));
      setTimeout(() => socket.write(response.slice(cut)), 1);
    });
    for (cut = 1; cut < response.length; cut++) {
      const { text } = await talk(port, [get], { until: (given) => given.endsWith("X-T: 1\r\n\r\n") });
      const body = plain(text).split("\r\n\r\n").slice(2).join("\r\n\r\n");
      expect(body.replace(/^[1-9a-f][0-9a-f]*\r\n(.*)\r\n/gm, "$1"), `cut at ${cut}`).toBe(
        "hi you0\r\nX-T: 1\r\n\r\n",
      );
    }
    expect(on.upstream.connections.length).toBe(1);
  });

  it("turns a body that ends with the connection into chunks", async () => {
    const port = await on.start(({ socket }) => socket.end("HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\nhi"));
    const { text } = await talk(port, [get], { until: (given) => given.endsWith("0\r\n\r\n") });
    expect(plain(text)).toBe(
      "HTTP/1.1 200 OK\r\nX-A: 1\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    );
  });

  const broken: readonly (readonly [string, string])[] = [
    ["nothing", ""],
    ["half a head", "HTTP/1.1 200 OK\r\nContent-"],
    ["no HTTP", "220 ftp ready\r\n"],
    ["both framings", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"],
    ["an upgrade nobody asked for", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"],
  ];
  it.each(broken)("answers 502 when the upstream says %s", async (_name, response) => {
    const port = await on.start(({ socket }) => socket.end(response));
    const { text } = await talk(port, [get], { until: (given) => given.includes("\r\n\r\n") });
    expect(text).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(text).toContain("x-twinlane-version: old\r\n");
  });

  const truncated: readonly (readonly [string, string])[] = [
    ["length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi"],
    ["chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"],
    ["broken chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n"],
  ];
  it.each(truncated)("never completes a truncated body: %s", async (_name, response) => {
    const port = await on.start(({ socket }) => {
      socket.write(response);
      setTimeout(() => socket.end(), 20);
    });
    const { text, end } = await talk(port, [get]);
    expect(end).toBe("reset");
    expect(text).not.toContain("\r\n0\r\n\r\n");
    const { failed } = on.rig.splitter.takeStats().versions.old;
    expect(failed.truncated + failed.invalid).toBe(1);
  });

  it("never completes a body that ends with a reset", async () => {
    const port = await on.start(({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\nhi");
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    expect((await talk(port, [get])).end).toBe("reset");
  });
});

describe("answers that nobody asked for", () => {
  const other = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother";

  it("behind another one never reach the next client", async () => {
    const port = await on.start(({ socket }) => socket.write(ok + other));
    expect((await talk(port, [get], { until: answered })).text).not.toContain("other");
    expect((await talk(port, [get], { until: answered })).text).not.toContain("other");
    expect(on.upstream.connections.length).toBe(2);
  });

  it("on a connection at rest end that connection", async () => {
    const port = await on.start(({ socket }) => {
      socket.write(ok);
      setTimeout(() => socket.write(other), 20);
    });
    await talk(port, [get], { until: answered });
    await eventually(() => on.upstream.connections[0]?.socket.destroyed ?? false);
    expect((await talk(port, [get], { until: answered })).text).not.toContain("other");
  });
});

describe("bodies and answers that cross", () => {
  it("answers early, closes, and does not take the rest of the body for a request", async () => {
    const port = await on.start((connection) => {
      if (connection.answered++ === 0) connection.socket.write(ok);
    });
    const head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n";
    const smuggled = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";
    const { text, end } = await talk(port, [head, smuggled.repeat(10)]);
    expect(plain(text)).toBe("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi");
    expect(end).toBe("closed");
    const again = await talk(port, [get], { until: answered });
    expect(again.text).toContain("200 OK");
    expect(on.upstream.connections.length).toBe(2);
  });
});
