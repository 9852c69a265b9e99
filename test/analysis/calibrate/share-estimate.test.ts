import { describe, expect, test } from "vitest";
import { drawShare, shareEstimate, type Trials } from "../../../src/analysis/calibrate/share-estimate.ts";
import { randomStream, type Uniform } from "../../../src/base/random.ts";
import { wilsonInterval } from "../../../src/stats/binomial.ts";

function piece(share: number, trials: number, uniform: Uniform): Trials {
  const times = Array.from({ length: trials }, uniform).filter((drawn) => drawn <= share).length;
  return { times, of: trials };
}

/** How many of 500 intervals hold the share that all pieces come from. */
function covered(makePieces: (uniform: Uniform) => readonly Trials[], truth: number): number {
  let holding = 0;
  for (let system = 0; system < 500; system++) {
    const estimate = shareEstimate(makePieces(randomStream(7, "share", system)));
    if (estimate !== undefined && estimate.low <= truth && truth <= estimate.high) holding++;
  }
  return holding;
}

describe("a share's interval", () => {
  test("is Wilson's where the pieces differ by no more than chance", () => {
    const alike = [
      { times: 80, of: 100 },
      { times: 79, of: 100 },
      { times: 81, of: 100 },
    ];
    const { low, high } = wilsonInterval(240, 300);
    expect(shareEstimate(alike)?.value).toBe(0.8);
    expect(shareEstimate(alike)?.low).toBeCloseTo(low, 5);
    expect(shareEstimate(alike)?.high).toBeCloseTo(high, 5);
  });

  test.each([0.01, 0.5, 0.8, 0.98])("holds %f in at least 92 of 100 systems", (share) => {
    expect(
      covered((uniform) => Array.from({ length: 20 }, () => piece(share, 60, uniform)), share),
    ).toBeGreaterThan(460);
  });

  test("holds the middle of pieces that are not alike, where Wilson's alone would not", () => {
    const uneven = (uniform: Uniform) =>
      Array.from({ length: 20 }, () => piece(uniform() <= 0.5 ? 0.6 : 0.9, 200, uniform));
    expect(covered(uneven, 0.75)).toBeGreaterThan(450);
    const alone = (uniform: Uniform) => {
      const pieces = uneven(uniform);
      return [{ times: pieces.reduce((sum, { times }) => sum + times, 0), of: 20 * 200 }];
    };
    expect(covered(alone, 0.75)).toBeLessThan(350);
  });

  test.each([
    [0, 0],
    [50, 1],
  ])("of %i in 50 stays within 0 and 1", (times, value) => {
    const estimate = shareEstimate([{ times, of: 50 }]);
    expect(estimate?.value).toBe(value);
    expect(estimate?.low).toBeGreaterThanOrEqual(0);
    expect(estimate?.high).toBeLessThanOrEqual(1);
    expect((estimate?.high ?? 0) - (estimate?.low ?? 0)).toBeGreaterThan(0.05);
  });

  test("doesn't exist without trials", () => {
    expect(shareEstimate([])).toBeUndefined();
    expect(shareEstimate([{ times: 0, of: 0 }])).toBeUndefined();
  });

  test("is where draws lie: 95 of 100 of them, none outside 0 and 1", () => {
    const estimate = { value: 0.97, low: 0.93, high: 0.99 };
    const uniform = randomStream(3, "draws");
    const draws = Array.from({ length: 2000 }, () => drawShare(estimate, uniform));
    const within = draws.filter((drawn) => Math.abs(drawn - 0.97) <= 0.03).length;
    expect(within).toBeGreaterThan(1850);
    expect(within).toBeLessThan(1950);
    expect(Math.max(...draws)).toBeLessThanOrEqual(1);
  });
});
