import { describe, expect, test } from "vitest";
import { normalCdf, studentT, twoSidedZ } from "../../src/stats/normal.ts";

describe("the normal law agrees with published tables", () => {
  test.each([
    [-8, 6.220960574271785e-16],
    [-5, 2.866515718791939e-7],
    [-3, 0.0013498980316300946],
    [-1, 0.15865525393145707],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [1.959963984540054, 0.975],
    [4.5, 0.9999966023268753],
  ])("Φ(%s) = %s", (z, probability) => {
    expect(normalCdf(z)).toBeCloseTo(probability, 13);
    if (z < 0) expect(normalCdf(z) / probability).toBeCloseTo(1, 9);
  });

  test("a confidence of 0 is the figure alone", () => {
    expect(twoSidedZ(0)).toBe(0);
    expect(twoSidedZ(0.95)).toBeCloseTo(1.96, 3);
  });
});

describe("Student's law agrees with published tables", () => {
  test.each([
    [0.95, 3, 3.182],
    [0.95, 10, 2.228],
    [0.95, 23, 2.069],
    [0.99, 23, 2.807],
  ])("confidence %s, %s degrees of freedom: %s", (confidence, degreesOfFreedom, expected) => {
    expect(Math.abs(studentT(confidence, degreesOfFreedom) / expected - 1)).toBeLessThan(0.01);
  });
});
