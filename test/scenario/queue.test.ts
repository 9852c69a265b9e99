import { expect, test } from "vitest";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { planScenario } from "../../src/scenario/plan.ts";

function parse(stores: string) {
  return parseScenario(`name: p\nworkload: { ratePerSecond: 1/s }\nstores: ${stores}\n`, { file: "s.yaml" });
}

test("there is no queue unless the scenario has one, and then every request puts a message into it", () => {
  const queueOf = (stores: string) => {
    const parsed = parse(stores);
    return parsed.ok ? planScenario(parsed.scenario).queue : undefined;
  };
  expect(queueOf("{}")).toBeUndefined();
  expect(queueOf("{ queue: {} }")).toEqual({ messageShare: 1, workMs: 5, consumers: 4, maxWaiting: 100_000 });
  expect(queueOf("{ queue: { messages: 20%, workTime: 1s } }")).toMatchObject({
    messageShare: 0.2,
    workMs: 1000,
  });
});

test.each([
  ["{ queue: { consumers: 0 } }", /consumers: must be at least 1/],
  ["{ queue: { consumers: 5000 } }", /consumers: must be at most 1000/],
  ["{ queue: { maxWaiting: 1e9 } }", /maxWaiting: must be at most 1,000,000/],
])("%s is refused", (stores, expected) => {
  const parsed = parse(stores);
  expect(parsed.ok ? "" : parsed.problems.map(formatProblem).join("\n")).toMatch(expected);
});
