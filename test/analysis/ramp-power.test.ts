import { describe, expect, test } from "vitest";
import { checkRampPower, rampPower } from "../../src/analysis/ramp-power.ts";
import type { RunPlan } from "../../src/scenario/plan.ts";
import { queueDesignEffect } from "../../src/stats/queue-dependence.ts";
import { planText } from "../scenario/scenario-text.ts";

function rampOf(hold: string, gate: string, concurrency = 64): RunPlan {
  const text = `name: a
workload: { ratePerSecond: 200/s }
services:
  old: { mock: { serviceTime: { lognormal: { mean: 20ms, p99: 80ms } }, concurrency: ${concurrency} } }
rollout:
  steps: [{ new: 10%, hold: ${hold} }, { new: 50%, hold: ${hold} }]
  gates: [{ metric: responseTime.p99, of: new, vs: old, maxRatio: 1.1, ${gate} }]
`;
  return planText(text);
}

describe("the power of a ramp", () => {
  test("grows with the time that its steps are held, and with the share of new", () => {
    const [short, shortHalf] = rampPower(rampOf("30s", "detectRatio: 1.2"));
    const [long] = rampPower(rampOf("10m", "detectRatio: 1.2"));
    expect(long?.power).toBeGreaterThan(short?.power ?? 1);
    expect(shortHalf?.power).toBeGreaterThan(short?.power ?? 1);
  });

  test("refuses a ramp that can't tell what its gate promises, and says how long it would take", () => {
    expect(() => checkRampPower(rampOf("30s", "detectRatio: 1.2"))).toThrow(
      /a measurement of .* would reach 80 %/,
    );
    expect(() => checkRampPower(rampOf("24h", "detectRatio: 1.2"))).not.toThrow();
  });

  test("counts requests that queue for less, as a mean's variance in their queue says", () => {
    const free = rampPower(rampOf("30s", "detectRatio: 1.2"))[1];
    const queued = rampPower(rampOf("30s", "detectRatio: 1.2", 4))[1];
    // 100 requests a second of 20 ms keep half of old's four servers busy.
    const effect = queueDesignEffect({ servers: 4, utilisation: 0.5 });
    expect(free?.sentence).not.toContain("queue");
    expect(queued?.sentence).toContain(
      `which queue and are worth 3,000 and ${Math.floor(3000 / effect).toLocaleString("en")} independent ones`,
    );
    expect(queued?.power).toBeLessThan(free?.power ?? 0);
    expect(queued?.neededMs).toBeCloseTo(((free?.neededMs ?? 0) * (1 + effect)) / 2, 3);
  });

  test("is none where a version can't keep up with its requests", () => {
    const [tooMany] = rampPower(rampOf("30s", "detectRatio: 1.2", 1));
    expect(tooMany?.power).toBeLessThan(0.05);
    expect(tooMany?.sentence).toContain("no measurement would do, for a version can't keep up");
  });

  test("lets a gate without a promise pass", () => {
    expect(() => checkRampPower(rampOf("30s", "minSamples: 1"))).not.toThrow();
  });
});
