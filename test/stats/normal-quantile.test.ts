import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalCdf } from "../../src/stats/normal.ts";
import { normalQuantile } from "../../src/stats/normal-quantile.ts";

describe("quantiles of the normal law", () => {
  /** Values to 15 digits, as tables print them. */
  test.each([
    [0.5, 0],
    [0.75, 0.674489750196082],
    [0.8, 0.841621233572914],
    [0.9, 1.2815515655446],
    [0.975, 1.95996398454005],
    [0.99, 2.32634787404084],
    [0.999, 3.09023230616781],
    [1e-9, -5.99780701500769],
    [1e-10, -6.3613409024040557],
    [1e-30, -11.4640246884436],
  ])("agree with published tables: that of %d is %d", (probability, z) => {
    expect(Math.abs(normalQuantile(probability) - z)).toBeLessThan(1e-12);
  });

  test("are the same on both sides of the middle", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 0.5, noNaN: true }), (probability) => {
        expect(normalQuantile(1 - probability) + normalQuantile(probability)).toBeCloseTo(0, 9);
      }),
    );
  });

  test("undo the distribution function, into the far tail", () => {
    fc.assert(
      fc.property(fc.double({ min: -37, max: 5, noNaN: true }), (z) => {
        expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 9);
      }),
    );
  });

  test.each([0, 1, -0.1, 1.1, Number.NaN])("are refused for a probability of %d", (probability) => {
    expect(() => normalQuantile(probability)).toThrow();
  });
});
