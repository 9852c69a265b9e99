import { expect, test } from "vitest";
import { loadPoint } from "../../../src/analysis/calibrate/load-point.ts";
import { noRetries } from "../../../src/result/retry-schema.ts";
import { measuredResult } from "../../report/fixture-result.ts";

const plain = measuredResult({ seconds: 10 });

test("a run whose clients asked again teaches nothing of single requests, and is refused", () => {
  const retries = { old: { ...noRetries, retried: 1200 }, new: { ...noRetries, retried: 34 } };
  expect(() => loadPoint({ ...plain, retries })).toThrow(/asked again 1,234 times/);
});

test("clients that never had to ask again are no reason to refuse it", () => {
  const retries = { old: { ...noRetries }, new: { ...noRetries } };
  expect(loadPoint({ ...plain, retries }).ratePerSecond).toBe(loadPoint(plain).ratePerSecond);
});
