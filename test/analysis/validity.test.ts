import { describe, expect, test } from "vitest";
import { judgeValidity } from "../../src/analysis/validity.ts";
import type { CalibratedPath, RunResult } from "../../src/result/schema.ts";
import { environment, type Synthetic, syntheticResult } from "./synthetic-result.ts";

type Expected = {
  readonly state: RunResult["validity"]["state"];
  readonly cause?: string;
  readonly process?: string;
  /** Texts that the reasons hold, and one that they may not. */
  readonly says?: readonly string[];
  readonly never?: string;
};

function check(synthetic: Synthetic, expected: Expected): void {
  const { state, reasons, windows } = judgeValidity(syntheticResult(synthetic), {});
  const text = reasons.join("\n");
  expect({ state, text }).toMatchObject({ state: expected.state });
  for (const part of expected.says ?? []) expect(text).toContain(part);
  if (expected.never !== undefined) expect(text).not.toContain(expected.never);
  if (expected.cause === undefined) expect(windows).toBeUndefined();
  else expect(new Set(windows?.map(({ cause }) => cause))).toEqual(new Set([expected.cause]));
  if (expected.process !== undefined) {
    expect(new Set(windows?.map(({ process }) => process))).toEqual(new Set([expected.process]));
  }
}

const late = { pacerLagP50Ms: 5, pacerLagP99Ms: 41, pacerLagMaxMs: 60, lateShare: 0.38 };
const busyMachine = () => ({ cpuShare: 1, cpuPressureShare: 0.9 });

/** Late, and starved for two thirds of the time, in seconds 4 and 5 of ten. */
const inTwoSeconds = (second: number) => (second === 4 || second === 5 ? late : {});
const starvedDriver = (process: string, second: number) =>
  process === "driver" && (second === 4 || second === 5) ? { starvedShare: 0.66 } : {};

