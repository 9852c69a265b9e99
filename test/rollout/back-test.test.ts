import { describe, expect, test } from "vitest";
import { type BackTestRow, backTest } from "../../src/rollout/back-test.ts";
import { argoController } from "../../src/rollout/controllers/argo.ts";
import type { Controller } from "../../src/rollout/controllers/controller.ts";
import { flaggerController } from "../../src/rollout/controllers/flagger.ts";
import { kayentaController, usualKayentaThresholds } from "../../src/rollout/controllers/kayenta.ts";
import { classifyPoints } from "../../src/rollout/controllers/kayenta-judge.ts";
import { twinlaneController } from "../../src/rollout/controllers/twinlane.ts";
import { rolloutOf, type Truth, worldWindows } from "./rollout-fixture.ts";

const shares = [0.1, 0.3, 0.5];
const steps = shares.map((newShare) => ({ newShare, holdMs: 60_000 }));

const twinlane = (
  gates: readonly Record<string, unknown>[] = [{ metric: "errorRate", max: "2%", interval: "20s" }],
) =>
  twinlaneController(
    rolloutOf({
      steps: shares.map((share) => ({ new: share, hold: "60s" })),
      gates,
      guard: { errorRate: "10%" },
    }),
    0,
  );
const argo = (more: Partial<Parameters<typeof argoController>[0]> = {}) =>
  argoController(
    {
      steps,
      initialDelayMs: 0,
      intervalMs: 10_000,
      rangeMs: 30_000,
      failureLimit: 3,
      inconclusiveLimit: 0,
      metrics: [{ metric: "errorRate", successMax: 0.02, failureAbove: undefined }],
      ...more,
    },
    0,
  );
const flagger = (more: Partial<Parameters<typeof flaggerController>[0]> = {}) =>
  flaggerController(
    {
      intervalMs: 20_000,
      threshold: 3,
      stepWeight: 0.1,
      maxWeight: 0.5,
      minSuccessRate: 0.98,
      maxP99Ms: 500,
      ...more,
    },
    0,
  );
const kayenta = () =>
  kayentaController(
    {
      steps,
      metrics: [
        { metric: "errorRate", isCritical: true },
        { metric: "responseTime.mean", isCritical: false },
      ],
      ...usualKayentaThresholds,
      seed: 1,
    },
    0,
  );

type Run = {
  readonly ratePerSecond?: number;
  readonly faultAtMs?: number;
  readonly bad?: Truth;
  readonly good?: Truth;
};

function rowOf(
  controller: Controller,
  { ratePerSecond = 200, faultAtMs, bad = {}, good = {} }: Run,
): BackTestRow {
  const windowMs = 1000;
  const truth = (atMs: number) => (faultAtMs !== undefined && atMs > faultAtMs ? bad : good);
  const windows = worldWindows({ ratePerSecond, windowMs, new: truth, seed: 9 });
  return backTest(controller, {
    windowMs,
    untilMs: 300_000,
    faultAtMs,
    windows: (atMs, newShare) => windows(atMs, { newShare, mirrorShare: 0, headerRoute: undefined }),
  });
}

describe("on a version that fails 3 calls in 10 from 70 s on", () => {
  const run = { faultAtMs: 70_000, bad: { errorShare: 0.3 } };
  const rows = [twinlane(), argo(), flagger(), kayenta()].map((controller) => rowOf(controller, run));

  test("every controller catches it, after its own time", () => {
    expect(
      rows.map(({ controller, verdict, phase, reactionMs }) => [controller, verdict, phase, reactionMs]),
    ).toEqual([
      ["Twinlane", "caught", "rolled back", 2000],
      ["like Argo Rollouts", "caught", "rolled back", 40_000],
      ["like Flagger", "caught", "rolled back", 50_000],
      ["like Kayenta", "caught", "rolled back", 50_000],
    ]);
  });

  test("and the longer it takes, the more users are harmed", () => {
    const harmed = rows.map((row) => row.harmed);
    expect(harmed[0]).toBeLessThan(100);
    expect(harmed[0]).toBeGreaterThan(10);
    for (const other of harmed.slice(1)) expect(other).toBeGreaterThan(5 * (harmed[0] ?? 0));
    expect(rows[0]?.budgetSpent).toBeLessThan(rows[1]?.budgetSpent ?? 0);
  });
});

