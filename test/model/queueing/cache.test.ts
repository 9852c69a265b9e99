import { describe, expect, test } from "vitest";
import { lruHitRatio, ttlHitRatio, ttlHitRatioUnderSplit } from "../../../src/model/queueing/cache.ts";
import { near } from "./near.ts";

describe("caches", () => {
  test("buckets of the far tail don't move the hit ratio", () => {
    const exact = (items: number, places: number) => {
      const shares = Array.from({ length: items }, (_, index) => 1 / (index + 1));
      const sum = shares.reduce((total, share) => total + share, 0);
      let low = 0;
      let high = 1e9;
      for (let step = 0; step < 90; step++) {
        const middle = (low + high) / 2;
        const kept = shares.reduce((total, share) => total - Math.expm1((-share / sum) * middle), 0);
        if (kept < places) low = middle;
        else high = middle;
      }
      return shares.reduce((total, share) => total - (share / sum) * Math.expm1((-share / sum) * high), 0);
    };
    near(lruHitRatio({ items: 120_000, zipfExponent: 1 }, 2000), exact(120_000, 2000), 1e-6);
  });

  test("answer for a hundred million items", () => {
    const ratio = lruHitRatio({ items: 1e8, zipfExponent: 0.8 }, 1e6);
    expect(ratio).toBeGreaterThan(0.2);
    expect(ratio).toBeLessThan(0.35);
    expect(lruHitRatio({ items: 10, zipfExponent: 1 }, 10)).toBe(1);
    expect(lruHitRatio({ items: 10, zipfExponent: 1 }, 0)).toBe(0);
  });

  test("with a time to live hit less when the traffic is split", () => {
    const timeToLive = { kind: "fixed", time: 10 } as const;
    near(ttlHitRatio(2, timeToLive), 20 / 21);
    near(ttlHitRatio(2, { kind: "sliding", time: 10 }), 1 - Math.exp(-20));
    expect(ttlHitRatioUnderSplit(2, timeToLive, 0.5)).toBeLessThan(ttlHitRatio(2, timeToLive));
    near(ttlHitRatioUnderSplit(2, timeToLive, 0), ttlHitRatio(2, timeToLive));
  });
});
