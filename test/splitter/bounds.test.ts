import net from "node:net";
import { describe, expect, it } from "vitest";
import { answered, get, ok, oneUpstream } from "./one-upstream.ts";
import { answersWith, eventually, talk } from "./rig.ts";

const on = oneUpstream();

describe("backpressure", () => {
  it("streams both ways and holds back what the other side doesn't take", async () => {
    const size = 48 * 1024 * 1024;
    const port = await on.start((connection) => {
      const { socket } = connection;
      if (connection.answered++ > 0) return;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write("x".repeat(size));
    });
    const { socket, until } = slowReader(port);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(on.upstream.connections[0]?.socket.writableLength).toBeGreaterThan(0);
    expect(on.rig.splitter.counters.versions.old.inFlight).toBe(1);
    socket.resume();
    expect(await until(size)).toBeGreaterThan(size);
  });
});

describe("upgrades", () => {
  const ask = "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

  it("tunnels only after a 101", async () => {
    const port = await on.start((connection) => {
      const { socket } = connection;
      if (connection.answered++ > 0) return;
      expect(connection.received).not.toContain("early");
      setTimeout(() => {
        socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello");
        socket.removeAllListeners("data");
        socket.on("data", (piece) => socket.write(piece));
      }, 30);
    });
    const { text } = await talk(port, [`${ask}early`, "later"], {
      until: (given) => given.endsWith("later"),
    });
    expect(text).toBe(
      "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nhelloearlylater",
    );
  });

  it("goes on with HTTP when the upstream declines", async () => {
    const port = await on.start(answersWith(ok));
    const { text } = await talk(port, [`${ask}${get}`], { until: (given) => given.split("hi").length === 3 });
    expect(text.match(/200 OK/g)?.length).toBe(2);
    expect(on.upstream.received()).toContain("connection: upgrade\r\nupgrade: echo\r\n");
  });

  it("never asks for HTTP/2 over cleartext", async () => {
    const port = await on.start(answersWith(ok));
    await talk(port, [ask.replace("echo", "h2c")], { until: answered });
    expect(on.upstream.received().toLowerCase()).not.toContain("upgrade");
  });
});

describe("bounds", () => {
  it("closes connections beyond the limit at once, and counts them", async () => {
    const port = await on.start(answersWith(ok), { maxConnections: 2 });
    const [first, second] = [talk(port, [], { timeoutMs: 300 }), talk(port, [], { timeoutMs: 300 })];
    await eventually(() => on.rig.splitter.counters.openConnections === 2);
    expect((await talk(port, [get])).text).toBe("");
    expect(on.rig.splitter.takeStats().connections).toEqual({ open: 2, dropped: 1 });
    await Promise.all([first, second]);
    await eventually(() => on.rig.splitter.counters.openConnections === 0);
    expect((await talk(port, [get], { until: answered })).text).toContain("200 OK");
  });

  it("holds requests back when all upstream connections are taken, and refuses what is beyond", async () => {
    const port = await on.start(() => undefined, { maxConnectionsPerUpstream: 1, maxWaiting: 1 });
    const first = talk(port, [get], { until: answered });
    await eventually(() => on.upstream.connections.length === 1);
    const second = talk(port, [get], { until: answered });
    await eventually(() => on.rig.splitter.counters.versions.old.inFlight === 2);
    expect((await talk(port, [get], { until: (given) => given !== "" })).text).toMatch(/^HTTP\/1\.1 503/);
    on.upstream.connections[0]?.socket.write(ok);
    expect((await first).text).toContain("200 OK");
    await eventually(() => on.upstream.received().split("GET").length === 3);
    on.upstream.connections[0]?.socket.write(ok);
    expect((await second).text).toContain("200 OK");
    expect(on.upstream.connections.length).toBe(1);
  });

  it("closes upstream connections that nobody uses", async () => {
    const port = await on.start(answersWith(ok), { upstreamIdleTimeoutMs: 100 });
    await talk(port, [get], { until: answered });
    await eventually(() => on.upstream.connections[0]?.socket.destroyed ?? false);
    expect((await talk(port, [get], { until: answered })).text).toContain("200 OK");
    expect(on.rig.splitter.takeStats().versions.old.retried).toBe(0);
  });
});

describe("times", () => {
  it("408 for a head or a body that never comes, 504 for an answer that doesn't", async () => {
    const port = await on.start(() => undefined, {
      headTimeoutMs: 100,
      bodyTimeoutMs: 100,
      answerTimeoutMs: 150,
    });
    expect((await talk(port, ["GET / HTTP/1.1\r\nHo"])).text).toMatch(/^HTTP\/1\.1 408 /);
    const body = await talk(port, ["POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nab"]);
    expect(body.text).toMatch(/^HTTP\/1\.1 408 /);
    const silent = await talk(port, [get], { until: (given) => given.includes("\r\n\r\n") });
    expect(silent.text).toMatch(/^HTTP\/1\.1 504 Gateway Timeout\r\n/);
  });

  it("gives a head that drips in no more time than one that doesn't come", async () => {
    const port = await on.start(() => undefined, { headTimeoutMs: 150 });
    const socket = net.connect(port, "127.0.0.1");
    let text = "";
    socket.on("data", (piece) => {
      text += piece.toString();
    });
    socket.on("error", () => undefined);
    socket.write("GET / HTTP/1.1\r\nHost: h\r\nX: ");
    const drip = setInterval(() => socket.write("x"), 20);
    await eventually(() => text !== "");
    clearInterval(drip);
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("closes idle connections, and those of clients that take nothing", async () => {
    const port = await on.start(answersWith(ok), { idleTimeoutMs: 100 });
    const { text, end } = await talk(port, [get]);
    expect(text).toContain("200 OK");
    expect(end).toBe("closed");
  });

  it("aborts an answer that stalls", async () => {
    const port = await on.start(
      ({ socket }) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi"),
      {
        stallTimeoutMs: 100,
      },
    );
    expect((await talk(port, [get])).end).toBe("reset");
  });
});

function slowReader(port: number) {
  const socket = net.connect(port, "127.0.0.1");
  socket.write(get);
  socket.pause();
  let bytes = 0;
  socket.on("data", (piece) => {
    bytes += piece.length;
  });
  socket.pause();
  const until = async (size: number) => {
    while (bytes <= size) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    return bytes;
  };
  return { socket, until };
}
