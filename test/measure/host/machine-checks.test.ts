import { describe, expect, test } from "vitest";
import { checkInstrument } from "../../../src/measure/calibration-checks.ts";
import { type Reach, type ReachStep, summariseReach } from "../../../src/measure/calibration-reach.ts";
import { checkMachine } from "../../../src/measure/host/machine-checks.ts";
import type { MachineFacts } from "../../../src/measure/host/machine-facts.ts";
import type { CalibratedPath, Calibration } from "../../../src/result/schema.ts";

const good: MachineFacts = {
  machine: { node: "26.1.0", os: "Linux 6.1", cpu: "test", cores: 8, memoryBytes: 16e9 },
  limits: {
    descriptors: { soft: 65_536, hard: 65_536 },
    ports: { first: 32_768, last: 60_999 },
    newConnectionsPerSecond: 470,
  },
  clockSource: "tsc",
  timers: { wait: { p50Ms: 0.06, p99Ms: 0.1 }, timer: { p50Ms: 0.1, p99Ms: 1 }, clockReadNs: 50 },
  use: { atMs: 1000, cpuShare: 0.02, stealShare: 0, cpuPressureShare: 0.01, tcpTimeWait: 12 },
};

const path = (p99: number): CalibratedPath => ({
  requests: 400,
  pacerLagMs: { p99: 0.1 },
  roundTripMs: { p99 },
  responseTimeMs: { p50: p99 / 4, p99 },
});
const calibration = (p99: number): Calibration => ({
  ratePerSecond: 1200,
  direct: path(p99 / 2),
  throughSplitter: path(p99),
  splitterMs: { p99: 0.1 },
});

const step = (ratePerSecond: number, changed: Partial<ReachStep> = {}): ReachStep => ({
  ratePerSecond,
  requests: ratePerSecond / 2,
  answered: ratePerSecond / 2,
  pacerLagP99Ms: 0.2,
  roundTripP99Ms: 0.6,
  ...changed,
});
const reach = summariseReach([
  step(4000),
  step(8000),
  step(16_000, { pacerLagP99Ms: 30, roundTripP99Ms: 80 }),
]);

function warnings(facts: MachineFacts, floorMs = 0.8, found: Reach = reach): readonly string[] {
  return [
    ...checkMachine(facts),
    ...checkInstrument(calibration(floorMs), { direct: found, throughSplitter: found }),
  ]
    .filter(({ state }) => state === "warn")
    .map(({ name, remedy }) => `${name}: ${remedy}`);
}

describe("a look at the machine", () => {
  test("has nothing to say about a good one", () => {
    expect(warnings(good)).toEqual([]);
  });

  test.each<[string, MachineFacts, string]>([
    [
      "few cores",
      { ...good, machine: { ...good.machine, cores: 2 } },
      "cores: driver, splitter and services share",
    ],
    ["a quota", { ...good, quotaCores: 1.5 }, "CPU quota: a container"],
    ["other work", { ...good, use: { ...good.use, cpuShare: 0.4 } }, "other work: end other programs"],
    [
      "tasks that wait",
      { ...good, use: { ...good.use, cpuPressureShare: 0.3 } },
      "other work: end other programs",
    ],
    [
      "steal",
      { ...good, use: { ...good.use, stealShare: 0.05 } },
      "steal: use a machine with cores of its own",
    ],
    ["little memory", { ...good, memoryLimitBytes: 5e8 }, "memory: 10,000 connections"],
    [
      "few descriptors that may be more",
      { ...good, limits: { ...good.limits, descriptors: { soft: 1024, hard: 65_536 } } },
      "descriptors: enough for 409 connections through the splitter; for more: `ulimit -n 65536`",
    ],
    [
      "few descriptors for good",
      { ...good, limits: { ...good.limits, descriptors: { soft: 4096, hard: 4096 } } },
      "descriptors: enough for 1,638 connections through the splitter; for more: raise the hard limit",
    ],
    [
      "few ports",
      { ...good, limits: { ...good.limits, ports: { first: 50_000, last: 59_999 } } },
      "ports: widen the range",
    ],
    ["ports that are held", { ...good, use: { ...good.use, tcpTimeWait: 25_000 } }, "ports: wait a minute"],
    ["a slow clock", { ...good, clockSource: "hpet" }, "clock: a clock read from a device"],
    [
      "late wake-ups",
      { ...good, timers: { ...good.timers, wait: { p50Ms: 0.2, p99Ms: 4 } } },
      "timers: late wake-ups",
    ],
    ["an old Node", { ...good, machine: { ...good.machine, node: "20.19.0" } }, "Node: use Node 22.19"],
  ])("warns of %s, with a remedy", (_, facts, warning) => {
    expect(warnings(facts)).toEqual([expect.stringContaining(warning)]);
  });

  test("warns of a floor by the targets that it spoils", () => {
    expect(warnings(good, 9)).toEqual([
      expect.stringContaining("targets below 90 ms at p99 are instrument-dominated"),
    ]);
  });

  test("says what a system without /proc doesn't tell, and doesn't warn of it", () => {
    const bare: MachineFacts = { machine: good.machine, limits: {}, timers: good.timers, use: { atMs: 0 } };
    const checks = [...checkMachine(bare), ...checkInstrument(undefined, undefined)];
    expect(checks.filter(({ state }) => state === "unknown").map(({ name }) => name)).toEqual([
      "other work",
      "steal",
      "descriptors",
      "ports",
    ]);
    expect(checks.filter(({ state }) => state === "warn")).toEqual([]);
  });

  test("computes new connections per second from the range and a minute of TIME_WAIT", () => {
    const ports = checkMachine(good).find(({ name }) => name === "ports");
    expect(ports?.finding).toContain("28,232 (32768 to 60999)");
    expect(ports?.finding).toContain("470 new connections/s");
  });
});

describe("the reachable rate", () => {
  test.each<[string, readonly ReachStep[], number, number, boolean]>([
    ["is the highest that was on time", reach.steps, 8000, 16_000, true],
    ["survives a disturbed step below it", [step(500, { pacerLagP99Ms: 3 }), step(1000)], 1000, 1000, false],
    ["is none when nothing was on time", [step(500, { pacerLagP99Ms: 3 })], 0, 500, true],
    ["is none without a request", [step(500, { requests: 0, answered: 0 })], 0, 0, true],
    ["needs all answers", [step(500), step(1000, { answered: 450 })], 500, 500, true],
    ["needs prompt answers", [step(500), step(1000, { roundTripP99Ms: 30 })], 500, 1000, true],
  ])("%s", (_, steps, ratePerSecond, answeredPerSecond, isLimit) => {
    expect(summariseReach(steps)).toMatchObject({ ratePerSecond, answeredPerSecond, isLimit });
  });
});