describe("a run", () => {
  test.each<[string, Synthetic, Expected]>([
    ["on a quiet machine is valid", {}, { state: "VALID" }],
    [
      "in which the service was starved of CPU, and the driver on time, is valid",
      {
        p50: 900,
        p99: 2400,
        samples: (process) =>
          process === "old-1" ? { cpuShare: 1, starvedShare: 0.8, eventLoopDelayMs: 400 } : {},
        system: busyMachine,
      },
      { state: "VALID" },
    ],
    [
      "whose lateness is small beside what it measures is valid",
      { p50: 400, p99: 900, health: () => ({ pacerLagP50Ms: 0.3, pacerLagP99Ms: 60, pacerLagMaxMs: 70 }) },
      { state: "VALID" },
    ],
    [
      "with the same lateness on fast services is tainted",
      { p50: 20, p99: 80, health: () => ({ pacerLagP50Ms: 0.3, pacerLagP99Ms: 15, pacerLagMaxMs: 30 }) },
      { state: "TAINTED", cause: "stalled event loop", says: ["in 10 of 10 seconds"] },
    ],
    [
      "late at the median alone is tainted",
      { p50: 20, p99: 80, health: () => ({ pacerLagP50Ms: 1.5, pacerLagP99Ms: 3, pacerLagMaxMs: 5 }) },
      { state: "TAINTED", cause: "stalled event loop" },
    ],
    [
      "whose second driver is out of CPU is bound, and names it, its share of a core, and the way out",
      {
        drivers: 2,
        duePerSecond: 12_000,
        health: (_, driver) => (driver === 1 ? { ...late, cpuShare: 0.97 } : {}),
      },
      {
        state: "GENERATOR-BOUND",
        cause: "driver out of CPU",
        process: "driver-2",
        says: [
          "driver-2 sent 38 % of its requests more than 1 ms late, up to 41 ms at p99",
          "97 % of a core",
          "old was at 20 % and new was at 20 % of a core",
          "try --set run.drivers=3, or at most 8,400/s",
        ],
      },
    ],
    [
      "on a machine without a free core isn't told to start more drivers",
      { health: () => ({ ...late, cpuShare: 0.97 }), system: busyMachine },
      { state: "GENERATOR-BOUND", cause: "driver out of CPU", says: ["no core left"], never: "run.drivers" },
    ],
    [
      "late in two seconds of ten is tainted, and names them and a rate that was on time",
      { health: inTwoSeconds, samples: starvedDriver, system: () => ({ cpuShare: 0.95 }) },
      {
        state: "TAINTED",
        cause: "other processes took the cores",
        says: [
          "in 2 of 10 seconds (seconds 4 to 5)",
          "without a core for up to 66 %",
          "no part of the run used up to",
        ],
      },
    ],
    [
      "whose services took the cores says so, and isn't the driver's fault alone",
      {
        health: inTwoSeconds,
        samples: (process, second) =>
          process === "old-1" ? { cpuShare: 2.9 } : starvedDriver(process, second),
        system: busyMachine,
      },
      {
        state: "TAINTED",
        cause: "services took the cores",
        says: ["while the services used up to 3.1 of 4 cores", "run the services on another machine"],
      },
    ],
    [
      "whose own processes fill the machine needs more cores",
      {
        health: inTwoSeconds,
        samples: (process, second) =>
          process === "splitter" ? { cpuShare: 0.8 } : { ...starvedDriver(process, second), cpuShare: 0.8 },
        system: () => ({ cpuShare: 1 }),
        result: { environment: { ...environment, machineCores: 2, cores: 2 } },
      },
      { state: "TAINTED", cause: "too few cores", says: ["more cores"] },
    ],
    [
      "whose hypervisor gave its cores away names steal",
      { health: inTwoSeconds, system: (second) => ({ stealShare: second === 4 || second === 5 ? 0.12 : 0 }) },
      { state: "TAINTED", cause: "steal", says: ["12 % of the CPU time to other guests"] },
    ],
    [
      "stopped by its quota names the quota",
      { health: inTwoSeconds, samples: starvedDriver, system: () => ({ throttledShare: 0.4 }) },
      {
        state: "TAINTED",
        cause: "CPU quota",
        says: ["CPU quota", "40 %", "raise the container's CPU limit"],
      },
    ],
    [
      "whose driver was stopped for a second says that it neither used nor awaited a core",
      {
        health: (second) =>
          second === 6
            ? { pacerLagP50Ms: 300, pacerLagP99Ms: 980, pacerLagMaxMs: 1000, lateShare: 1, cpuShare: 0.1 }
            : {},
      },
      { state: "TAINTED", cause: "process stopped", says: ["stood still for up to 1 s", "(seconds 5 to 6)"] },
    ],
    [
      "with a pause that nothing explains, in one second of ten, isn't told to change its drivers or its rate",
      {
        health: (second) =>
          second === 6 ? { pacerLagP50Ms: 0.1, pacerLagP99Ms: 9, pacerLagMaxMs: 11, cpuShare: 0.05 } : {},
        samples: (process) => (process === "driver" ? { starvedShare: 0.03 } : {}),
      },
      {
        state: "TAINTED",
        cause: "stalled event loop",
        says: [
          "in 1 of 10 seconds",
          "it used only 5 % of a core and waited for one 3 % of the time, so a pause",
          "such pauses are rarer where less else runs",
        ],
        never: "run.drivers",
      },
    ],
    [
      "whose splitter paused in half of its seconds is told of the rate, and not of drivers",
      {
        samples: (process, second) =>
          process === "splitter" && second % 2 === 0 ? { cpuShare: 0.1, eventLoopDelayMs: 18 } : {},
      },
      {
        state: "TAINTED",
        cause: "stalled event loop",
        process: "splitter",
        says: ["repeat the run; if it stays so, try at most"],
        never: "run.drivers",
      },
    ],
    [
      "whose splitter is out of CPU names the splitter",
      { samples: (process) => (process === "splitter" ? { cpuShare: 0.98, eventLoopDelayMs: 60 } : {}) },
      {
        state: "GENERATOR-BOUND",
        cause: "splitter out of CPU",
        process: "splitter",
        says: ["The event loop of the splitter was up to 60 ms late", "98 % of a core"],
      },
    ],
    [
      "out of descriptors is bound, with the limit and the remedy",
      {
        health: () => ({ generatorFailures: 50 }),
        samples: (process) => (process === "driver" ? { openFiles: 19_990 } : {}),
      },
      { state: "GENERATOR-BOUND", says: ["19,990 of 20,000 descriptors", "ulimit -n"] },
    ],
    [
      "out of ports is bound, with their number",
      { health: () => ({ generatorFailures: 50 }), system: () => ({ tcpTimeWait: 28_000 }) },
      { state: "GENERATOR-BOUND", says: ["28,000 of 28,232 ports"] },
    ],
    [
      "with a few connections refused is tainted",
      { health: (second) => ({ generatorFailures: second === 3 ? 4 : 0 }) },
      { state: "TAINTED", says: ["4 connections could not be opened"] },
    ],
    [
      "one of whose drivers made half of its part is tainted",
      { drivers: 2, health: (_, driver) => ({ due: driver === 1 ? 250 : 500 }) },
      { state: "TAINTED", says: ["driver-2 made 2,500 requests where its part was 3,750"] },
    ],
    [
      "of which no driver told anything is tainted",
      { result: { health: [] } },
      { state: "TAINTED", says: ["nothing vouches"] },
    ],
  ])("%s", (_, synthetic, expected) => {
    check(synthetic, expected);
  });

  test("names the stretches that are not to be trusted, neighbours together", () => {
    const { windows } = judgeValidity(
      syntheticResult({ health: (second) => ([2, 3, 7].includes(second) ? late : {}) }),
      {},
    );
    expect(windows?.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [1940, 4000],
      [6940, 8000],
    ]);
  });

  test("without figures of the machine is still judged by its lateness", () => {
    const result = syntheticResult({ health: () => late, result: { resources: [], system: [] } });
    const { environment: _, ...bare } = result;
    const { state, reasons } = judgeValidity(bare, {});
    expect(state).toBe("GENERATOR-BOUND");
    expect(reasons.join()).toContain("the CPU of old is not known");
  });
});

describe("the floor of a calibration", () => {
  const path: CalibratedPath = {
    requests: 400,
    pacerLagMs: { p99: 0.2 },
    roundTripMs: { p99: 2 },
    responseTimeMs: { p99: 2.1 },
  };
  const result = syntheticResult({
    result: {
      calibration: { ratePerSecond: 1000, direct: path, throughSplitter: path, splitterMs: { p99: 0.1 } },
    },
  });

  test.each([
    [20, 1],
    [22, 0],
    [200, 0],
  ])("makes a target of %d ms instrument-dominated in %d sentences", (responseTimeP99, count) => {
    const { floorMs, reasons, state } = judgeValidity(result, { responseTimeP99 });
    expect({ floorMs, state, count: reasons.length }).toEqual({ floorMs: 2.1, state: "VALID", count });
    for (const reason of reasons) expect(reason).toContain("instrument-dominated");
  });
});
