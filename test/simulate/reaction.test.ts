import { describe, expect, test } from "vitest";
import { judgeRun } from "../../src/analysis/judge.ts";
import { rampSteps } from "../../src/simulate/ramp/ramp-steps.ts";
import { settingsFor } from "../../src/simulate/settings.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { allAtOnce } from "../../src/simulate/steps.ts";
import { planText } from "../scenario/scenario-text.ts";

const ramp = (faults: string, users = 20_000) =>
  planText(`
name: ramp
users: ${users}
workload: { ratePerSecond: 200, timeout: 5s }
services:
  old: { mock: { serviceTime: 5ms } }
  new: { mock: { serviceTime: 5ms } }
rollout:
  steps: [ { new: 20%, hold: 10s }, { new: 50%, hold: 20s } ]
  gates: [ { metric: errorRate, of: new, max: 50% } ]
  guard: { errorRate: 20%, badSeconds: 3 }
  onFail: rollback
run: { warmUp: 1s, grace: 1s }
${faults}`);

const judged = async (plan: ReturnType<typeof ramp>) => judgeRun(await simulatePlan(plan), plan);

describe("a simulated ramp tells what its faults led to, as a run does", () => {
  test("errors: first failure, decision, split at 0, the last answer, and whom it harmed", async () => {
    const plan = ramp("faults: [ { at: 12s, service: new, kind: errors, share: 60% } ]");
    const { reaction = [], rollout, totals, requirements } = await judged(plan);
    expect(reaction.map(({ fault, faultAtMs }) => [fault, faultAtMs])).toEqual([["errors", 12_000]]);
    const [told] = reaction;
    const rollback = rollout?.decisions.find(({ kind }) => kind === "roll back");
    expect(told?.decidedMs).toBe(rollback?.atMs);
    expect(told?.decidedBy).toBe("guard");
    expect(told?.zeroMs).toBe(told?.decidedMs);
    expect(told?.firstFailedMs).toBeGreaterThan(12_000);
    // Half of 200/s, of which 60 % fail: the first one fails within 100 ms but for once in 400 runs.
    expect(told?.firstFailedMs).toBeLessThan(12_100);
    expect(told?.lastSentMs).toBeLessThanOrEqual(told?.zeroMs ?? 0);
    expect((told?.lastAnsweredMs ?? 0) - (told?.lastSentMs ?? 0)).toBeCloseTo(5, 6);
    // Nothing else of new fails in this run, so the ledger has counted the very same requests.
    expect(told?.harmedRequests).toBe(totals.versions.new.failed);
    expect(told?.harmedUsers).toEqual({ count: expect.any(Number), isExact: true });
    expect(told?.budget?.spentShare).toBeCloseTo(totals.versions.new.failed / (totals.due * 0.001), 9);
    const quick = requirements.find(({ name }) => name === "Rollback is quick");
    expect(quick?.evidence).toContain("until new was given nothing: first failed request after");
  });

  test("a crash: found out by the health checks or refused connections", async () => {
    const plan = ramp("faults: [ { at: 12s, for: 10s, service: new, kind: crash } ]");
    const { reaction = [], events } = await judged(plan);
    expect(reaction[0]?.detectedBy).toBe("unhealthy");
    expect(reaction[0]?.detectedMs).toBe(events.find(({ kind }) => kind === "unhealthy")?.atMs);
  });

  test("each fault of new has its own time, up to the next", async () => {
    const plan = ramp(
      "faults: [ { at: 3s, for: 500ms, service: new, kind: errors, share: 50% }, { at: 6s, for: 500ms, service: new, kind: errors, share: 50% } ]",
    );
    const { reaction = [], totals } = await judged(plan);
    expect(reaction.map(({ faultAtMs }) => faultAtMs)).toEqual([3000, 6000]);
    expect(reaction.every(({ decidedMs, zeroMs }) => decidedMs === undefined && zeroMs === undefined)).toBe(
      true,
    );
    const harmed = reaction.map(({ harmedRequests }) => harmedRequests);
    expect(Math.min(...harmed)).toBeGreaterThan(0);
    expect((harmed[0] ?? 0) + (harmed[1] ?? 0)).toBe(totals.versions.new.failed);
  });

  test("users who come again and again are counted once", async () => {
    const plan = ramp("faults: [ { at: 12s, service: new, kind: errors, share: 60% } ]", 40);
    const { reaction = [] } = await judged(plan);
    const users = reaction[0]?.harmedUsers.count ?? 0;
    expect(users).toBeGreaterThan(5);
    // Half of forty users are new's.
    expect(users).toBeLessThanOrEqual(40);
    expect(reaction[0]?.harmedRequests).toBeGreaterThan(2 * users);
  });

  test("no fault of new, no such section", async () => {
    const plan = ramp("faults: [ { at: 12s, for: 1s, service: old, kind: slow, factor: 2 } ]");
    expect((await judged(plan)).reaction).toBeUndefined();
    const { watch } = allAtOnce(rampSteps({ plan, settings: settingsFor(plan), trace: undefined }, 1));
    expect(watch.reactions()).toEqual([]);
  });
});

describe("a simulation without a ramp tells what the faults led to in its first replication", () => {
  const steady = (faults: string) =>
    planText(`
name: steady
users: 20_000
workload: { ratePerSecond: 200, timeout: 5s }
services: { old: { mock: { serviceTime: 5ms } }, new: { mock: { serviceTime: 5ms } } }
split: { by: request }
run: { duration: 20s, warmUp: 1s, grace: 1s }
slo: { availability: 99.9% }
${faults}`);
  const errors = "faults: [ { at: 8s, for: 2s, service: new, kind: errors, share: 60% } ]";

  test("the same however many follow it, and measured by the requests of one", async () => {
    const plan = steady(errors);
    const results = await Promise.all([1, 5].map((replications) => simulatePlan(plan, { replications })));
    expect(results[1]?.assumptions.join()).toContain("first replication");
    const [one, five] = results.map((result) => judgeRun(result, plan));
    const failed = one?.totals.versions.new.failed ?? 0;
    expect(one?.reaction?.[0]?.harmedRequests).toBe(failed);
    expect(one?.reaction?.[0]?.budget?.spentShare).toBeCloseTo(failed / ((one?.totals.due ?? 0) * 0.001), 9);
    const { budget: _, ...course } = five?.reaction?.[0] ?? {};
    expect(one?.reaction?.[0]).toMatchObject(course);
    // The first replication is one like all others.
    const ratio =
      (five?.reaction?.[0]?.budget?.spentShare ?? 0) / (one?.reaction?.[0]?.budget?.spentShare ?? 1);
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  });

  test("a crash is detected when its version goes out", async () => {
    const plan = steady("faults: [ { at: 8s, for: 4s, service: new, kind: crash } ]");
    const { reaction = [], events } = judgeRun(await simulatePlan(plan, { replications: 2 }), plan);
    expect(reaction[0]?.detectedMs).toBe(events.find(({ kind }) => kind === "unhealthy")?.atMs);
    expect(reaction[0]?.zeroMs).toBeUndefined();
  });
});
