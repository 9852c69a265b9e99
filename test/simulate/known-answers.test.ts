import { describe, expect, test } from "vitest";
import type { RunPlan } from "../../src/scenario/plan.ts";
import type { ReplicationData } from "../../src/simulate/engine/replication-data.ts";
import { interval99, meanOf, partOf, replicate, stationPlan } from "./plans.ts";
import { published } from "./reference-figures.ts";

const replications = 10;
/** The mean service time of every station here, so that results in service times are in units of ten ms. */
const serviceMs = 10;
const exponential = { serviceTime: `{ exponential: { mean: ${serviceMs}ms } }` };
const cpuOnly = { slots: 1000, ratePerSecond: 80, durationS: 600, warmUpS: 20, serviceTime: "0ms" };
const meanResponse = (data: ReplicationData) => meanOf(partOf(data, "roundTrip")) / serviceMs;

describe("other disciplines have their known answers", () => {
  test("shared cores give every request 1 / (1 − utilisation) times its demand, whatever the law", () => {
    const plan = stationPlan(cpuOnly);
    const mock = { ...plan, services: withCpu(plan.services, serviceMs) };
    const data = replicate(mock, replications, { cpu: "shared" });
    const { low, high } = interval99(data, meanResponse);
    expect([low <= 5, high >= 5], `5 in [${low}, ${high}]`).toEqual([true, true]);
  });

  test("a core that takes requests in turn makes an M/D/1 line of CPU demands", () => {
    const plan = stationPlan(cpuOnly);
    const data = replicate({ ...plan, services: withCpu(plan.services, serviceMs) }, replications);
    const { low, high } = interval99(data, meanResponse);
    expect([low <= 3, high >= 3], `3 in [${low}, ${high}]`).toEqual([true, true]);
  });

  test.each([...[0.5, 0.7, 0.9].entries()])(
    "two choices come within three percent of their mean field with two hundred servers: %d, at %d",
    (index, utilisation) => {
      const ratePerSecond = 20_000 * utilisation;
      const plan = stationPlan({
        ...exponential,
        slots: 1,
        replicas: 200,
        ratePerSecond,
        durationS: 8,
        warmUpS: 2,
      });
      const { mean } = interval99(replicate(plan, 3, { loadBalancing: "powerOfTwo" }), meanResponse);
      const ratio = mean / published(`power-of-two meanResponse ${index}`);
      expect(ratio).toBeGreaterThan(0.97);
      expect(ratio).toBeLessThan(1.03);
    },
  );

  test("the policies rank as theory says: pooled, least connections, two choices, in turn, random", () => {
    const plan = stationPlan({
      ...exponential,
      slots: 1,
      replicas: 10,
      ratePerSecond: 850,
      durationS: 60,
      warmUpS: 5,
    });
    const order = (["pooled", "leastConnections", "powerOfTwo", "roundRobin", "random"] as const).map(
      (loadBalancing) => interval99(replicate(plan, 3, { loadBalancing }), meanResponse).mean,
    );
    expect(order).toEqual(order.toSorted((left, right) => left - right));
  });
});

type Services = RunPlan["services"];

function withCpu(services: Services, cpuPerRequestMs: number): Services {
  const { target } = services.old;
  if (target.kind !== "mock") throw new Error("old is a mock here");
  return {
    ...services,
    old: { ...services.old, target: { ...target, mock: { ...target.mock, cpuPerRequestMs } } },
  };
}
