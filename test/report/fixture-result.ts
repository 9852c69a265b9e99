import { deepFreeze } from "../../src/base/deep-freeze.ts";
import { perVersion, type Version, versions } from "../../src/base/version.ts";
import { type RunResult, runResultSchema, type SecondResult } from "../../src/result/schema.ts";
import { expectedShare } from "../../src/stats/binomial.ts";
import {
  bottleneckRows,
  calibrationOf,
  growthRows,
  healthOf,
  resourcesOf,
  simulationOf,
  systemOf,
  verdictOf,
} from "./fixture-parts.ts";
import {
  addTally,
  armOf,
  drawRequest,
  emptyTally,
  generator,
  resetTally,
  secondOf,
} from "./fixture-tally.ts";

/**
 * Results as a run would write them, from seeded draws: the counts add up, the percentiles come from the
 * histograms beside them.
 */
export type FixtureOptions = {
  readonly seconds?: number;
  readonly warmUpSeconds?: number;
  readonly ratePerSecond?: number;
  readonly newShare?: number;
  /** Seconds during which new answers nothing. */
  readonly outage?: { readonly from: number; readonly to: number };
  /** From that second on, this share of new's requests is never sent. */
  readonly notSent?: { readonly from: number; readonly share: number };
};

export function measuredResult(options: FixtureOptions = {}): RunResult {
  const key = JSON.stringify(options);
  const known = drawn.get(key) ?? deepFreeze(drawResult(options));
  drawn.set(key, known);
  return known;
}

/** Results are frozen, so tests may share them; drawing one takes far longer than reading it. */
const drawn = new Map<string, RunResult>();

