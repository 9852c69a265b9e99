import { describe, expect, test } from "vitest";
import { parseScenario } from "../../src/scenario/parse.ts";
import { liftUncertain } from "../../src/scenario/uncertain.ts";

const parse = (text: string) => {
  const parsed = parseScenario(text, { file: "s.yaml" });
  if (!parsed.ok)
    throw new Error(parsed.problems.map(({ path, message }) => `${path}: ${message}`).join("\n"));
  return parsed.scenario;
};

describe("a number written as low, likely, high", () => {
  test("counts as the likely one, and is named under growth.uncertain", () => {
    const scenario = parse(`name: unsure
workload: { requestsPerUserPerDay: { low: 5, likely: 10, high: 30 }, peakFactor: 5 }
services: { old: { mock: { serviceTime: { low: 10ms, likely: 20ms, high: 50ms } } } }
`);
    expect(scenario.workload.requestsPerUserPerDay).toBe(10);
    expect(scenario.services.old.mock?.serviceTime).toBe(20);
    expect(scenario.growth.uncertain).toEqual({
      "workload.requestsPerUserPerDay": { low: 5, likely: 10, high: 30 },
      "services.old.mock.serviceTime": { low: "10ms", likely: "20ms", high: "50ms" },
    });
  });

  test("leaves a daily rate alone, which has a low and a high, too", () => {
    const scenario = parse("name: day\nworkload: { ratePerSecond: { daily: { low: 1/s, high: 9/s } } }\n");
    expect(scenario.growth.uncertain).toEqual({});
  });

  test("gives way to what growth.uncertain says itself", () => {
    const lifted = liftUncertain({
      users: { low: 1, likely: 2, high: 3 },
      growth: { uncertain: { users: { low: 0, likely: 2, high: 9 } } },
    });
    expect(lifted).toEqual({ users: 2, growth: { uncertain: { users: { low: 0, likely: 2, high: 9 } } } });
  });

  test("is checked where it stands", () => {
    expect(() =>
      parse("name: bad\nusers: { low: 1, likely: none, high: 3 }\nworkload: { thinkTime: 1s }\n"),
    ).toThrow(/^users: /);
  });

  test.each([undefined, null, 3, "text", []])("is nothing in %j", (value) => {
    expect(liftUncertain(value)).toBe(value);
  });
});
