import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeGate } from "../../src/rollout/gate.ts";
import type { ArmSample } from "../../src/rollout/sample.ts";
import { sampleMetrics } from "../../src/scenario/rollout-schema.ts";
import { armOf, gateOf } from "./gate-fixture.ts";

function check(
  written: Record<string, unknown>,
  arms: { old?: ArmSample; new?: ArmSample },
  expected: string,
) {
  const nobody = armOf({});
  const verdict = judgeGate(gateOf(written), { old: arms.old ?? nobody, new: arms.new ?? nobody });
  expect(`${verdict.state}: ${verdict.reason}`).toContain(expected);
}

/** 10 ms to 110 ms evenly, times a factor. */
const spread = (factor: number) => (index: number) => factor * (10 + ((index * 37) % 100));

describe("plain limits look at the value", () => {
  const p99 = { metric: "responseTime.p99", max: "200ms" };
  test.each([
    [p99, armOf({ ok: 1000 }), "PASS: new's responseTime.p99 is 10 ms from 1,000 requests"],
    [p99, armOf({ ok: 1000 }, () => 201), "FAIL: new's responseTime.p99 is 201 ms"],
    [p99, armOf({ ok: 100 }), "INCONCLUSIVE: new ended 100 requests; responseTime.p99 needs 299"],
    [p99, armOf({}), "NO DATA: new ended no request"],
    [
      p99,
      armOf({ ok: 900, notSent: 100 }),
      "FAIL: new's responseTime.p99 is beyond measure as 100 of 1,000 requests were not sent, above the limit of 200 ms",
    ],
    [
      { ...p99, confidence: "95%" },
      armOf({ ok: 980, notSent: 20 }),
      "FAIL: new's responseTime.p99 is beyond measure as 20 of 1,000 requests were not sent, above the limit of 200 ms",
    ],
    [
      { ...p99, confidence: "95%" },
      armOf({ ok: 988, notSent: 12 }),
      "INCONCLUSIVE: new's responseTime.p99 is beyond measure as 12 of 1,000 requests were not sent (95 % interval from 10 ms without an upper end), which leaves open whether it meets the limit of 200 ms",
    ],
    [{ metric: "errorRate", max: "1%" }, armOf({ ok: 99, failed: 1 }), "PASS"],
    [
      { metric: "errorRate", max: "1%" },
      armOf({ ok: 98, failed: 1, timedOut: 1 }),
      "FAIL: new's errorRate is 2 %",
    ],
    [{ metric: "errorRate", max: "1%", minSamples: 500 }, armOf({ ok: 99 }), "INCONCLUSIVE"],
    [{ metric: "availability", min: "99.9%" }, armOf({ ok: 1000 }), "PASS"],
    [{ metric: "availability", min: "99.9%" }, armOf({ ok: 990, notSent: 10 }), "FAIL"],
    [{ metric: "throughput", min: "100/s" }, armOf({ ok: 1000 }), "PASS: new's throughput is 100/s"],
    [{ metric: "throughput", min: "101/s" }, armOf({ ok: 1000 }), "FAIL"],
    [{ metric: "responseTime.mean", max: "10.1ms" }, armOf({ ok: 10 }), "PASS"],
    [{ metric: "responseTime.max", max: "10.1ms" }, armOf({ ok: 10, timedOut: 1 }, (i) => 10 + i), "FAIL"],
  ])("%j", (gate, arm, expected) => check(gate, { new: arm }, expected));
});

describe("with a confidence, a limit is met by the whole interval or not at all", () => {
  const gate = { metric: "errorRate", max: "1%", confidence: "95%" };
  test.each([
    [armOf({ ok: 10_000 }), "PASS"],
    [armOf({ ok: 10 }), "INCONCLUSIVE"],
    [armOf({ ok: 985, failed: 15 }), "INCONCLUSIVE"],
    [armOf({ ok: 900, failed: 100 }), "FAIL"],
  ])("%#", (arm, expected) => check(gate, { new: arm }, expected));
});

