import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { serviceLaw } from "../../../src/model/queueing/service-law.ts";
import type { LoadBalancing } from "../../../src/model/sizing/balancing.ts";
import {
  exceeds,
  largestRatePerMs,
  poolResponseQuantileMs,
  type SlotDemand,
  serversForLatency,
} from "../../../src/model/sizing/slots.ts";
import { simulateLeastConnections } from "./least-connections.ts";

const exponential = serviceLaw({ law: "exponential", meanMs: 20 });
const p99 = { of: "response", quantile: 0.99, limitMs: 100 } as const;

function check(demand: Partial<SlotDemand>, expected: number): void {
  const whole = { ratePerMs: 1, service: exponential, slots: 1, balancing: "pooled", ...demand } as const;
  expect(serversForLatency(whole, [p99])).toEqual({ servers: expected });
}

describe("servers for a percentile", () => {
  test("depend most on how requests find them", () => {
    check({ balancing: "pooled" }, 23);
    check({ balancing: "leastConnections" }, 27);
    check({ balancing: "roundRobin" }, 49);
    check({ balancing: "powerOfTwo" }, 65);
    check({ balancing: "random" }, 254);
  });

  test("with many slots each are about the pool's, however they are found", () => {
    for (const balancing of ["pooled", "random", "roundRobin", "leastConnections", "powerOfTwo"] as const) {
      const count = serversForLatency({ ratePerMs: 64, service: exponential, slots: 64, balancing }, [p99]);
      expect("servers" in count && count.servers).toBe(21);
    }
  });

  test("a hundred million users need 2,899 slots by the percentile alone", () => {
    const service = serviceLaw({ law: "exponential", meanMs: 50 });
    const demand = { ratePerMs: 57.870_370_37, service, slots: 1, balancing: "pooled" } as const;
    const count = serversForLatency(demand, [{ of: "wait", quantile: 0.99, limitMs: 50 }]);
    expect(count).toEqual({ servers: 2899 });
  });

  test("are impossible where the service alone is too slow", () => {
    const demand = { ratePerMs: 0.001, service: exponential, slots: 64, balancing: "pooled" } as const;
    expect(serversForLatency(demand, [{ ...p99, limitMs: 90 }])).toEqual({
      impossible: expect.stringMatching(/^no number of servers is enough, because 1\.11 % of the requests/),
    });
  });

  test("are the fewest: one fewer misses the target, and the count keeps it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom<LoadBalancing>("pooled", "random", "roundRobin", "leastConnections", "powerOfTwo"),
        fc.double({ min: 0.01, max: 200, noNaN: true }),
        fc.constantFrom(1, 4, 64),
        fc.constantFrom(0.5, 1, 4),
        (balancing, ratePerMs, slots, shape) => {
          const service = serviceLaw({ law: "gamma", meanMs: 10, shape });
          const demand = { ratePerMs, service, slots, balancing };
          const count = serversForLatency(demand, [p99]);
          if ("impossible" in count) throw new Error(count.impossible);
          const { servers } = count;
          expect(exceeds({ ...demand, servers }, p99)).toBeLessThanOrEqual(0.01 * (1 + 1e-6));
          if (servers > 1)
            expect(exceeds({ ...demand, servers: servers - 1 }, p99)).toBeGreaterThan(0.01 * (1 - 1e-6));
        },
      ),
      { numRuns: 80 },
    );
  });

  test("carry at most the rate at which the percentile is just kept", () => {
    const pool = { service: exponential, slots: 8, balancing: "leastConnections", servers: 5 } as const;
    const ratePerMs = largestRatePerMs(pool, [p99]);
    expect(poolResponseQuantileMs({ ...pool, ratePerMs }, 0.99)).toBeCloseTo(100, 3);
  });
});

describe("least connections", () => {
  test.each([
    [5, 1, 0.7],
    [20, 1, 0.85],
    [5, 2, 0.85],
    [10, 4, 0.9],
    [4, 16, 0.95],
  ])(
    "%d servers with %d slots at %d have the p99 of a simulated pool, within a sixth",
    (servers, slots, utilisation) => {
      const simulated = simulateLeastConnections({ utilisation, servers, slots, requests: 150_000 });
      const service = serviceLaw({ law: "exponential", meanMs: 1 });
      const ratePerMs = utilisation * servers * slots;
      const modelled = poolResponseQuantileMs(
        { ratePerMs, service, servers, slots, balancing: "leastConnections" },
        0.99,
      );
      const measured = simulated[Math.floor(0.99 * simulated.length)] ?? 0;
      expect(Math.abs(modelled / measured - 1)).toBeLessThan(1 / 6);
    },
  );
});
