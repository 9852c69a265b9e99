import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import { calibrateAlone, isCalibrated } from "../../src/measure/calibration.ts";
import { measureTimers } from "../../src/measure/host/timer-accuracy.ts";
import { planText } from "../scenario/scenario-text.ts";

describe("the calibration", () => {
  test("sends the same load directly and through the splitter, and every request is answered", {
    timeout: 60_000,
  }, async () => {
    const calibration = await calibrateAlone(new AbortController().signal);
    const { direct, throughSplitter, splitterMs } = calibration ?? {};
    // Both drivers play the same seeded schedule.
    expect(direct?.requests).toBe(throughSplitter?.requests);
    expect(direct?.requests).toBeGreaterThan(299);
    for (const path of [direct, throughSplitter]) {
      expect(path?.responseTimeMs.p99).toEqual(expect.any(Number));
      expect(path?.responseTimeMs.max ?? 0).toBeGreaterThanOrEqual(path?.pacerLagMs.max ?? 1);
    }
    expect(throughSplitter?.roundTripMs.p50 ?? 0).toBeGreaterThan(splitterMs?.p50 ?? Number.NaN);
  });

  test("gives nothing once it was stopped", { timeout: 60_000 }, async () => {
    expect(await calibrateAlone(AbortSignal.abort("test"))).toBeUndefined();
  });

  test.each([
    ["", true],
    ["run: { calibrate: false }", false],
    ["run: { engine: autocannon }", false],
  ])("is part of a run with %j: %s", (text, expected) => {
    expect(isCalibrated(planText(`name: a\nworkload: { ratePerSecond: 10/s }\n${text}\n`))).toBe(expected);
  });
});

test("timers are never early, and the p99 not below the median", async () => {
  const { wait, timer, clockReadNs } = await measureTimers(systemClock);
  for (const { p50Ms, p99Ms } of [wait, timer]) {
    expect(p50Ms).toBeGreaterThanOrEqual(0);
    expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
  }
  expect(clockReadNs).toBeGreaterThan(0);
});
