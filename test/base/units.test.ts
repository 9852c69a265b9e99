import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatCount,
  formatDurationMs,
  formatMomentMs,
  formatNumber,
  formatRatePerSecond,
  formatShare,
  parseDurationMs,
  parsePlainNumber,
  parseRatePerSecond,
  parseShare,
  parseSizeBytes,
} from "../../src/base/units.ts";

/** One row per input, so that a failure names it. */
function checkAll<T, R>(name: string, act: (input: T) => R, rows: readonly (readonly [T, R])[]): void {
  test.each(rows.map(([input, expected]) => ({ input, expected })))(`${name}: $input → $expected`, (row) => {
    expect(act(row.input)).toBe(row.expected);
  });
}

describe("what a scenario is written in", () => {
  checkAll("duration", parseDurationMs, [
    ["250ms", 250],
    ["10s", 10_000],
    ["1.5 s", 1500],
    ["5m", 300_000],
    ["1h", 3_600_000],
    ["1h30m", 5_400_000],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["10", undefined],
    ["-1s", undefined],
    ["10 parsecs", undefined],
    ["", undefined],
  ]);
  checkAll("size", parseSizeBytes, [
    ["512B", 512],
    ["100KB", 100_000],
    ["2MiB", 2_097_152],
    ["2mib", 2_097_152],
    ["1TB", 1e12],
    ["100", undefined],
    ["KB", undefined],
  ]);
  checkAll("share", parseShare, [
    ["10%", 0.1],
    ["0.1 %", 0.001],
    ["0.25", 0.25],
    ["29%", 0.29],
    ["ten", undefined],
  ]);
  checkAll("rate", parseRatePerSecond, [
    ["200/s", 200],
    ["12_000/m", 200],
    ["36/h", 0.01],
    ["7", 7],
    ["7/parsec", undefined],
  ]);
  checkAll("number", parsePlainNumber, [
    ["10_000", 10_000],
    ["1e6", 1_000_000],
    ["0.25", 0.25],
    ["-3", -3],
    ["NaN", undefined],
    ["Infinity", undefined],
    ["1_", undefined],
    ["0x10", undefined],
  ]);
});

describe("what a person reads", () => {
  checkAll("moment", formatMomentMs, [
    [0, "0.0 s"],
    [12_449, "12.4 s"],
    [-2000, "−2.0 s"],
    [-20, "0.0 s"],
    [130_000, "130.0 s"],
    [179_949, "179.9 s"],
    [179_951, "3:00.0 min"],
    [190_400, "3:10.4 min"],
    [3_605_000, "60:05.0 min"],
  ]);
  checkAll("duration", formatDurationMs, [
    [0, "0 ms"],
    [0.0834, "83.4 µs"],
    [0.9996, "1 ms"],
    [12.345, "12.3 ms"],
    [999.6, "1 s"],
    [1234, "1.23 s"],
    [89_999, "90 s"],
    [90_000, "1.5 min"],
    [5_400_000, "1.5 h"],
    [-12.345, "-12.3 ms"],
  ]);
  checkAll("bytes", formatBytes, [
    [0, "0 B"],
    [999.6, "1 KB"],
    [57_870_370, "57.9 MB"],
    [100e9, "100 GB"],
    [1e18, "1,000 PB"],
  ]);
  checkAll("share", formatShare, [
    [0, "0 %"],
    [0.1, "10 %"],
    [0.12345, "12.3 %"],
    [0.00012, "0.012 %"],
    [0.999, "99.9 %"],
    [0.99951, "99.951 %"],
    [0.9999995, "99.99995 %"],
    [1, "100 %"],
  ]);
  checkAll("number", formatNumber, [
    [0, "0"],
    [0.00002, "0.00002"],
    [0.1234567, "0.123"],
    [20.356, "20.36"],
    [115.7407, "115.7"],
    [57_870.37, "57,870"],
    [100_000_000, "100,000,000"],
    [Number.POSITIVE_INFINITY, "Infinity"],
  ]);
  checkAll("count", formatCount, [
    [0, "0"],
    [4200, "4,200"],
  ]);
  checkAll("rate", formatRatePerSecond, [
    [199.8333, "199.8/s"],
    [0.0579, "0.0579/s"],
  ]);

  test("a share below the whole is never written as 100 %, one above nothing never as 0 %", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true }), (share) => {
        expect(formatShare(share)).not.toBe("100 %");
        expect(formatShare(share)).not.toBe("0 %");
      }),
    );
  });

  test("a duration as it is written lies within half a per cent of itself", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e9, noNaN: true }), (ms) => {
        const [number = "", unit = ""] = formatDurationMs(ms).replaceAll(",", "").split(" ");
        const unitMs =
          { µs: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? Number.NaN;
        expect(Math.abs(Number(number) * unitMs - ms) / ms).toBeLessThan(0.006);
      }),
    );
  });
});
