import { expect, test } from "vitest";
import { isMissedByService, judgeGoal, parseGoal, requestsNeededFor } from "../../src/analysis/goal.ts";
import { UserError } from "../../src/base/errors.ts";
import { syntheticResult } from "./synthetic-result.ts";

const arm = {
  ...syntheticResult({ p50: 20, p99: 80 }).totals.versions.old,
  scheduled: 1000,
  completed: 1000,
};

test.each([
  ["responseTime.p99 < 200ms", "responseTime.p99", 200, 299],
  ["responseTime.p50<=1.5s", "responseTime.p50", 1500, 5],
  ["errorRate < 1%", "errorRate", 0.01, 300],
])("%s is a goal", (text, metric, limit, requests) => {
  const goal = parseGoal(text);
  expect(goal).toMatchObject({ metric, limit });
  expect(requestsNeededFor(goal)).toBe(requests);
});

test.each([
  "",
  "p99 < 200ms",
  "responseTime.p99 > 200ms",
  "responseTime.p99 < 200",
  "errorRate < fast",
  "errorRate < 0%",
])("%j is refused with an example", (text) => {
  expect(() => parseGoal(text)).toThrow(UserError);
  expect(() => parseGoal(text)).toThrow(/such as|for example/);
});

test.each([
  ["responseTime.p99 < 81ms", {}, "met"],
  ["responseTime.p99 < 80ms", {}, "missed"],
  ["responseTime.p99 <= 80ms", {}, "met"],
  ["responseTime.p99 < 200ms", { responseTimeMs: { p99: null } }, "missed"],
  ["responseTime.p99 < 200ms", { responseTimeMs: {} }, "unknown"],
  ["errorRate < 1%", { failed: 9, completed: 991 }, "met"],
  ["errorRate < 1%", { notSent: 10, completed: 990 }, "missed"],
  ["errorRate < 1%", { scheduled: 0, completed: 0 }, "unknown"],
])("%s with %j is %s, %s", (text, changed, state) => {
  expect(judgeGoal(parseGoal(text), { ...arm, ...changed }).state).toBe(state);
});

test.each([
  ["the generator's lateness alone", { p99: 80 }, 0, false],
  ["the service", { p99: 400 }, 0, true],
  ["the service, beyond the splitter's lateness", { p99: 400 }, 90, true],
  ["what may have been the splitter's lateness", { p99: 400 }, 110, false],
])("a goal missed by %s is told apart", (_, roundTrip, lateMs, expected) => {
  const late = { ...arm, responseTimeMs: { p99: 500 }, partsMs: { roundTrip } };
  expect(isMissedByService(parseGoal("responseTime.p99 < 200ms"), late, lateMs)).toBe(expected);
});