function drawResult(options: FixtureOptions): RunResult {
  const { seconds: length = 60, warmUpSeconds = 5, ratePerSecond = 1200, newShare = 0.1 } = options;
  const uniform = generator(42);
  const totals = perVersion(emptyTally);
  const seconds: SecondResult[] = [];
  const secondArms = perVersion(emptyTally);
  for (let second = -warmUpSeconds; second < length; second++) {
    for (const version of versions) resetTally(secondArms[version]);
    const due = Math.round(ratePerSecond * (0.95 + 0.1 * uniform()));
    for (let request = 0; request < due; request++) {
      const version: Version = uniform() < newShare ? "new" : "old";
      const isOut =
        version === "new" &&
        options.outage !== undefined &&
        second >= options.outage.from &&
        second < options.outage.to;
      if (isNotSent(options, { version, second, uniform })) {
        secondArms[version].notSent++;
        continue;
      }
      drawRequest(secondArms[version], { version, uniform, isOut, slow: second < 0 ? 2.5 : 1 });
    }
    if (second >= 0) for (const version of versions) addTally(totals[version], secondArms[version]);
    seconds.push(secondOf(second, second < 0 || warmUpSeconds === 0 ? 0 : 1, due, secondArms));
  }
  const arms = perVersion((version) => armOf(totals[version], length));
  const requests = arms.old.scheduled + arms.new.scheduled;
  const split = {
    configured: newShare,
    ...(requests > 0 && { realised: arms.new.scheduled / requests }),
    expected: expectedShare(newShare, requests),
    requests,
    state: "as configured" as const,
  };
  const endpoints = ["browse", "pay"].map((name, index) => ({
    name,
    versions: perVersion((version) => {
      const { scheduled, completed, failed, timedOut, notSent } = arms[version];
      const part = (count: number) => (index === 0 ? count - Math.floor(count / 10) : Math.floor(count / 10));
      return {
        scheduled: part(completed) + part(failed) + part(timedOut) + part(notSent) + 0 * scheduled,
        completed: part(completed),
        failed: part(failed),
        timedOut: part(timedOut),
        notSent: part(notSent),
        responseTimeMs: arms[version].responseTimeMs,
      };
    }),
  }));
  const stage = { warmUp: false, due: requests, split, versions: arms, endpoints };
  const emptyArm = armOf(emptyTally(), 1);
  const warmUpStage = {
    name: "warm-up",
    startMs: -warmUpSeconds * 1000,
    endMs: 0,
    warmUp: true,
    due: 0,
    split: {
      configured: newShare,
      expected: { low: 0, high: 1 },
      requests: 0,
      state: "no requests" as const,
    },
    versions: { old: emptyArm, new: emptyArm },
    endpoints: [],
  };
  const result: RunResult = {
    schema: "twinlane/result@1",
    method: "measured",
    scenario: {
      name: "checkout",
      description: "Ten per cent of the users see the new checkout.",
      hash: "9f2c4b1d7e6a5038",
      labels: { old: "checkout 1.4", new: "checkout 2.0" },
      users: 10_000,
    },
    seed: 42,
    environment: {
      twinlane: "0.1.0",
      node: "v26.10.0",
      os: "Linux 6.12 x64",
      cpu: "Example CPU at 2.6 GHz",
      cores: 2,
      memoryBytes: 8_323_072_000,
      startedAt: "2026-11-21T00:52:00.000Z",
    },
    completeness: { state: "complete" },
    validity: { state: "VALID", reasons: [], floorMs: 0.412 },
    verdict: verdictOf(arms),
    stages: [
      ...(warmUpSeconds > 0 ? [warmUpStage] : []),
      { ...stage, name: "measured", startMs: 0, endMs: length * 1000 },
    ],
    totals: { due: requests, durationMs: length * 1000, split, versions: arms },
    seconds,
    resources: resourcesOf(length, warmUpSeconds, uniform),
    health: healthOf(length, warmUpSeconds, uniform),
    system: systemOf(length, warmUpSeconds),
    calibration: calibrationOf(),
    events: [],
    growth: growthRows(),
    bottlenecks: bottleneckRows(),
    assumptions: [
      "Each server keeps at most 3,000 connections open; every user holds one.",
      "Load grows in proportion to users: 10 requests per user per day, five times the average at the peak.",
      "One server answers 640/s at 70 % utilisation, from the service time measured in this run.",
    ],
    requirements: [
      {
        name: "A rollback keeps the old version's p99",
        state: "met",
        evidence: "41.2 ms before, 41.9 ms after.",
      },
      {
        name: "Both versions read the same sessions",
        state: "not tested",
        evidence: "The scenario has no store.",
      },
    ],
  };
  return runResultSchema.parse(result);
}

/** From the tenth second on, one request of new in twenty is never sent. */
export function overloadedResult(): RunResult {
  return measuredResult({ seconds: 20, newShare: 0.5, notSent: { from: 10, share: 0.05 } });
}

/** A run of many minutes: the seconds of a short one over and over, each with small changes. */
export function longResult(length: number): RunResult {
  const result = measuredResult({ seconds: 60, warmUpSeconds: 0 });
  const repeated = <T>(items: readonly T[], change: (item: T, second: number) => T): T[] =>
    Array.from({ length }, (_, second) => items[second % items.length])
      .filter((item) => item !== undefined)
      .map((item, second) => change(item, second));
  return {
    ...result,
    stages: result.stages.map((stage) => ({ ...stage, endMs: length * 1000 })),
    totals: { ...result.totals, durationMs: length * 1000 },
    seconds: repeated(result.seconds, (item, second) => ({ ...item, second })),
    resources: result.resources.map((process) => ({
      ...process,
      samples: repeated(process.samples, (sample, second) => ({
        ...sample,
        atMs: second * 1000 + (second % 7),
      })),
    })),
    health: repeated(result.health, (item, second) => ({ ...item, atMs: (second + 1) * 1000 })),
    system: repeated(result.system ?? [], (item, second) => ({ ...item, atMs: (second + 1) * 1000 })),
  };
}

