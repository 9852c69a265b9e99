import { expect, test } from "vitest";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { planScenario } from "../../src/scenario/plan.ts";

function parse(text: string) {
  return parseScenario(`name: p\nworkload: { ratePerSecond: 1/s }\n${text}\n`, { file: "s.yaml" });
}

test("a second service has the share of the first and passes nothing on, unless the scenario says so", () => {
  const secondOf = (text: string) => {
    const parsed = parse(text);
    return parsed.ok ? planScenario(parsed.scenario).secondService : undefined;
  };
  expect(secondOf("split: { new: 30% }")).toBeUndefined();
  expect(secondOf("services: { second: {} }\nsplit: { new: 30% }")).toMatchObject({
    newPerMillion: 300_000,
    passOn: [],
    deadlineMs: 1000,
    maxInFlight: 64,
  });
  expect(secondOf("services: { second: { new: 5%, passOn: [X-User-Id] } }")).toMatchObject({
    newPerMillion: 50_000,
    passOn: ["x-user-id"],
  });
});

test.each([
  [
    "services: { old: { url: http://127.0.0.1:1 }, second: {} }",
    /services\.second.*services\.old is a real service/,
  ],
  ["services: { second: {} }\nrollout: { steps: [{ new: 10%, hold: 5s }] }", /remove the ramp/],
  ["services: { second: {} }\nsplit: { source: { file: x.json } }", /remove the ramp or the source/],
  ["services: { second: { passOn: [a b] } }", /is not a header name/],
])("%s is refused", (text, expected) => {
  const parsed = parse(text);
  expect(parsed.ok ? "" : parsed.problems.map(formatProblem).join("\n")).toMatch(expected);
});
