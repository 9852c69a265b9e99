import { afterAll, describe, expect, test } from "vitest";
import { growthTable } from "../../../src/model/growth.ts";
import { modelInputs } from "../../../src/model/inputs.ts";
import { lruHitRatio } from "../../../src/model/queueing/cache.ts";
import { erlangB, erlangC } from "../../../src/model/queueing/erlang.ts";
import { finitePopulation } from "../../../src/model/queueing/finite-population.ts";
import { batchesOfTwoInSystem, forkJoinOfTwo } from "../../../src/model/queueing/fork-join.ts";
import { mdcMeanWait } from "../../../src/model/queueing/mdc.ts";
import {
  dm1MeanWait,
  md1WaitQuantile,
  mg1MeanWait,
  mh21WaitQuantile,
} from "../../../src/model/queueing/mg1.ts";
import { mdcMeanWaitCosmetatos, mgcMeanWait } from "../../../src/model/queueing/mgc.ts";
import {
  mmc,
  mmcEmptyProbability,
  mmcResponseExceeds,
  mmcResponseQuantile,
  mmcWaitExceeds,
  mmcWaitQuantile,
} from "../../../src/model/queueing/mmc.ts";
import { mmck } from "../../../src/model/queueing/mmck.ts";
import { mvaExact } from "../../../src/model/queueing/mva.ts";
import { openNetwork } from "../../../src/model/queueing/open-network.ts";
import { powerOfChoicesResponse } from "../../../src/model/queueing/power-of-two.ts";
import { serviceLaw } from "../../../src/model/queueing/service-law.ts";
import { squareRootDelay } from "../../../src/model/queueing/staffing.ts";
import { fitUsl } from "../../../src/model/queueing/usl.ts";
import { serversForLatency } from "../../../src/model/sizing/slots.ts";
import { planOf, planText } from "../plans.ts";
import { caseIds, listsOf, numbersOf, rowsOf } from "./reference-cases.ts";

const tested = new Set<string>();
afterAll(() => expect([...tested].sort()).toEqual([...caseIds].sort()));

/** Registers a case and compares to the digits that it gives; the relative error may be stated instead. */
function reference(id: string, body: (agree: typeof agrees) => void): void {
  tested.add(id);
  test(id, () => body(agrees));
}

/** Half of the last digit printed is allowed, too, where a case gives fewer than nine. */
function agrees(actual: number | undefined, expected: number | undefined, relative = 1e-6): void {
  if (actual === undefined || expected === undefined) throw new Error("the case lacks a number");
  const digits = String(expected).replace(/e.*$/, "");
  const decimals = digits.split(".")[1]?.length ?? 0;
  const isRounded = digits.replace(/\D/g, "").length < 9 && decimals > 0;
  const allowed = Math.max(relative * Math.abs(expected), isRounded ? 0.5000001 * 10 ** -decimals : 0);
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(allowed);
}

describe("Erlang", () => {
  for (const id of ["erlang-b-10", "erlang-b-large"]) {
    reference(id, (agree) => {
      for (const { input, expected } of rowsOf(id)) {
        agree(erlangB(input["servers"] ?? 0, input["erlangs"] ?? 0), expected["blocking"], 1e-9);
      }
    });
  }
  reference("erlang-c-large", (agree) => {
    for (const { input, expected } of rowsOf("erlang-c-large")) {
      agree(erlangC(input["servers"] ?? 0, input["erlangs"] ?? 0), expected["waitProbability"], 1e-9);
    }
  });
});

describe("M/M/c", () => {
  reference("erlang-c-callcentre-55", (agree) => {
    const { expected } = numbersOf("erlang-c-callcentre-55");
    const queue = { rate: 0.2, serviceTime: 240, servers: 55 };
    agree(mmc(queue).waitProbability, expected["waitProbability"]);
    agree(mmc(queue).meanWait, expected["meanWaitS"]);
    agree(1 - mmcWaitExceeds(queue, 15), expected["serviceLevelWithin15S"]);
  });
  reference("erlang-c-10-14", (agree) => {
    const { expected } = numbersOf("erlang-c-10-14");
    const queue = { rate: 10 / 180, serviceTime: 180, servers: 14 };
    agree(mmc(queue).waitProbability, expected["waitProbability"]);
    agree(1 - mmcWaitExceeds(queue, 20), expected["serviceLevelWithin20S"]);
    agree(mmc(queue).meanWait, expected["meanWaitS"]);
  });
  for (const id of ["mm2-9-5", "mm4-9-5", "mm2-20-30"]) {
    reference(id, (agree) => {
      const { input, expected } = numbersOf(id);
      const serviceTime = 1 / (input["serviceRate"] ?? 1);
      const queue = { rate: input["arrivalRate"] ?? 0, serviceTime, servers: input["servers"] ?? 1 };
      const answer = mmc(queue);
      agree(answer.meanQueueLength, expected["meanQueueLength"]);
      agree(answer.meanResponse, expected["meanResponse"]);
      if (id !== "mm2-20-30") return;
      agree(answer.meanInSystem, expected["meanInSystem"]);
      agree(mmcEmptyProbability(queue), expected["emptyProbability"]);
    });
  }
  reference("mm1-wait-tail", (agree) => {
    for (const { input, expected } of rowsOf("mm1-wait-tail")) {
      agree(
        mmcWaitExceeds({ rate: 2, serviceTime: 1 / 3, servers: 1 }, input["t"] ?? 0),
        expected["waitExceeds"],
      );
    }
  });
  reference("mm3-ciw", (agree) => {
    const { expected } = numbersOf("mm3-ciw");
    const answer = mmc({ rate: 0.2, serviceTime: 10, servers: 3 });
    agree(answer.waitProbability, expected["waitProbability"]);
    agree(answer.meanWait, expected["meanWait"]);
  });
  for (const id of ["mm1-0.8", "mm10-0.9", "mm4-0.7"]) {
    reference(id, (agree) => {
      const { input, expected } = numbersOf(id);
      const servers = input["servers"] ?? 1;
      const queue = { rate: (input["utilisation"] ?? 0) * servers, serviceTime: 1, servers };
      const answers: Record<string, number> = {
        waitProbability: mmc(queue).waitProbability,
        meanWait: mmc(queue).meanWait,
        waitP99: mmcWaitQuantile(queue, 0.99),
        responseP50: mmcResponseQuantile(queue, 0.5),
        responseP95: mmcResponseQuantile(queue, 0.95),
        responseP99: mmcResponseQuantile(queue, 0.99),
        responseP999: mmcResponseQuantile(queue, 0.999),
      };
      for (const [name, value] of Object.entries(expected)) agree(answers[name], value);
    });
  }
  reference("mmc-degenerate", (agree) => {
    const { expected } = numbersOf("mmc-degenerate");
    const queue = { rate: 1, serviceTime: 20, servers: 21 };
    agree(mmc(queue).waitProbability, expected["waitProbability"]);
    agree(mmcResponseExceeds(queue, 200), expected["responseExceeds"]);
  });
  reference("halfin-whitt", (agree) => {
    for (const { input, expected } of rowsOf("halfin-whitt")) {
      agree(squareRootDelay(input["beta"] ?? 0), expected["delayProbability"]);
    }
  });
});

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

