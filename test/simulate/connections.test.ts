import { describe, expect, test } from "vitest";
import { versions } from "../../src/base/version.ts";
import { mmck } from "../../src/model/queueing/mmck.ts";
import { level } from "../../src/simulate/engine/time-averages.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { planText } from "../scenario/scenario-text.ts";
import { figures } from "./figures.ts";
import { interval99, replicate } from "./plans.ts";

/** Everything goes to old, whose servers have far more slots than the splitter has connections. */
const bounded = (connections: string, rest = "") =>
  planText(`
name: bounded
workload: { ratePerSecond: 25, timeout: 1h, maxQueueAge: 1h, maxConnections: 1000 }
services: { old: { mock: { serviceTime: { exponential: { mean: 100ms } }, concurrency: 64, replicas: ${rest.includes("two servers") ? 2 : 1} } } }
split: { new: 0%, by: request, connections: ${connections} }
run: { duration: 400s, warmUp: 10s, grace: 10s, seed: 5 }
# ${rest}`);

describe("the splitter's connections to a version", () => {
  // Two requests at the servers and three before them: 25/s of 100 ms each, whoever finds all five places taken gets 503.
  const known = mmck({ rate: 25, serviceTime: 0.1, servers: 2, capacity: 5 });

  test.each([
    ["two to one server", bounded("{ perAddress: 2, waiting: 3 }")],
    ["one to each of two servers", bounded("{ perAddress: 1, waiting: 3 }", "two servers")],
  ])("are the servers of M/M/2/5 where they are the bottleneck: %s", (_, plan) => {
    const runs = replicate(plan, 20);
    const refused = interval99(runs, (data) => figures(100).refused({ plan, data, replication: 0 }));
    expect(refused.low).toBeLessThan(known.blocking);
    expect(refused.high).toBeGreaterThan(known.blocking);
    const waiting = interval99(
      runs,
      (data) => (data.levels.areas[level.awaited] ?? 0) / plan.timeline.durationMs,
    );
    expect(waiting.low).toBeLessThan(known.meanInSystem);
    expect(waiting.high).toBeGreaterThan(known.meanInSystem);
    expect(waiting.high / waiting.low).toBeLessThan(1.1);
  });

  test("hand over from the engine without events only where they run out", async () => {
    const of = async (connections: string) => {
      const plan = planText(`
name: engines
workload: { ratePerSecond: 100, maxConnections: 1000 }
services: { old: { mock: { serviceTime: { exponential: { mean: 20ms } }, concurrency: 4 } } }
split: { new: 0%, by: request, connections: ${connections} }
run: { duration: 20s, warmUp: 1s }`);
      const { simulation, totals } = await simulatePlan(plan, { replications: 2 });
      const { mean, ...percentiles } = totals.versions.old.responseTimeMs;
      return { engine: simulation?.engine, mean, percentiles };
    };
    const [wide, ample, narrow] = await Promise.all(
      ["{ perAddress: 1000 }", "{ perAddress: 999 }", "{ perAddress: 4 }"].map(of),
    );
    expect([wide?.engine, ample?.engine, narrow?.engine]).toEqual(["feed-forward", "feed-forward", "event"]);
    expect(ample).toEqual(wide);
    // One line before the splitter in place of one before the server: nobody waits longer or shorter.
    expect(narrow?.percentiles).toEqual(wide?.percentiles);
    expect(narrow?.mean).toBeCloseTo(wide?.mean ?? 0, 6);
  });
});

describe("who waits for a connection", () => {
  const slow = (workload: string, connections: string) =>
    planText(`
name: slow
workload: { arrivals: constant, maxConnections: 1000, ${workload} }
services: { old: { mock: { serviceTime: 1h, concurrency: 64 } } }
split: { new: 0%, by: request, connections: ${connections} }
run: { duration: 10s, warmUp: 0s, grace: 1s }`);

  test("gets 503 after two seconds", async () => {
    const plan = slow("ratePerSecond: 1, timeout: 1h", "{ perAddress: 1, waiting: 10 }");
    const { old: arm } = (await simulatePlan(plan, { replications: 1 })).totals.versions;
    // Ten requests, at 0.5 s, 1.5 s, …: the first is at the server, the last waits until 11.5 s, after the end.
    expect(arm.errors).toEqual({ "status-503": 8 });
    expect(arm.inFlight).toBe(2);
    expect(arm.partsMs.roundTrip?.p50).toBeCloseTo(2000, -1);
  });

  test("does not count any more once the user has gone", async () => {
    // Five come within the patience of one: the server has one of them, so four others wait.
    const of = async (waiting: number) => {
      const plan = slow("ratePerSecond: 10, timeout: 490ms", `{ perAddress: 1, waiting: ${waiting} }`);
      return (await simulatePlan(plan, { replications: 1 })).totals.versions.old;
    };
    expect((await of(4)).errors).toEqual({ timeout: 100 });
    expect((await of(3)).errors).toEqual({ timeout: 80, "status-503": 20 });
  });

  test("leaves every ledger whole, whatever happens meanwhile", async () => {
    const plan = planText(`
name: trouble
users: 500
workload: { ratePerSecond: 300, timeout: 1s, maxConnections: 400 }
services:
  old: { mock: { serviceTime: { exponential: { mean: 30ms } }, replicas: 2 } }
  new: { mock: { serviceTime: { exponential: { mean: 30ms } }, replicas: 2 } }
split: { by: request, connections: { perAddress: 3, waiting: 60 }, mirror: { to: new, share: 20% }, ejection: {} }
rollout: { breaker: { consecutiveFailures: 10, openFor: 1s } }
faults:
  - { at: 3s, for: 2s, service: new, kind: crash }
  - { at: 7s, for: 1s, service: old, kind: hang }
  - { at: 10s, for: 500ms, service: splitter, kind: crash }
  - { at: 12s, for: 2s, service: new, kind: errors, share: 60% }
run: { duration: 16s, warmUp: 1s, grace: 2s }`);
    const { totals, validity } = await simulatePlan(plan, { replications: 3 });
    const arms = versions.map((version) => totals.versions[version]);
    expect(validity.reasons.join()).not.toContain("fit");
    expect(arms.reduce((sum, { scheduled }) => sum + scheduled, 0)).toBe(totals.due);
    expect(arms.reduce((sum, { errors }) => sum + (errors["status-503"] ?? 0), 0)).toBeGreaterThan(50);
    expect(arms.reduce((sum, { completed }) => sum + completed, 0)).toBeGreaterThan(totals.due / 2);
  });

  test("by the thousand is let in one after another, not one within another", async () => {
    const plan = planText(`
name: crowd
workload: { ratePerSecond: 20_000, maxConnections: 30_000, timeout: 30s }
services: { old: { mock: { serviceTime: 1ms, queue: 30_000 } } }
split: { new: 0%, by: request, connections: { perAddress: 1, waiting: 30_000 } }
faults: [ { at: 0s, for: 1s, service: old, kind: hang }, { at: 1s, for: 500ms, service: old, kind: crash } ]
run: { duration: 2s, warmUp: 0s, grace: 1s }`);
    const { totals } = await simulatePlan(plan, { replications: 1 });
    const { old: before, new: after } = totals.versions;
    expect(before.scheduled + after.scheduled).toBe(totals.due);
    expect(before.rerouted + after.rerouted).toBeGreaterThan(10_000);
  });
});
