import { execFile, spawn } from "node:child_process";
import { Agent } from "node:http";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { cpuBurner } from "../../mock-services/cpu-burner.ts";
import { ServiceClock } from "../../mock-services/service-clock.ts";
import { systemClock } from "../../src/base/clock.ts";
import { isAlive } from "../cli/twinlane.ts";
import { ask, type RunningMock, startMessage, startMock, stop, until } from "./running-mock.ts";

const entry = fileURLToPath(new URL("../../mock-services/main.ts", import.meta.url));

describe("a mock process", () => {
  test("finishes what is under way when told to stop, and exits with 0", async () => {
    const mock = await startMock({ serviceTime: { law: "constant", ms: 3000 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 2 });
    const early = ask(mock.port, { agent });
    const slow = ask(mock.port, { agent });
    await untilBusy(mock, 2);
    mock.process.send({ type: "stop", drainMs: 20_000 });
    const replies = await Promise.all([early, slow]);
    agent.destroy();
    expect(replies.map(({ status, headers }) => [status, headers.connection])).toEqual([
      [200, "close"],
      [200, "close"],
    ]);
    expect(await mock.process.ended).toMatchObject({ exitCode: 0, signal: null });
    await expect(ask(mock.port)).rejects.toThrow("ECONNREFUSED");
  });

  test("cuts off what takes longer than the drain", async () => {
    const mock = await startMock({ serviceTime: { law: "constant", ms: 600_000 } });
    const reply = ask(mock.port);
    const failure = expect(reply).rejects.toThrow();
    await untilBusy(mock, 1);
    mock.process.send({ type: "stop", drainMs: 100 });
    await failure;
    expect(await mock.process.ended).toMatchObject({ exitCode: 0 });
  });

  test("says which port is taken, as an error of the table", async () => {
    const blocker = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => blocker.once("listening", resolve));
    const bound = blocker.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    const started = startMock({}, { listen: { host: "127.0.0.1", port } });
    await expect(started).rejects.toMatchObject({
      code: "port-in-use",
      message: expect.stringContaining(`${port}`),
    });
    blocker.close();
  });

  test("explains itself when started by hand, with exit code 2", async () => {
    const result = await new Promise<{ code: unknown; stderr: string }>((resolve) => {
      execFile(process.execPath, [entry], (error, _, stderr) => resolve({ code: error?.code, stderr }));
    });
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining("twinlane mock") });
  });

  test.each([
    ["SIGKILL", 0],
    ["SIGKILL", 50],
    ["SIGKILL", 100],
    ["SIGKILL", 1000],
    ["SIGTERM", 1000],
  ] as const)("ends when its parent ends, here by %s, %d ms after the start", async (signal, delayMs) => {
    const program = `const { fork } = require("node:child_process");
      const child = fork(${JSON.stringify(entry)}, { stdio: ["ignore", "ignore", "ignore", "ipc"] });
      child.send(${JSON.stringify(startMessage())});
      child.on("spawn", () => console.log(child.pid)); setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    const pid = Number(await new Promise((resolve) => parent.stdout.once("data", resolve)));
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    expect(isAlive(pid)).toBe(true);
    parent.kill(signal);
    await until(() => !isAlive(pid));
  });

  test("leaves Ctrl-C to its parent", async () => {
    const mock = await startMock();
    process.kill(mock.process.pid, "SIGINT");
    expect((await ask(mock.port)).status).toBe(200);
    expect(await stop(mock.process)).toMatchObject({ exitCode: 0 });
  });
});

test("a service clock calls back never early, in order, and not at all after its thread is closed", async () => {
  const clock = new ServiceClock();
  const startMs = systemClock.nowMs();
  const waitsMs = Array.from({ length: 300 }, (_, index) => ((index * 7919) % 300) / 3 + 0.1);
  const called: { readonly atMs: number; readonly nowMs: number }[] = [];
  for (const waitMs of waitsMs) {
    const atMs = startMs + waitMs;
    clock.at(atMs, () => called.push({ atMs, nowMs: systemClock.nowMs() }));
  }
  await until(() => called.length === waitsMs.length);
  expect(clock.pending).toBe(0);
  expect(called.map(({ atMs }) => atMs)).toEqual(called.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
  expect(Math.min(...called.map(({ atMs, nowMs }) => nowMs - atMs))).toBeGreaterThanOrEqual(0);
  clock.at(systemClock.nowMs() + 50, () => called.push({ atMs: 0, nowMs: 0 }));
  await clock.close();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(called).toHaveLength(waitsMs.length);
});

test.each([
  [20, 5],
  [1000, 0.005],
])("burning CPU %d times for %d ms comes to their sum", (times, eachMs) => {
  const burner = cpuBurner();
  for (let count = 0; count < times; count++) burner.burn(eachMs);
  expect(burner.burnedMs).toBeGreaterThanOrEqual(times * eachMs - 0.001);
  expect(burner.burnedMs).toBeLessThan(times * eachMs * 1.2 + 2);
});

async function untilBusy(mock: RunningMock, slots: number): Promise<void> {
  await until(() => mock.messages.some((message) => message.type === "stats" && message.busy === slots));
}
