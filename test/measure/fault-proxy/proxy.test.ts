import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { ProxiedProtocol, ProxyFault } from "../../../src/measure/fault-proxy/messages.ts";
import { bytesOf, caller, echo, hashOf, proxied, readAll, writeChunks } from "./rig.ts";

vi.setConfig({ testTimeout: 60_000 });

describe("without trouble", () => {
  test("every byte passes both ways in order, however it is cut, and so do the ends", async () => {
    const asked: string[] = [];
    const answers = new Map<string, Buffer>();
    const { proxy } = await proxied(async (socket) => {
      // Half-closed by the caller, it still gets its whole answer.
      const { hash } = await readAll(socket);
      asked.push(hash);
      await writeChunks(socket, answers.get(hash) ?? Buffer.alloc(0), [7, 4096, 70_000]);
    });
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          seed: fc.integer({ min: 1, max: 1e9 }),
          up: fc.integer({ min: 1, max: 300_000 }),
          down: fc.integer({ min: 1, max: 300_000 }),
          cuts: fc.array(fc.nat(300_000), { maxLength: 20 }),
        }),
        async ({ seed, up, down, cuts }) => {
          const [request, answer] = [bytesOf(seed, up), bytesOf(seed + 1, down)];
          answers.set(hashOf(request), answer);
          const { socket } = await caller(proxy.port);
          socket.removeAllListeners("data");
          const read = readAll(socket);
          await writeChunks(socket, request, cuts);
          expect((await read).hash).toBe(hashOf(answer));
          expect(asked.at(-1)).toBe(hashOf(request));
        },
      ),
      { numRuns: 25 },
    );
    expect(asked.length).toBeGreaterThanOrEqual(25);
  });

  test("a sink that reads nothing stops the source, and loses nothing of it", async () => {
    const whole = bytesOf(3, 40e6);
    const sent = Promise.withResolvers<void>();
    const { proxy } = await proxied(async (socket) => {
      await writeChunks(
        socket,
        whole,
        Array.from({ length: 400 }, (_, index) => index * 100_000),
      );
      sent.resolve();
    });
    const { socket } = await caller(proxy.port);
    socket.removeAllListeners("data");
    socket.pause();
    let isWhole = false;
    void sent.promise.then(() => {
      isWhole = true;
    });
    await sleep(300);
    expect(isWhole).toBe(false);
    expect((await readAll(socket)).hash).toBe(hashOf(whole));
    await sent.promise;
  });

  test("a reset by the service is a reset for the caller, and the other way round", async () => {
    const failures: string[] = [];
    const { proxy } = await proxied((socket) => {
      socket.on("error", (error: NodeJS.ErrnoException) => failures.push(error.code ?? ""));
      socket.on("data", (bytes: Buffer) => {
        if (bytes.toString() === "reset") socket.resetAndDestroy();
        else socket.write(bytes);
      });
    });
    const first = await caller(proxy.port);
    first.socket.write("reset");
    await first.isClosed;
    expect(first.seen.failure).toBe("ECONNRESET");
    const second = await caller(proxy.port);
    second.socket.write("hello");
    await vi.waitFor(() => expect(second.seen.received.toString()).toBe("hello"));
    second.socket.resetAndDestroy();
    await vi.waitFor(() => expect(failures).toEqual(["ECONNRESET"]));
    await vi.waitFor(() => expect(proxy.connections).toBe(0));
  });
});

describe("a hang", () => {
  test("accepts, passes nothing either way until it is over, and then everything", async () => {
    const heard: string[] = [];
    const { proxy } = await proxied(
      (socket) => {
        socket.on("data", (bytes: Buffer) => {
          heard.push(bytes.toString());
          socket.write(bytes);
        });
        socket.on("end", () => socket.end());
      },
      { fault: { isHanging: true } },
    );
    const { socket, seen } = await caller(proxy.port);
    socket.write("anybody?");
    socket.end();
    await sleep(200);
    expect(socket.readyState).toBe("readOnly");
    expect({ heard, received: seen.received.length, isEnded: seen.isEnded }).toEqual({
      heard: [],
      received: 0,
      isEnded: false,
    });
    await proxy.setFault({});
    await vi.waitFor(() => expect(seen.isEnded).toBe(true));
    expect(seen.received.toString()).toBe("anybody?");
  });
});

