import { describe, expect, test } from "vitest";
import { murmur3, randomStream, xoshiro128ssWords } from "../../src/base/random.ts";

describe("xoshiro128**", () => {
  test("gives the words that its reference implementation gives", () => {
    const next = xoshiro128ssWords([1, 2, 3, 4]);
    const words = Array.from({ length: 10 }, next);
    expect(words).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });
});

describe("a random stream", () => {
  test("repeats for the same seed, purpose and index, and for no other", () => {
    const first = (seed: number, purpose: string, index: number) => randomStream(seed, purpose, index)();
    expect(first(42, "arrivals", 0)).toBe(first(42, "arrivals", 0));
    const others = [first(43, "arrivals", 0), first(42, "service", 0), first(42, "arrivals", 1)];
    expect(others).not.toContain(first(42, "arrivals", 0));
  });

  test("stays above 0 and reaches no further than 1", () => {
    const uniform = randomStream(7, "range");
    for (let draw = 0; draw < 100_000; draw++) {
      const value = uniform();
      expect(value > 0 && value <= 1).toBe(true);
    }
  });

  test("fills ten bins evenly, chi-squared below the 99.9 % limit of 9 degrees", () => {
    const uniform = randomStream(11, "bins");
    const bins = new Array<number>(10).fill(0);
    const draws = 100_000;
    for (let draw = 0; draw < draws; draw++) {
      const bin = Math.min(9, Math.floor(uniform() * 10));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const chiSquared = bins.reduce((sum, seen) => sum + (seen - draws / 10) ** 2 / (draws / 10), 0);
    expect(chiSquared).toBeLessThan(27.88);
  });
});

describe("murmur3", () => {
  test.each([
    ["", 0, 0],
    ["", 1, 0x514e28b7],
    ["", 0xffffffff, 0x81f16f39],
    ["hello", 0, 0x248bfa47],
    ["test", 0, 0xba6bd213],
    ["test", 0x9747b28c, 0x704b81dc],
    ["Hello, world!", 0, 0xc0363e43],
    ["Hello, world!", 0x9747b28c, 0x24884cba],
    ["The quick brown fox jumps over the lazy dog", 0, 0x2e4ff723],
    ["The quick brown fox jumps over the lazy dog", 0x9747b28c, 0x2fa826cd],
    ["special characters açb↓c", 0, 0xbe83b140],
  ])("of %j with seed %d is the published value", (key, seed, expected) => {
    expect(murmur3(key, seed)).toBe(expected);
  });
});
