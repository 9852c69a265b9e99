import { describe, expect } from "vitest";
import { growthTable } from "../../../src/model/growth.ts";
import { modelInputs } from "../../../src/model/inputs.ts";
import { lruHitRatio } from "../../../src/model/queueing/cache.ts";
import { batchesOfTwoInSystem, forkJoinOfTwo } from "../../../src/model/queueing/fork-join.ts";
import { mmcResponseExceeds, mmcWaitExceeds } from "../../../src/model/queueing/mmc.ts";
import { mvaExact } from "../../../src/model/queueing/mva.ts";
import { openNetwork } from "../../../src/model/queueing/open-network.ts";
import { serviceLaw } from "../../../src/model/queueing/service-law.ts";
import { fitUsl } from "../../../src/model/queueing/usl.ts";
import { serversForLatency } from "../../../src/model/sizing/slots.ts";
import { planText } from "../../scenario/scenario-text.ts";
import { planOf } from "../plans.ts";
import { reference } from "./reference.ts";
import { listsOf, numbersOf, rowsOf } from "./reference-cases.ts";

describe("sizing", () => {
  const exponential = serviceLaw({ law: "exponential", meanMs: 20 });
  reference("size-1000-20ms-response", (agree) => {
    const { expected } = numbersOf("size-1000-20ms-response");
    const count = serversForLatency({ ratePerMs: 1, service: exponential, slots: 1, balancing: "pooled" }, [
      { of: "response", quantile: 0.99, limitMs: 100 },
    ]);
    expect(count).toEqual({ servers: expected["servers"] });
    agree(mmcResponseExceeds({ rate: 1, serviceTime: 20, servers: 23 }, 100), expected["violation"]);
    agree(
      mmcResponseExceeds({ rate: 1, serviceTime: 20, servers: 22 }, 100),
      expected["violationWithOneFewer"],
    );
  });
  reference("size-10000-20ms-wait", (agree) => {
    const { expected } = numbersOf("size-10000-20ms-wait");
    const count = serversForLatency({ ratePerMs: 10, service: exponential, slots: 1, balancing: "pooled" }, [
      { of: "wait", quantile: 0.99, limitMs: 10 },
    ]);
    expect(count).toEqual({ servers: expected["servers"] });
    agree(mmcWaitExceeds({ rate: 10, serviceTime: 20, servers: 208 }, 10), expected["violation"]);
    agree(mmcWaitExceeds({ rate: 10, serviceTime: 20, servers: 207 }, 10), expected["violationWithOneFewer"]);
  });
  reference("size-random-split", () => {
    const { expected } = numbersOf("size-random-split");
    const count = serversForLatency({ ratePerMs: 1, service: exponential, slots: 1, balancing: "random" }, [
      { of: "response", quantile: 0.99, limitMs: 100 },
    ]);
    expect(count).toEqual({ servers: expected["servers"] });
  });
});

describe("networks", () => {
  reference("mva-jain", (agree) => {
    const stations = [2, 3, 1].map((demand, index) => ({
      name: `s${index}`,
      demand,
      kind: "queue" as const,
    }));
    const { input, expected } = listsOf("mva-jain");
    for (const [row, population] of (input["population"] ?? []).entries()) {
      const answer = mvaExact({ stations, thinkTime: 4, population });
      agree(answer.response, expected["response"]?.[row]);
      agree(answer.throughput, expected["throughput"]?.[row]);
    }
  });
  reference("open-lazowska", (agree) => {
    const { expected } = numbersOf("open-lazowska");
    const { input } = listsOf("open-lazowska");
    const stations = (input["visits"] ?? []).map((visits, index) => ({
      name: `s${index}`,
      visits,
      serviceTime: input["serviceTimes"]?.[index] ?? 0,
      servers: 1,
    }));
    const answer = openNetwork(0.3, stations);
    agree(answer.stations[0]?.utilisation, expected["utilisation1"]);
    agree(answer.stations[0]?.throughput, expected["throughput1"]);
    agree(answer.stations[0]?.meanInSystem, expected["queue1"]);
    agree(answer.response, expected["totalResponse"]);
  });
  reference("fork-join-2", (agree) => {
    for (const { input, expected } of rowsOf("fork-join-2")) {
      agree(forkJoinOfTwo(input["utilisation"] ?? 0, 1), expected["meanResponse"]);
    }
  });
  reference("batch-of-two", (agree) => {
    for (const { input, expected } of rowsOf("batch-of-two")) {
      agree(batchesOfTwoInSystem(input["utilisation"] ?? 0), expected["meanInSystem"]);
    }
  });
});

describe("caches", () => {
  for (const id of ["che-zipf", "che-uniform"]) {
    reference(id, (agree) => {
      for (const { input, expected } of rowsOf(id)) {
        const popularity = { items: input["items"] ?? 1, zipfExponent: input["zipfExponent"] ?? 0 };
        agree(lruHitRatio(popularity, input["cacheItems"] ?? 0), expected["hitRatio"]);
      }
    });
  }
});

describe("the universal scalability law", () => {
  for (const id of ["usl-specsdm91", "usl-synthetic", "usl-raytracer-all"]) {
    reference(id, (agree) => {
      const { input } = listsOf(id);
      const { expected } = numbersOf(id);
      const extra = (input["extra"] ?? []) as unknown as readonly (readonly [number, number])[];
      const points = [
        ...(input["load"] ?? []).map((load, row) => [load, input["throughput"]?.[row] ?? 0] as const),
        ...extra,
      ].map(([load, throughput]) => ({ load, throughput }));
      const fit: Record<string, unknown> = fitUsl(points);
      const relative = id === "usl-synthetic" ? 0.02 : 1e-4;
      for (const [name, value] of Object.entries(expected)) agree(fit[name] as number, value, relative);
    });
  }
});

describe("growth", () => {
  reference("growth-connections", () => {
    const { input, expected } = listsOf("growth-connections");
    const { entries } = growthTable(modelInputs(planOf("growth-parallel-running")), input["users"] ?? []);
    expect(entries.map(({ point }) => point.servers.total)).toEqual(expected["servers"]);
  });
  reference("growth-qps", (agree) => {
    const { expected } = numbersOf("growth-qps");
    const { entries } = growthTable(modelInputs(planOf("growth-parallel-running")), [1_000_000]);
    agree(entries[0]?.point.load.averagePerSecond, expected["averageQps"]);
    agree(entries[0]?.point.load.peakPerSecond, expected["peakQps"]);
  });
  reference("growth-bandwidth", (agree) => {
    const { expected } = numbersOf("growth-bandwidth");
    const plan = planText(
      "name: each\nusers: 1_000_000\nworkload: { ratePerSecond: 1_000_000/s }\ncapacity: { bytesPerRequest: 100KB }\n",
    );
    const { entries } = growthTable(modelInputs(plan), [1_000_000]);
    agree(entries[0]?.point.bandwidthBytesPerSecond, expected["bytesPerSecond"]);
  });
  reference("db-10x", (agree) => {
    const { expected } = numbersOf("db-10x");
    const plan = planText(
      "name: tenfold\nusers: 1_000\nworkload: { ratePerSecond: 1_000/s }\n" +
        "stores: { database: { limitQps: 1000, reads: 0.9, writes: 10% }, cache: { hitRatio: 90% } }\n",
    );
    const { entries } = growthTable(modelInputs(plan), [10_000]);
    agree(entries[0]?.point.stores?.reads, expected["readsReachingDatabase"]);
    agree(entries[0]?.point.stores?.writes, expected["writes"]);
    expect(entries[0]?.point.database?.shards).toBe(2);
  });
});