describe("queues with limits", () => {
  reference("mm3-7", (agree) => {
    const { expected } = numbersOf("mm3-7");
    const answer = mmck({ rate: 40, serviceTime: 1 / 30, servers: 3, capacity: 7 });
    agree(answer.emptyProbability, expected["emptyProbability"]);
    agree(answer.meanResponse, expected["meanResponse"]);
  });
  reference("mm4-6", (agree) => {
    const answer = mmck({ rate: 50, serviceTime: 1 / 10, servers: 4, capacity: 6 });
    agree(answer.blocking, numbersOf("mm4-6").expected["blocking"]);
  });
  reference("mm1-10", (agree) => {
    const { expected } = numbersOf("mm1-10");
    const answer = mmck({ rate: 0.9, serviceTime: 1, servers: 1, capacity: 10 });
    agree(answer.blocking, expected["blocking"]);
    agree(answer.meanInSystem, expected["meanInSystem"]);
  });
  for (const id of ["finite-population-100", "finite-population-400"]) {
    reference(id, (agree) => {
      const { input, expected } = numbersOf(id);
      const answer: Record<string, number> = finitePopulation({
        population: input["population"] ?? 1,
        thinkTime: input["thinkTime"] ?? 0,
        serviceTime: input["serviceTime"] ?? 1,
        servers: input["servers"] ?? 1,
      });
      for (const [name, value] of Object.entries(expected)) agree(answer[name], value);
    });
  }
});

describe("general service times", () => {
  reference("md1", (agree) => {
    for (const { input, expected } of rowsOf("md1")) {
      const queue = { rate: input["utilisation"] ?? 0, serviceTime: 1 };
      agree(mg1MeanWait({ ...queue, scv: 0 }), expected["meanWait"]);
      agree(md1WaitQuantile(queue, 0.9), expected["waitP90"]);
      agree(md1WaitQuantile(queue, 0.99), expected["waitP99"]);
    }
  });
  reference("mh2-1", (agree) => {
    for (const { input, expected } of rowsOf("mh2-1")) {
      const queue = { rate: input["utilisation"] ?? 0, serviceTime: 1, scv: input["scv"] ?? 1 };
      agree(mg1MeanWait(queue), expected["meanWait"]);
      agree(mh21WaitQuantile(queue, 0.99), expected["waitP99"]);
    }
  });
  reference("mdc", (agree) => {
    for (const { input, expected } of rowsOf("mdc")) {
      const servers = input["servers"] ?? 1;
      const queue = { rate: 0.8 * servers, serviceTime: 1, servers };
      agree(mdcMeanWait(queue), expected["meanWait"]);
      agree(mdcMeanWaitCosmetatos(queue), expected["meanWait"], 0.01);
    }
  });
  reference("mh2-2", (agree) => {
    // Kimura's approximation, 0.3 % low here; Allen–Cunneen would be 3.7 % high.
    const { expected } = numbersOf("mh2-2");
    agree(mgcMeanWait({ rate: 1.6, serviceTime: 1, servers: 2, scv: 4 }), expected["meanWait"], 0.004);
  });
  reference("dm1", (agree) => {
    for (const { input, expected } of rowsOf("dm1")) {
      agree(dm1MeanWait({ rate: input["utilisation"] ?? 0, serviceTime: 1 }), expected["meanWait"]);
    }
  });
  reference("power-of-two", (agree) => {
    for (const { input, expected } of rowsOf("power-of-two")) {
      agree(powerOfChoicesResponse(input["utilisation"] ?? 0), expected["meanResponse"]);
    }
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
