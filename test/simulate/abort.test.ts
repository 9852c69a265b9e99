import { describe, expect, test } from "vitest";
import { studyRamps } from "../../src/simulate/ramp/study-ramps.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { planText } from "../scenario/scenario-text.ts";

/** Every one of these takes seconds to play once: whoever looks only between two of them hears of no abort. */
const manyRequests = (extra: string) =>
  planText(`
name: long
workload: { ratePerSecond: 2000, maxConnections: 3000 }
services: { old: { mock: { serviceTime: 5ms } }, new: { mock: { serviceTime: 5ms } } }
split: { by: request }
run: { duration: 10m, warmUp: 0s }
${extra}`);

const ramp = `
rollout:
  steps: [ { new: 20%, hold: 5m }, { new: 100%, hold: 5m } ]
  gates: [ { metric: errorRate, of: new, max: 2% } ]`;

const plans = [
  ["feed-forward", manyRequests("")],
  ["with events", manyRequests("faults: [ { at: 9m, service: new, kind: slow, factor: 2 } ]")],
  ["with a ramp", manyRequests(ramp)],
] as const;

/** Aborted as soon as others get the thread. */
function soon(): AbortSignal {
  const controller = new AbortController();
  setImmediate(() => setImmediate(() => controller.abort("SIGTERM")));
  return controller.signal;
}

describe("a single replication ends within itself when its signal is aborted", () => {
  test.each(plans)("%s", async (_, plan) => {
    const options = plan.rollout === undefined ? { replications: 1 } : {};
    const result = await simulatePlan(plan, { ...options, signal: soon() });
    expect(result.completeness).toEqual({ state: "partial", reason: "stopped by SIGTERM" });
    expect(result.totals.due).toBe(0);
  });

  test("in threads too", async () => {
    const options = { threads: 2, replications: 2, signal: soon() };
    const result = await simulatePlan(manyRequests(""), options);
    expect(result.completeness.state).toBe("partial");
    expect(result.totals.due).toBe(0);
  });
});

test("many ramps end with the signal's reason", async () => {
  await expect(studyRamps(manyRequests(ramp), { ramps: 3, signal: soon() })).rejects.toBe("SIGTERM");
});

test("a growth table that is cut short is left out, and said to be", async () => {
  const plan = planText(`
name: growth
users: 100
workload: { ratePerSecond: 20 }
slo: { responseTimeP99: 400ms }
growth: { users: [100, 10_000, 1_000_000] }
run: { duration: 1s, warmUp: 0s }`);
  const controller = new AbortController();
  const result = await simulatePlan(plan, {
    replications: 1,
    growth: true,
    signal: controller.signal,
    onProgress: () => setImmediate(() => setImmediate(() => controller.abort("SIGINT"))),
  });
  expect(result.completeness).toEqual({ state: "partial", reason: "stopped by SIGINT" });
  expect(result.totals.due).toBeGreaterThan(0);
  expect(result.simulation?.growth).toBeUndefined();
});

test("a simulation that isn't aborted comes out the same with a signal as without", async () => {
  const plan = planText("name: short\nworkload: { ratePerSecond: 50 }\nrun: { duration: 2s, warmUp: 0s }");
  const [without, given] = await Promise.all([
    simulatePlan(plan, { replications: 2 }),
    simulatePlan(plan, { replications: 2, signal: new AbortController().signal }),
  ]);
  expect(JSON.stringify(given)).toBe(JSON.stringify(without));
});
