import { expect, test } from "vitest";
import { parseCpuMax, parseMemoryLimit } from "../../../src/measure/host/control-group.ts";

test.each([
  ["200000 100000\n", 2],
  ["50000 100000\n", 0.5],
  ["max 100000\n", Number.POSITIVE_INFINITY],
  ["-1\n", undefined],
  ["", undefined],
])("cpu.max %j is %s cores", (text, cores) => {
  expect(parseCpuMax(text)).toBe(cores);
});

test.each([
  ["536870912\n", 536_870_912],
  ["max\n", Number.POSITIVE_INFINITY],
  ["9223372036854771712\n", Number.POSITIVE_INFINITY],
  ["lots\n", undefined],
])("a memory limit of %j is %s bytes", (text, bytes) => {
  expect(parseMemoryLimit(text)).toBe(bytes);
});