function isNotSent(
  { notSent }: FixtureOptions,
  at: { readonly version: Version; readonly second: number; readonly uniform: () => number },
): boolean {
  return (
    notSent !== undefined && at.version === "new" && at.second >= notSent.from && at.uniform() < notSent.share
  );
}

/** New is killed at a third of the run and comes back; the splitter sends its users to old. */
export function outageResult(): RunResult {
  const result = measuredResult({ outage: { from: 20, to: 24 } });
  return {
    ...result,
    verdict: {
      ...result.verdict,
      state: "FAIL",
      sentence: "new may not take 10 %: 6.7 % of its requests failed, limit 1 %.",
      reasons: ["Its p99 was 5 s, limit 200 ms."],
      checks: result.verdict.checks.map((check, index) => {
        if (index > 1) return check;
        return {
          ...check,
          state: "FAIL",
          reason: index === 0 ? "5 s, limit 200 ms." : "6.7 % failed, limit 1 %.",
        };
      }),
    },
    events: [
      { atMs: 20_000, kind: "fault", version: "new", message: "new-1 was ended by the scenario (crash)" },
      {
        atMs: 20_900,
        kind: "unhealthy",
        version: "new",
        message: "3 health checks in a row failed: refused",
      },
      { atMs: 24_100, kind: "healthy", version: "new", message: "2 health checks in a row answered" },
    ],
    mirror: {
      to: "new",
      copied: 64_000,
      answered: 63_120,
      failed: 410,
      timedOut: 12,
      dropped: 455,
      tooLarge: 3,
    },
  };
}

export function generatorBoundResult(): RunResult {
  const result = measuredResult({ seconds: 20 });
  return {
    ...result,
    validity: {
      state: "GENERATOR-BOUND",
      reasons: [
        "The pacer was late by 84 ms at p99; it may be late by 5 ms.",
        "driver-1 used 0.99 of a core.",
      ],
    },
    verdict: {
      state: "INCONCLUSIVE",
      sentence: "The load generator could not hold 1,200/s, so this run says nothing about the service.",
      reasons: [],
      checks: result.verdict.checks.map((check) => ({ ...check, state: "INCONCLUSIVE" as const })),
    },
  };
}

export function partialResult(): RunResult {
  const result = measuredResult({ seconds: 12, ratePerSecond: 40 });
  return {
    ...result,
    completeness: { state: "partial", reason: "Stopped by SIGINT after 12 s of 60 s." },
    verdict: { ...result.verdict, state: "INCONCLUSIVE", sentence: "Stopped after 12 s of 60 s." },
  };
}

export function noDataResult(): RunResult {
  const result = measuredResult({ seconds: 5, ratePerSecond: 0, warmUpSeconds: 0 });
  const arm = armOf(emptyTally(), 5);
  const split = {
    configured: 0.1,
    expected: { low: 0, high: 1 },
    requests: 0,
    state: "no requests" as const,
  };
  return runResultSchema.parse({
    ...result,
    verdict: {
      state: "NO DATA",
      sentence: "No request came due, so there is nothing to judge.",
      reasons: [],
      checks: [
        {
          kind: "slo",
          name: "new: responseTime.p99 ≤ 200 ms",
          state: "NO DATA",
          reason: "No requests reached new.",
        },
      ],
    },
    stages: [],
    totals: { due: 0, durationMs: 5000, split, versions: { old: arm, new: arm } },
    seconds: [],
    resources: [],
    health: [],
    system: [],
    growth: [],
    bottlenecks: [],
    assumptions: [],
    requirements: [],
  });
}

