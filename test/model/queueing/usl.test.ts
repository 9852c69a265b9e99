import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { fitUsl, isBeyondMeasured, uslThroughput } from "../../../src/model/queueing/usl.ts";
import { near } from "./near.ts";

describe("the universal scalability law", () => {
  const loads = [1, 2, 4, 8, 12, 16, 24, 32];

  test("comes back from its own points, whatever its coefficients", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1000, noNaN: true }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        fc.double({ min: 1e-4, max: 1e-2, noNaN: true }),
        (gamma, contention, coherency) => {
          const curve = { gamma, contention, coherency };
          const fit = fitUsl(loads.map((load) => ({ load, throughput: uslThroughput(curve, load) })));
          for (const load of loads) near(uslThroughput(fit, load), uslThroughput(curve, load), 1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("has limits that hold the truth in about 19 of 20 noisy data sets", () => {
    const truth = { gamma: 100, contention: 0.05, coherency: 0.001 };
    const uniform = randomStream(3, "usl");
    let held = 0;
    const sets = 200;
    for (let set = 0; set < sets; set++) {
      const fit = fitUsl(
        loads.map((load) => {
          const noise = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
          return { load, throughput: uslThroughput(truth, load) + 10 * noise };
        }),
      );
      const half = fit.halfWidths.gamma ?? 0;
      if (Math.abs(fit.gamma - truth.gamma) <= half) held++;
    }
    expect(held / sets).toBeGreaterThan(0.88);
    expect(held / sets).toBeLessThan(0.995);
  });

  test("marks what lies beyond one and a half times the measured loads", () => {
    const fit = fitUsl(loads.map((load) => ({ load, throughput: 10 * load })));
    expect([32, 48, 49].map((load) => isBeyondMeasured(fit, load))).toEqual([false, false, true]);
    expect(fit.peakLoad).toBeUndefined();
  });
});