describe("refusal", () => {
  test("resets what is open, refuses what is new, and ends with the same port", async () => {
    const { proxy } = await proxied(echo);
    const open = await caller(proxy.port);
    open.socket.write("hello");
    await vi.waitFor(() => expect(open.seen.received.length).toBe(5));
    await proxy.setFault({ isRefusing: true });
    await vi.waitFor(() => expect(open.seen.failure).toBe("ECONNRESET"));
    const refused = await caller(proxy.port);
    await vi.waitFor(() => expect(refused.seen.failure).toBe("ECONNREFUSED"));
    const { port } = proxy;
    await proxy.setFault({});
    expect(proxy.port).toBe(port);
    const later = await caller(port);
    later.socket.write("again");
    await vi.waitFor(() => expect(later.seen.received.toString()).toBe("again"));
  });
});

describe("shares", () => {
  async function outcomes(fault: ProxyFault, protocol: ProxiedProtocol, count: number) {
    const { proxy } = await proxied(echo, { fault, protocol });
    const ended: { readonly received: string; readonly failure: string | undefined }[] = [];
    for (let index = 0; index < count; index++) {
      const { socket, seen, isClosed } = await caller(proxy.port);
      socket.on("end", () => socket.end());
      const isAnswered = new Promise<void>((resolve) => socket.once("data", () => resolve()));
      socket.write("ask");
      await Promise.race([isClosed, isAnswered]);
      if (!seen.received.toString().startsWith("ask")) await isClosed;
      ended.push({ received: seen.received.toString("latin1"), failure: seen.failure });
      socket.destroy();
    }
    return ended;
  }

  test("of resets are met, each in place of an answer, and all else is answered", async () => {
    const ended = await outcomes({ resetShare: 0.3 }, "http", 300);
    const reset = ended.filter(({ failure }) => failure === "ECONNRESET");
    expect(reset.every(({ received }) => received === "")).toBe(true);
    expect(ended.filter(({ received }) => received === "ask")).toHaveLength(300 - reset.length);
    // Binomial: 90 expected, standard deviation 7.9; five of them either way.
    expect(Math.abs(reset.length - 90)).toBeLessThan(40);
  });

  test.each<[protocol: ProxiedProtocol, starts: RegExp]>([
    ["http", /^HTTP\/1\.1 500 .*\r\nContent-Length: 0\r\nConnection: close\r\n\r\n$/],
    // 'E', a length of its own and four fields.
    ["postgres", /^E\0\0\0.SFATAL\0VFATAL\0C57P01\0M[^\0]+\0\0$/],
    ["redis", /^-ERR [^\r]+\r\n$/],
  ])(
    "of errors are told in the words of %s, and the connection ends in order",
    async (protocol, expected) => {
      const ended = await outcomes({ errorShare: 0.4 }, protocol, 100);
      const failed = ended.filter(({ received }) => received !== "ask");
      for (const { received, failure } of failed) {
        expect(received).toMatch(expected);
        expect(failure).toBeUndefined();
      }
      // 40 expected, standard deviation 4.9.
      expect(Math.abs(failed.length - 40)).toBeLessThan(25);
    },
  );

  test("are the same for the same seed", async () => {
    const once = await outcomes({ resetShare: 0.5 }, "http", 30);
    const again = await outcomes({ resetShare: 0.5 }, "http", 30);
    expect(again).toEqual(once);
    expect(new Set(once.map(({ failure }) => failure)).size).toBe(2);
  });
});