describe("ratios are judged with an interval", () => {
  const p99 = { metric: "responseTime.p99", vs: "old", maxRatio: 1.1 };
  const shift = { metric: "responseTime.shift", vs: "old", maxRatio: 1.1 };
  const errors = { metric: "errorRate", vs: "old", maxRatio: 2 };
  const old = armOf({ ok: 5000 }, spread(1));
  test.each([
    [
      p99,
      { old, new: armOf({ ok: 5000 }, spread(1)) },
      "PASS: new's responseTime.p99 is 1 times old's (95 % interval",
    ],
    [p99, { old, new: armOf({ ok: 5000 }, spread(1.5)) }, "FAIL: new's responseTime.p99 is 1.5 times old's"],
    [p99, { old, new: armOf({ ok: 320 }, spread(1.05)) }, "INCONCLUSIVE"],
    [p99, { new: armOf({ ok: 5000 }) }, "NO DATA: old ended no request"],
    [shift, { old, new: armOf({ ok: 5000 }, spread(1)) }, "PASS: new's responseTime.shift is 1 times old's"],
    [
      shift,
      { old, new: armOf({ ok: 5000 }, spread(1.2)) },
      "FAIL: new's responseTime.shift is 1.2 times old's",
    ],
    [shift, { old, new: armOf({ ok: 20 }, spread(1.1)) }, "INCONCLUSIVE"],
    [errors, { old, new: armOf({ ok: 5000 }) }, "PASS"],
    [
      errors,
      { old, new: armOf({ ok: 4900, failed: 100 }) },
      "FAIL: new's errorRate can't be told as a multiple of old's (95 % interval from",
    ],
    [errors, { old, new: armOf({ ok: 4999, failed: 1 }) }, "INCONCLUSIVE"],
    [
      { metric: "throughput", vs: "old", minRatio: 0.5 },
      { old: armOf({ ok: 5000 }), new: armOf({ ok: 1000 }) },
      "FAIL: new's throughput is 0.2 times old's",
    ],
    [
      p99,
      { old: armOf({ ok: 900, notSent: 100 }), new: armOf({ ok: 900, notSent: 100 }) },
      "INCONCLUSIVE: new's responseTime.p99 can't be told as a multiple of old's, which leaves open whether it meets the limit of 1.1: new beyond measure as 100 of 1,000 requests were not sent, old beyond measure as 100 of 1,000 requests were not sent",
    ],
    [
      p99,
      { old, new: armOf({ ok: 900, notSent: 100 }) },
      "FAIL: new's responseTime.p99 can't be told as a multiple of old's, above the limit of 1.1: new beyond measure as 100 of 1,000 requests were not sent, old 108 ms from 5,000 requests",
    ],
  ])("%j %#", (gate, arms, expected) => check(gate, arms, expected));
});

test("an error rate beside a version without any is told with both rates, not as a number without end", () => {
  check(
    { metric: "errorRate", vs: "old", maxRatio: 2 },
    { old: armOf({ ok: 5000 }), new: armOf({ ok: 4900, failed: 100 }) },
    "without an upper end), above the limit of 2: new 2 % from 5,000 requests, old 0 % from 5,000 requests",
  );
});

test("several limits: the worst decides, and each is explained", () => {
  check({ metric: "errorRate", max: "5%", min: "2%" }, { new: armOf({ ok: 99, failed: 1 }) }, "FAIL: ");
  check(
    { metric: "errorRate", max: "5%", min: "2%" },
    { new: armOf({ ok: 99, failed: 1 }) },
    "; new's errorRate",
  );
});

test("comparisons of response times carry the rank test", () => {
  const gate = gateOf({ metric: "responseTime.p50", vs: "old", maxRatio: 1.1 });
  const verdict = judgeGate(gate, { old: armOf({ ok: 500 }, spread(1)), new: armOf({ ok: 500 }, spread(2)) });
  expect(verdict.ranks?.superiority).toBeGreaterThan(0.7);
  expect(verdict.ranks?.pValue).toBeLessThan(1e-6);
  expect(verdict.samples).toEqual({ new: 500, old: 500 });
});

test("zero samples never pass, whatever the gate", () => {
  const arm = fc.constantFrom(armOf({}), armOf({ ok: 400 }));
  fc.assert(
    fc.property(fc.constantFrom(...sampleMetrics), arm, fc.boolean(), (metric, old, isRatio) => {
      const limit = metric === "throughput" ? "0/s" : metric.startsWith("r") ? "0ms" : "0%";
      const isShift = metric === "responseTime.shift";
      const limits = isRatio || isShift ? { vs: "old", minRatio: 0, maxRatio: 1e9 } : { min: limit };
      const verdict = judgeGate(gateOf({ metric, ...limits }), { old, new: armOf({}) });
      expect(verdict.state).toBe("NO DATA");
    }),
  );
});
