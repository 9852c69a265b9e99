import { describe, expect, test } from "vitest";
import { gateChecks } from "../../src/analysis/gate-checks.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { planScenario } from "../../src/scenario/plan.ts";
import { scenarioSchema } from "../../src/scenario/schema.ts";
import { measuredResult } from "../report/fixture-result.ts";

const result = measuredResult({ seconds: 20, newShare: 0.5 });

function check(gate: Record<string, unknown>, judged: RunResult) {
  const scenario = { name: "gates", workload: { ratePerSecond: 100 }, rollout: { gates: [gate] } };
  return gateChecks(judged, planScenario(scenarioSchema.parse(scenario)))[0];
}

type Batches = NonNullable<RunResult["totals"]["batches"]>;

/** As many errors in all as 2 % of requests, in every batch alike, or all of them in every second batch. */
function withBatches(errorsOf: (index: number) => number): RunResult {
  const perBatch = 1000;
  const batches: Batches = Array.from({ length: 20 }, (_, index) => {
    const failed = errorsOf(index);
    const arm = {
      scheduled: perBatch,
      completed: perBatch - failed,
      failed,
      timedOut: 0,
      notSent: 0,
      inFlight: 0,
    };
    return { durationMs: 1000, versions: { old: arm, new: arm } };
  });
  const failed = batches.reduce((sum, batch) => sum + batch.versions.new.failed, 0);
  const whole = {
    ...result.totals.versions.new,
    scheduled: 20_000,
    completed: 20_000 - failed,
    failed,
    timedOut: 0,
    notSent: 0,
    inFlight: 0,
  };
  return { ...result, totals: { ...result.totals, batches, versions: { old: whole, new: whole } } };
}

describe("a gate on a whole run", () => {
  const gate = { metric: "errorRate", of: "new", max: "2.4%", confidence: "95%" };

  test("passes on errors that are spread evenly", () => {
    expect(
      check(
        gate,
        withBatches(() => 20),
      )?.state,
    ).toBe("PASS");
  });

  test("can't pass on as many that come in a few moments, for a few moments more would change everything", () => {
    const inBursts = check(
      gate,
      withBatches((index) => (index % 2 === 0 ? 40 : 0)),
    );
    expect(inBursts?.state).toBe("INCONCLUSIVE");
    expect(inBursts?.reason).toContain("new's errorRate is 2 % (95 % interval");
  });

  test("takes requests for independent where a run has no batches", () => {
    const { batches: _none, ...totals } = withBatches((index) => (index % 2 === 0 ? 40 : 0)).totals;
    expect(check(gate, { ...result, totals })?.state).toBe("PASS");
  });
});

describe("a gate on the data at a run's end", () => {
  const gate = { metric: "divergence.rows", max: 0 };

  test("is no data where nobody looked, passes at none and fails at one lost update", () => {
    const data = (lostUpdates: number) => ({
      ...result,
      divergence: { topology: "shared", content: "items", lostUpdates } as const,
    });
    expect(check(gate, result)?.state).toBe("NO DATA");
    expect(check(gate, data(0))?.state).toBe("PASS");
    expect(check(gate, data(1))?.state).toBe("FAIL");
    expect(check(gate, data(1))?.reason).toContain("1 confirmed updates were lost");
  });
});