describe("on equal versions", () => {
  test("nobody raises an alarm", () => {
    const rows = [twinlane(), argo(), flagger()].map((controller) => rowOf(controller, {}));
    expect(rows.map(({ verdict, phase }) => [verdict, phase])).toEqual(Array(3).fill(["right", "promoted"]));
    expect(rows.map(({ harmed }) => harmed)).toEqual([0, 0, 0]);
  });
});

describe("where hardly anybody calls", () => {
  const run = { ratePerSecond: 0 };

  test("we pause, and never promote", () => expect(rowOf(twinlane(), run).phase).toBe("paused"));

  test("a success condition alone fails without data; with both conditions it is inconclusive", () => {
    expect(rowOf(argo(), run).phase).toBe("rolled back");
    const metrics = [{ metric: "errorRate", successMax: 0.02, failureAbove: 0.1 }] as const;
    expect(rowOf(argo({ metrics }), run).phase).toBe("paused");
  });

  test("Flagger's missing values are failed checks", () => {
    expect(rowOf(flagger(), run)).toMatchObject({ phase: "rolled back", decidedAtMs: 60_000 });
  });

  test("Kayenta scores 0", () =>
    expect(rowOf(kayenta(), run).decisions[0]?.sentence).toBe("score 0; rolled back"));
});

describe("limits count as their makers count them", () => {
  const run = { faultAtMs: 0, bad: { errorShare: 0.05 } };
  test.each([
    [0, 10_000],
    [1, 20_000],
    [3, 40_000],
  ])("Argo's failureLimit %s fails at the measurement after it", (failureLimit, decidedAtMs) => {
    expect(rowOf(argo({ failureLimit }), run).decidedAtMs).toBe(decidedAtMs);
  });

  test.each([
    [1, 20_000],
    [3, 60_000],
  ])("Flagger's threshold %s rolls back at that failed check", (threshold, decidedAtMs) => {
    expect(rowOf(flagger({ threshold }), run).decidedAtMs).toBe(decidedAtMs);
  });

  test("Flagger never checks more often than every 10 s", () => {
    expect(rowOf(flagger({ intervalMs: 1000, threshold: 1 }), run).decidedAtMs).toBe(10_000);
  });
});

test("a slower tail is missed by limits on errors and caught by a comparison with old", () => {
  const run = { ratePerSecond: 400, faultAtMs: 0, bad: { factor: 1.2 } };
  expect(rowOf(argo(), run).verdict).toBe("missed");
  expect(rowOf(flagger(), run).verdict).toBe("missed");
  const gate = { metric: "responseTime.shift", vs: "old", maxRatio: 1.05 };
  expect(rowOf(twinlane([gate]), run)).toMatchObject({ verdict: "caught", phase: "rolled back" });
});

describe("the Kayenta look-alike's judge", () => {
  const around = (level: number, spread: number) =>
    Array.from({ length: 60 }, (_, at) => level + spread * ((at * 7) % 11));
  test.each<[string, number[], number[], string]>([
    ["passes equal series", around(100, 1), around(100, 1), "Pass"],
    ["passes a single value", [5, 5, 5], [5, 5], "Pass"],
    ["fails any consistent shift, however small", around(100, 0.001), around(100.1, 0.001), "High"],
    ["sees the other direction", around(100, 1), around(50, 1), "Low"],
    ["has no verdict without numbers", around(100, 1), [Number.NaN], "Nodata"],
  ])("%s", (_, baseline, canary, expected) => expect(classifyPoints(baseline, canary)).toBe(expected));
});

test("a recorded run ends where its windows end", () => {
  const row = backTest(twinlane(), {
    windowMs: 1000,
    untilMs: 60_000,
    faultAtMs: undefined,
    windows: () => undefined,
  });
  expect(row).toMatchObject({ phase: "running", verdict: "right", allRequests: 0, budgetSpent: 0 });
});
