import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { maxWaitingBytes } from "../../../src/measure/fault-proxy/lane.ts";
import { bytesOf, caller, echo, hashOf, proxied, readAll } from "./rig.ts";

vi.setConfig({ testTimeout: 60_000 });

describe("latency", () => {
  test("holds every answer back by the delay at least, in order, and what is asked not at all", async () => {
    const askedMs: number[] = [];
    const { proxy } = await proxied(
      (socket) => {
        socket.on("data", (bytes: Buffer) => {
          askedMs.push(systemClock.nowMs());
          socket.write(bytes);
        });
      },
      { fault: { latency: { delayMs: 60, jitterMs: 20 } } },
    );
    const { socket, seen } = await caller(proxy.port);
    const waits: number[] = [];
    for (let index = 0; index < 20; index++) {
      socket.write(`answer ${index};`);
      await once(socket, "data");
      waits.push(systemClock.nowMs() - (askedMs[index] ?? Number.NaN));
    }
    expect(seen.received.toString()).toBe(
      Array.from({ length: 20 }, (_, index) => `answer ${index};`).join(""),
    );
    // The clock's rounding aside, none comes before delay − jitter, and they are not all alike.
    expect(Math.min(...waits)).toBeGreaterThan(38);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(5);
    expect(waits.toSorted((left, right) => left - right)[10]).toBeGreaterThan(50);
  });

  test("lets what it holds go when it is over", async () => {
    const { proxy } = await proxied(echo, { fault: { latency: { delayMs: 600_000, jitterMs: 0 } } });
    const { socket, seen } = await caller(proxy.port);
    socket.write("held");
    await sleep(150);
    expect(seen.received.length).toBe(0);
    await proxy.setFault({});
    await vi.waitFor(() => expect(seen.received.toString()).toBe("held"));
  });

  test("keeps no more waiting than its bound, and loses nothing", async () => {
    const whole = bytesOf(5, 5 * maxWaitingBytes);
    let written = 0;
    const { proxy } = await proxied(
      (socket) => {
        socket.on("data", async () => {
          for (let from = 0; from < whole.length; from += 65_536) {
            const piece = whole.subarray(from, from + 65_536);
            if (!socket.write(piece)) await once(socket, "drain");
            written += piece.length;
          }
          socket.end();
        });
      },
      { fault: { latency: { delayMs: 400, jitterMs: 0 } } },
    );
    const { socket } = await caller(proxy.port);
    socket.removeAllListeners("data");
    const read = readAll(socket);
    socket.write("all of it");
    expect((await read).hash).toBe(hashOf(whole));
    expect(written).toBe(whole.length);
  });
});

describe("slow", () => {
  test("lengthens the wait of each answer by its factor", async () => {
    const { proxy } = await proxied(
      (socket) => socket.on("data", (bytes) => setTimeout(() => socket.write(bytes), 50)),
      { fault: { slowFactor: 4 } },
    );
    const { socket } = await caller(proxy.port);
    const startMs = systemClock.nowMs();
    socket.write("asked");
    await once(socket, "data");
    // Four times at least 50 ms; the service's own timer may be a millisecond early.
    expect(systemClock.nowMs() - startMs).toBeGreaterThan(190);
  });
});

describe("bandwidth", () => {
  test("is shared by all connections, and neither exceeded nor left unused", async () => {
    const bytesPerSecond = 400_000;
    const lengths = [100_000, 100_000, 200_000];
    const { proxy } = await proxied(
      (socket) => socket.on("data", (bytes: Buffer) => socket.end(bytesOf(9, Number(bytes.toString())))),
      { fault: { bytesPerSecond } },
    );
    const startMs = systemClock.nowMs();
    const ends = await Promise.all(
      lengths.map(async (length) => {
        const { socket } = await caller(proxy.port);
        socket.removeAllListeners("data");
        const read = readAll(socket);
        socket.write(String(length));
        expect(await read).toEqual({ bytes: length, hash: hashOf(bytesOf(9, length)) });
        return systemClock.nowMs() - startMs;
      }),
    );
    // 400 KB over 400 KB/s; a line may catch up by 20 ms each time that a timer is late.
    expect(Math.max(...ends)).toBeGreaterThan(950);
    expect(Math.max(...ends)).toBeLessThan(5000);
    // Connections take turns: a short answer doesn't wait for the long one to end.
    expect(Math.min(...ends)).toBeLessThan(Math.max(...ends));
  });

  test("of a line that is far too thin ends at once with the trouble", async () => {
    const { proxy } = await proxied((socket) => socket.on("data", () => socket.end(bytesOf(2, 500_000))), {
      fault: { bytesPerSecond: 1000 },
    });
    const { socket } = await caller(proxy.port);
    socket.removeAllListeners("data");
    const read = readAll(socket);
    socket.write("go");
    await sleep(200);
    await proxy.setFault({});
    expect((await read).hash).toBe(hashOf(bytesOf(2, 500_000)));
  });
});
