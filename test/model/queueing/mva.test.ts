import { describe, expect, test } from "vitest";
import { mvaApproximate, mvaBounds, mvaExact } from "../../../src/model/queueing/mva.ts";
import { near } from "./near.ts";

describe("closed networks", () => {
  const stations = [
    { name: "web", demand: 0.03, kind: "queue", servers: 4 },
    { name: "database", demand: 0.02, kind: "queue" },
    { name: "network", demand: 0.05, kind: "delay" },
  ] as const;

  test("never exceed their bounds, and the approximation is within 5 % of exact", () => {
    for (const population of [1, 5, 20, 100, 500]) {
      const network = { stations, thinkTime: 1, population };
      const exact = mvaExact(network);
      const bounds = mvaBounds(network);
      expect(exact.throughput).toBeLessThanOrEqual(bounds.throughput * (1 + 1e-12));
      expect(exact.response).toBeGreaterThanOrEqual(bounds.response * (1 - 1e-12));
      near(mvaApproximate(network).throughput, exact.throughput, 0.05);
      near(
        exact.queueLengths.reduce((sum, length) => sum + length, 0) + exact.throughput * 1,
        population,
        1e-9,
      );
    }
  });
});
