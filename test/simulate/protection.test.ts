import { describe, expect, test } from "vitest";
import type { RunEvent } from "../../src/result/schema.ts";
import { rampSteps } from "../../src/simulate/ramp/ramp-steps.ts";
import { settingsFor } from "../../src/simulate/settings.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { allAtOnce } from "../../src/simulate/steps.ts";
import { planText } from "../scenario/scenario-text.ts";

/** Ten requests a second of new at even gaps, all of which fail from 10 s to 20 s. */
const even = (rest: string, replicas = 1) =>
  planText(`
name: even
workload: { ratePerSecond: 10, arrivals: constant }
services: { old: {}, new: { mock: { serviceTime: 1ms, replicas: ${replicas} } } }
faults: [ { at: 10s, for: 10s, service: new, kind: errors, share: 100% } ]
run: { duration: 40s, warmUp: 0s, grace: 1s }
${rest}`);

const kinds = (events: readonly RunEvent[]) =>
  events.map(({ kind }) => kind).filter((kind) => kind !== "fault");

async function eventsOf(plan: ReturnType<typeof planText>) {
  const result = await simulatePlan(plan, { replications: 1 });
  return { result, events: result.events, totals: result.totals.versions };
}

describe("the simulated breaker of new", () => {
  const broken = even(`
split: { new: 100% }
rollout: { breaker: { consecutiveFailures: 5, failureShare: 100%, openFor: 4s, trials: 3 } }`);

  test("opens, tries, opens again and closes at the moments that its rule gives", async () => {
    const { events } = await eventsOf(broken);
    expect(kinds(events)).toEqual([
      "breaker-open",
      "breaker-half-open",
      "breaker-open",
      "breaker-half-open",
      "breaker-open",
      "breaker-half-open",
      "breaker-closed",
    ]);
    const turns = events.filter(({ kind }) => kind.startsWith("breaker"));
    const [opened, tried, again] = turns.map(({ atMs }) => atMs);
    // Five failures at gaps of 100 ms; the first request 4 s later is the trial, and fails 1 ms after it came.
    expect(opened).toBeGreaterThan(10_400);
    expect(opened).toBeLessThan(10_502);
    expect((tried ?? 0) - (opened ?? 0)).toBeGreaterThanOrEqual(4000);
    expect((tried ?? 0) - (opened ?? 0)).toBeLessThan(4101);
    expect((again ?? 0) - (tried ?? 0)).toBeCloseTo(1, 6);
    // The third round of trials falls after the fault: three answers in a row close it.
    expect((turns.at(-1)?.atMs ?? 0) - (turns.at(-2)?.atMs ?? 0)).toBeCloseTo(201, 6);
  });

  test("sends to old what it keeps from new, so that only the failures that it saw reach a user", async () => {
    const { totals } = await eventsOf(broken);
    expect(totals.new.failed).toBe(5 + 1 + 1);
    expect(totals.old.failed).toBe(0);
    expect(totals.old.completed + totals.new.completed).toBe(400 - 7);
    expect(totals.old.rerouted).toBe(totals.old.completed);
  });

  test("is a loop of its own in a simulated ramp, faster than any window", () => {
    const plan = even(`
split: { by: request }
rollout:
  steps: [ { new: 50%, hold: 30s }, { new: 100%, hold: 10s } ]
  breaker: { consecutiveFailures: 3, openFor: 60s }`);
    const { decisions } = allAtOnce(
      rampSteps({ plan, settings: settingsFor(plan), trace: undefined }, 4),
    ).watch;
    const decided = decisions.find(({ loop }) => loop === "breaker");
    expect(decided?.atMs).toBeGreaterThan(10_000);
    expect(decided?.atMs).toBeLessThan(11_000);
  });
});

describe("the simulated ejection of servers", () => {
  const ejecting = (replicas: number) =>
    even(
      "split: { new: 100%, ejection: { consecutiveFailures: 4, ejectFor: 3s, maxEjectFor: 1m } }",
      replicas,
    );

  test("leaves one server alone for its time, the second time for twice as long", async () => {
    const { events, totals } = await eventsOf(ejecting(1));
    const turns = events.filter(({ kind }) => kind === "ejected" || kind === "readmitted");
    expect(turns.slice(0, 4).map(({ kind }) => kind)).toEqual([
      "ejected",
      "readmitted",
      "ejected",
      "readmitted",
    ]);
    const [first, back, second, backAgain] = turns.map(({ atMs }) => atMs);
    expect((back ?? 0) - (first ?? 0)).toBeCloseTo(3000, 6);
    expect((backAgain ?? 0) - (second ?? 0)).toBeCloseTo(6000, 6);
    expect(turns[0]?.message).toContain("4 requests in a row failed; out for 3000 ms");
    // Back at 13.3 s it fails four more, and at 19.7 s the last two before the fault ends; old had it for 3 s and 6 s.
    expect(totals.new.failed).toBe(4 + 4 + 2);
    expect(totals.old.completed).toBe(30 + 60);
  });

  test("keeps the others at work while one is out", async () => {
    const { events, totals } = await eventsOf(ejecting(2));
    const names = events.filter(({ kind }) => kind === "ejected").map(({ message }) => message.slice(0, 8));
    expect(new Set(names)).toEqual(new Set(["server 1", "server 2"]));
    expect(totals.new.completed).toBeGreaterThan(200);
  });
});

test("where neither version takes a request, the splitter answers 503 itself", async () => {
  const plan = planText(`
name: nobody
workload: { ratePerSecond: 10, arrivals: constant }
services: { old: { mock: { errors: 100% } }, new: { mock: { errors: 100% } } }
split: { new: 50%, by: request, ejection: { consecutiveFailures: 2, ejectFor: 5s } }
run: { duration: 10s, warmUp: 0s }`);
  const { totals } = await eventsOf(plan);
  expect(totals.old.errors["status-503"]).toBeGreaterThan(10);
  expect(totals.old.failed + totals.new.failed).toBe(100);
});
