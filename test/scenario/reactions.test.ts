import { describe, expect, test } from "vitest";
import { checkBuilt } from "../../src/measure/not-built.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { planScenario } from "../../src/scenario/plan.ts";

const read = (text: string) =>
  parseScenario(`name: reactions\nworkload: { ratePerSecond: 10${text}`, {
    file: "reactions.yaml",
    overrides: [],
  });

function planOf(text: string) {
  const parsed = read(text);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return planScenario(parsed.scenario);
}

const messages = (text: string) => {
  const parsed = read(text);
  return parsed.ok ? [] : parsed.problems.map(({ path, message }) => `${path} ${message}`);
};

const scaled = (autoscaler: string, mock = "cpuPerRequest: 1ms") =>
  ` }\nservices: { new: { mock: { ${mock} }, autoscaler: { ${autoscaler} } } }`;

describe("a scenario's retries and autoscaler", () => {
  test("are absent from the plan where nobody asks for them", () => {
    const plan = planOf(" }");
    expect("retries" in plan).toBe(false);
    expect("autoscaler" in plan.services.new).toBe(false);
  });

  test("have the defaults of their fields", () => {
    expect(planOf(", retries: { budget: {} } }").retries).toEqual({
      times: 2,
      methods: ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"],
      attemptTimeoutMs: undefined,
      backoffMs: 100,
      maxBackoffMs: 10_000,
      jitter: "full",
      budget: { share: 0.2, burst: 10 },
    });
    expect(planOf(scaled("maxReplicas: 5")).services.new.autoscaler).toEqual({
      minReplicas: 1,
      maxReplicas: 5,
      metric: "cpu",
      targetUtilisation: 0.7,
      tolerance: 0.1,
      intervalMs: 15_000,
      metricLagMs: 0,
      startUpLagMs: 30_000,
      scaleDownStabilisationMs: 300_000,
    });
  });

  test.each([
    [", retries: { times: 3 } }\ncapacity: { retries: 2 }", /capacity\.retries differs/],
    [scaled("minReplicas: 6, maxReplicas: 5"), /minReplicas is above maxReplicas/],
    [scaled("maxReplicas: 2", "cpuPerRequest: 1ms, replicas: 3"), /maxReplicas is below mock\.replicas/],
    [scaled("maxReplicas: 2", "replicas: 1"), /metric is cpu, which nothing here uses/],
    [scaled("maxReplicas: 2000"), /at most 1000/],
  ])("is refused with its place: %#", (text, expected) => {
    expect(messages(text).join("\n")).toMatch(expected);
  });

  test("are refused by a real run, by name, where it does not follow them", () => {
    expect(() => checkBuilt(planOf(", retries: {} }"))).not.toThrow();
    const probed = planOf(", retries: {} }\nrun: { engine: autocannon }");
    expect(() => checkBuilt(probed)).toThrow(/autocannon with workload\.retries/);
    expect(() => checkBuilt(planOf(scaled("maxReplicas: 5")))).toThrow(/services\.new\.autoscaler/);
  });
});