export function modelledResult(): RunResult {
  const arm = armOf(emptyTally(), 1);
  const split = {
    configured: 0.1,
    expected: { low: 0, high: 1 },
    requests: 0,
    state: "no requests" as const,
  };
  const { environment, system, calibration, ...result } = measuredResult({
    seconds: 1,
    ratePerSecond: 1,
    warmUpSeconds: 0,
  });
  return runResultSchema.parse({
    ...result,
    method: "modelled",
    validity: { state: "VALID", reasons: [] },
    verdict: {
      state: "PASS",
      sentence: "1,000,000 users need 334 servers; the database binds first, at 210,000 users.",
      reasons: [],
      checks: [],
    },
    stages: [],
    totals: { due: 0, durationMs: 0, split, versions: { old: arm, new: arm } },
    seconds: [],
    resources: [],
    health: [],
    requirements: [],
  });
}

/** Ten replications: counts are sums over them, rates are those of one. */
export function simulatedResult(): RunResult {
  const { environment, system, calibration, ...result } = measuredResult({ seconds: 10 });
  const { totals } = result;
  const rates = (arm: RunResult["totals"]["versions"]["old"]) => ({
    ...arm,
    offeredPerSecond: arm.offeredPerSecond / 10,
    throughputPerSecond: arm.throughputPerSecond / 10,
  });
  return runResultSchema.parse({
    ...result,
    method: "simulated",
    validity: { state: "VALID", reasons: [] },
    totals: { ...totals, versions: perVersion((version) => rates(totals.versions[version])) },
    resources: [],
    health: [],
    assumptions: ["The splitter takes no time, the network none.", ...result.assumptions],
    simulation: simulationOf(),
  });
}

/** Names, labels and messages as an attacker would choose them. */
export const hostileTexts = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "__proto__",
  "constructor",
  "\u001b[31mred\u001b]8;;http://example.test\u0007link\u001b]8;;\u0007",
  "\u202egnp.exe\u2066\u200f",
  "a|b`c`*d*_e_[f](javascript:alert(1))",
  "=HYPERLINK(1)",
  "\u0000\ud800\uffff",
  "]]>\u2028&amp;\"'",
  "datum.value; signal(1)",
] as const;

export function hostileResult(): RunResult {
  const result = outageResult();
  const hostile = hostileTexts.join(" ");
  const stageOf = result.stages.at(-1);
  const endpoint = stageOf?.endpoints[0];
  return {
    ...result,
    scenario: {
      ...result.scenario,
      name: hostile,
      description: hostile,
      labels: { old: hostile, new: hostile },
    },
    environment: result.environment && {
      ...result.environment,
      cpu: hostile,
      os: hostile,
      startedAt: hostile,
    },
    completeness: { state: "partial", reason: hostile },
    validity: {
      state: "TAINTED",
      reasons: [...hostileTexts],
      windows: hostileTexts.map((process, index) => ({
        startMs: index * 2000,
        endMs: index * 2000 + 1000,
        process,
        cause: "steal" as const,
      })),
    },
    verdict: {
      state: "FAIL",
      sentence: hostile,
      reasons: [...hostileTexts],
      checks: hostileTexts.map((text) => ({ kind: text, name: text, state: "FAIL" as const, reason: text })),
    },
    stages: result.stages.map((stage) => ({
      ...stage,
      name: hostile,
      endpoints: endpoint ? hostileTexts.map((name) => ({ ...endpoint, name })) : [],
    })),
    totals: {
      ...result.totals,
      versions: perVersion((version) => ({
        ...result.totals.versions[version],
        errors: Object.fromEntries(hostileTexts.map((text, index) => [`${text}`, index + 1])),
      })),
    },
    resources: result.resources.map((process) => ({ ...process, process: hostile })),
    events: hostileTexts.map((text, index) => ({ atMs: index * 1000, kind: text, message: text })),
    growth: result.growth.map((row) => ({
      ...row,
      firstBottleneck: hostile,
      servers: { ...row.servers, binding: hostile },
    })),
    bottlenecks: hostileTexts.map((text) => ({ resource: text, reason: text, remedy: text })),
    assumptions: [...hostileTexts],
    requirements: hostileTexts.map((text) => ({ name: text, state: "not met" as const, evidence: text })),
  };
}
