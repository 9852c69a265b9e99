import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { eventLoopProbe } from "../../../src/base/event-loop.ts";
import { describeMachine, readMachineLimits } from "../../../src/measure/host/machine.ts";
import type { ProcessSample } from "../../../src/measure/host/process-sample.ts";
import {
  type ResourceSample,
  resourceSample,
  sampleProcesses,
} from "../../../src/measure/host/process-sampler.ts";
import { sampleSystem, systemUse } from "../../../src/measure/host/system-sample.ts";

const hasProc = existsSync("/proc/self/stat");

describe("what a process used between two samples", () => {
  const first: ProcessSample = {
    atMs: 1000,
    cpuMs: 400,
    threads: 7,
    startTicks: 99,
    rssBytes: 5000,
    openFiles: 12,
    voluntarySwitches: 10,
    involuntarySwitches: 2,
  };

  test("is its CPU time over the time that really passed", () => {
    const second = { ...first, atMs: 3000, cpuMs: 1400, voluntarySwitches: 30, involuntarySwitches: 6 };
    expect(resourceSample("old-1", first, second)).toEqual({
      atMs: 3000,
      process: "old-1",
      cpuShare: 0.5,
      rssBytes: 5000,
      openFiles: 12,
      threads: 7,
      voluntarySwitchesPerSecond: 10,
      involuntarySwitchesPerSecond: 2,
    });
  });

  test.each([
    ["there was none before", undefined],
    ["another process had the pid before", { ...first, startTicks: 98 }],
    ["no time has passed", { ...first, atMs: 3000 }],
  ])("is unknown, not 0, where %s", (_, before) => {
    expect(resourceSample("old-1", before, { ...first, atMs: 3000 })).not.toHaveProperty("cpuShare");
  });

  test("lacks what could not be read", () => {
    const bare = { atMs: 3000, cpuMs: 400, threads: 7, startTicks: 99 };
    expect(resourceSample("old-1", first, bare)).toEqual({
      atMs: 3000,
      process: "old-1",
      threads: 7,
      cpuShare: 0,
    });
  });
});

describe("what the machine did between two samples", () => {
  test("is shares of all cores, of the time and of the quota's periods", () => {
    const before = {
      atMs: 0,
      cpu: { totalTicks: 1000, busyTicks: 100, stealTicks: 0 },
      cpuPressureMs: 50,
      throttling: { periods: 10, throttledPeriods: 1, throttledMs: 5 },
    };
    const now = {
      atMs: 1000,
      cpu: { totalTicks: 1200, busyTicks: 200, stealTicks: 10 },
      cpuPressureMs: 300,
      throttling: { periods: 20, throttledPeriods: 4, throttledMs: 9 },
      loadAverage: 1.5,
      sockets: { tcpInUse: 3, tcpTimeWait: 4 },
    };
    expect(systemUse(before, now)).toEqual({
      atMs: 1000,
      cpuShare: 0.5,
      stealShare: 0.05,
      cpuPressureShare: 0.25,
      throttledShare: 0.3,
      loadAverage: 1.5,
      tcpInUse: 3,
      tcpTimeWait: 4,
    });
  });

  test("is unknown, not 0, on a system that doesn't tell", () => {
    expect(systemUse({ atMs: 0 }, { atMs: 1000 })).toEqual({ atMs: 1000 });
  });

  test("has no throttled share without a quota", () => {
    const throttling = { periods: 0, throttledPeriods: 0, throttledMs: 0 };
    expect(systemUse({ atMs: 0, throttling }, { atMs: 1000, throttling })).toEqual({ atMs: 1000 });
  });
});

describe.runIf(hasProc)("this very process", () => {
  test("is sampled on a beat until the signal, with its CPU from the second round on", async () => {
    const samples = await collect(4);
    expect(samples.map(({ process }) => process)).toEqual(["self", "self", "self", "self"]);
    expect(samples[0]).not.toHaveProperty("cpuShare");
    expect(Math.max(...samples.map(({ cpuShare }) => cpuShare ?? 0))).toBeGreaterThan(0.05);
    for (const { rssBytes, threads, openFiles } of samples) {
      expect(rssBytes).toBeGreaterThan(10_000_000);
      expect(threads).toBeGreaterThan(1);
      expect(openFiles).toBeGreaterThan(2);
    }
  });

  test("runs on a machine that tells its limits", async () => {
    const { descriptors, ports, newConnectionsPerSecond } = await readMachineLimits();
    expect(descriptors?.soft).toBeGreaterThan(0);
    expect(ports?.last).toBeGreaterThan(ports?.first ?? Number.POSITIVE_INFINITY);
    expect(newConnectionsPerSecond).toBeGreaterThan(0);
    expect((await sampleSystem(systemClock)).cpu?.totalTicks).toBeGreaterThan(0);
  });

  test("describes its machine in the words of a result", () => {
    expect(Object.keys(describeMachine()).toSorted()).toEqual(["cores", "cpu", "memoryBytes", "node", "os"]);
  });
});

test("the event-loop probe sees a loop that was held up", async () => {
  const probe = eventLoopProbe();
  await pause(50);
  probe.sample();
  busyFor(120);
  await pause(50);
  const held = probe.sample();
  probe.stop();
  expect(held.delayMaxMs).toBeGreaterThan(90);
  expect(held.utilisation).toBeGreaterThan(0.3);
  expect(held.utilisation).toBeLessThanOrEqual(1);
});

/** Samples this process and one that doesn't exist, at work between the rounds. */
async function collect(count: number): Promise<readonly ResourceSample[]> {
  const stopping = new AbortController();
  const samples: ResourceSample[] = [];
  const processes = () => [
    { process: "self", pid: process.pid },
    { process: "nobody", pid: 2 ** 22 + 1 },
  ];
  for await (const sample of sampleProcesses({
    processes,
    clock: systemClock,
    everyMs: 100,
    signal: stopping.signal,
  })) {
    samples.push(sample);
    busyFor(50);
    if (samples.length === count) stopping.abort();
  }
  return samples;
}

function busyFor(ms: number): void {
  const endMs = systemClock.nowMs() + ms;
  while (systemClock.nowMs() < endMs);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
