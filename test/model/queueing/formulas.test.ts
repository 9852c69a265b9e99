import fc from "fast-check";
import { mean, variance } from "simple-statistics";
import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { lruHitRatio, ttlHitRatio, ttlHitRatioUnderSplit } from "../../../src/model/queueing/cache.ts";
import { erlangB, erlangC, serversForBlocking, smallestWhole } from "../../../src/model/queueing/erlang.ts";
import { finitePopulation } from "../../../src/model/queueing/finite-population.ts";
import { mdcMeanWait } from "../../../src/model/queueing/mdc.ts";
import { dm1MeanWait, md1WaitExceeds } from "../../../src/model/queueing/mg1.ts";
import {
  allenCunneen,
  ggcMeanWait,
  mdcMeanWaitCosmetatos,
  mgcMeanWait,
} from "../../../src/model/queueing/mgc.ts";
import { mmc, mmcResponseExceeds } from "../../../src/model/queueing/mmc.ts";
import { mvaApproximate, mvaBounds, mvaExact } from "../../../src/model/queueing/mva.ts";
import { departureScv, splitScv } from "../../../src/model/queueing/open-network.ts";
import { powerOfChoicesResponse, powerOfTwoFound } from "../../../src/model/queueing/power-of-two.ts";
import { processorSharingResponseOf } from "../../../src/model/queueing/processor-sharing.ts";
import { attemptsPerRequest, hysteresis, retryFixedPoint } from "../../../src/model/queueing/retries.ts";
import {
  responseExceeds,
  serviceExceeds,
  serviceLaw,
  shiftedLaw,
} from "../../../src/model/queueing/service-law.ts";
import { betaForDelay, squareRootDelay, squareRootServers } from "../../../src/model/queueing/staffing.ts";
import { fitUsl, isBeyondMeasured, uslThroughput } from "../../../src/model/queueing/usl.ts";

/** The textbook recursion, term by term. */
function erlangBByRecursion(servers: number, erlangs: number): number {
  let blocking = 1;
  for (let count = 1; count <= servers; count++)
    blocking = (erlangs * blocking) / (count + erlangs * blocking);
  return blocking;
}

const near = (actual: number, expected: number, relative = 1e-9) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.abs(expected));

describe("Erlang", () => {
  test("agrees with the textbook recursion everywhere", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0.01, max: 3000, noNaN: true }),
        (servers, erlangs) => {
          const expected = erlangBByRecursion(servers, erlangs);
          if (expected > 1e-280) near(erlangB(servers, erlangs), expected, 1e-11);
        },
      ),
    );
  });

  test("stays right to nine digits at a million servers", () => {
    near(erlangB(1_000_000, 999_000), erlangBByRecursion(1_000_000, 999_000), 1e-9);
    near(erlangB(100_000, 100_500), erlangBByRecursion(100_000, 100_500), 1e-9);
  });

  test("is 0 and not NaN where nobody is ever turned away", () => {
    expect(erlangB(5, 0)).toBe(0);
    expect(erlangB(0, 3)).toBe(1);
    expect(erlangB(1_000_000, 1000)).toBe(0);
    expect(erlangC(1_000_000, 1000)).toBe(0);
  });

  test("finds the fewest servers for a share turned away", () => {
    const servers = serversForBlocking(10, 0.01);
    expect(erlangB(servers, 10)).toBeLessThanOrEqual(0.01);
    expect(erlangB(servers - 1, 10)).toBeGreaterThan(0.01);
  });

  test("searches for the smallest number that holds", () => {
    expect([1, 7, 1000].map((limit) => smallestWhole(1, (count) => count >= limit))).toEqual([1, 7, 1000]);
    expect(smallestWhole(1, () => false)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("M/M/c", () => {
  test("has no jump where c − A passes 1", () => {
    const at = (erlangs: number) => mmcResponseExceeds({ rate: erlangs, serviceTime: 1, servers: 21 }, 10);
    near(at(20 - 1e-10), at(20), 1e-6);
    near(at(20 + 1e-10), at(20), 1e-6);
  });

  test("agrees with Little's law", () => {
    const answer = mmc({ rate: 9, serviceTime: 0.2, servers: 3 });
    near(answer.meanInSystem, 9 * answer.meanResponse);
  });
});

describe("finite populations", () => {
  test("of a hundred million users near saturation", () => {
    const answer = finitePopulation({ population: 1e8, thinkTime: 100, serviceTime: 0.01, servers: 9990 });
    near(answer.throughput, 9990 / 0.01, 1e-3);
    near(answer.meanInSystem + answer.throughput * 100, 1e8, 1e-6);
  });

  test("meet the open queue when users are many and ask rarely", () => {
    const closed = finitePopulation({ population: 1e7, thinkTime: 1e6, serviceTime: 1, servers: 14 });
    near(closed.meanResponse, mmc({ rate: 10, serviceTime: 1, servers: 14 }).meanResponse, 1e-4);
  });
});

describe("general service times", () => {
  const cases: readonly (readonly [servers: number, utilisation: number, scv: number, exact: number])[] = [
    [2, 0.8, 4, 4.2853777],
    [10, 0.8, 4, 0.43236859],
    [10, 0.9, 4, 1.548955],
    [50, 0.9, 4, 0.14766106],
  ];
  test.each(cases)(
    "Kimura is within 2.3 %% of exact for M/H2/%d at %d, scv %d",
    (servers, utilisation, scv, exact) => {
      const queue = { rate: utilisation * servers, serviceTime: 1, servers, scv };
      near(mgcMeanWait(queue), exact, 0.023);
      expect(allenCunneen(queue) / exact).toBeGreaterThan(1.03);
    },
  );

  test("Cosmetatos is within 1 % of the exact M/D/c", () => {
    near(mdcMeanWaitCosmetatos({ rate: 45, serviceTime: 1, servers: 50 }), 0.039525887, 0.01);
    near(mdcMeanWait({ rate: 45, serviceTime: 1, servers: 50 }) ?? 0, 0.039525887, 1e-6);
  });

  test("M/D/1 waits are those of a simulated queue", () => {
    const uniform = randomStream(7, "md1");
    let wait = 0;
    let longer = 0;
    const count = 400_000;
    for (let request = 0; request < count; request++) {
      if (wait > 3) longer++;
      wait = Math.max(0, wait + 1 + Math.log(uniform()) / 0.8);
    }
    near(longer / count, md1WaitExceeds({ rate: 0.8, serviceTime: 1 }, 3), 0.06);
  });

  test("steadier arrivals wait less, D/M/1 within a fifth of exact", () => {
    const queue = { rate: 0.8, serviceTime: 1, servers: 1, scv: 1 };
    near(ggcMeanWait({ ...queue, arrivalScv: 0 }), dm1MeanWait(queue), 0.2);
    near(ggcMeanWait({ ...queue, arrivalScv: 1 }), mgcMeanWait(queue));
    expect(ggcMeanWait({ ...queue, arrivalScv: 4 })).toBeGreaterThan(mgcMeanWait(queue));
  });

  test("the binned response is the exact one for an exponential law", () => {
    const queue = { rate: 0.9, serviceTime: 20, servers: 21 };
    const { waitProbability, meanWait } = mmc(queue);
    const law = serviceLaw({ law: "gamma", meanMs: 20, shape: 1 });
    for (const time of [10, 50, 100, 150]) {
      near(
        responseExceeds(law, { waitProbability, meanWaitMs: meanWait }, time),
        mmcResponseExceeds(queue, time),
        0.02,
      );
    }
  });

  test("bins carry the mean and the tail of their law", () => {
    const law = serviceLaw({ law: "lognormal", meanMs: 20, p99Ms: 80 });
    near(serviceExceeds(law, 80), 0.01, 0.02);
    near(
      law.shares.reduce((sum, share) => sum + share, 0),
      1,
    );
    const shifted = shiftedLaw(law, 10);
    near(serviceExceeds(shifted, 90), 0.01, 0.02);
    near(shifted.scv * shifted.meanMs ** 2, law.scv * law.meanMs ** 2);
  });

  test("a request of twice the size takes twice as long where the speed is shared", () => {
    near(processorSharingResponseOf({ rate: 0.5, serviceTime: 1 }, 2), 4);
  });
});

describe("the better of two servers", () => {
  test("its fixed point has the mean of the closed form", () => {
    for (const utilisation of [0.5, 0.8, 0.95]) {
      const found = powerOfTwoFound(utilisation, 1);
      const response = found.reduce((sum, share, level) => sum + share * (level + 1), 0);
      near(response, powerOfChoicesResponse(utilisation), 1e-5);
    }
  });

  test("more slots wait more rarely at the same utilisation", () => {
    const waits = (slots: number) =>
      powerOfTwoFound(0.9 * slots, slots)
        .slice(slots)
        .reduce((sum, share) => sum + share, 0);
    expect(waits(4)).toBeLessThan(waits(1));
    expect(waits(16)).toBeLessThan(waits(4));
  });
});

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

describe("flows of an open network", () => {
  test("a thin random split is nearly Poisson, and a full one is what it was", () => {
    near(splitScv(4, 0.01), 1.03);
    expect(splitScv(4, 1)).toBe(4);
  });

  test("a busy station's departures look like its services, an idle one's like its arrivals", () => {
    expect(departureScv({ utilisation: 1, servers: 1, arrivalScv: 1, scv: 0 })).toBe(0);
    expect(departureScv({ utilisation: 0, servers: 1, arrivalScv: 3, scv: 0 })).toBe(3);
  });
});

describe("square-root staffing", () => {
  test("turns a share that waits into servers and back", () => {
    near(squareRootDelay(betaForDelay(0.05)), 0.05);
    expect(squareRootServers(2893.52, 2.375)).toBe(3022);
  });
});

describe("caches", () => {
  test("buckets of the far tail don't move the hit ratio", () => {
    const exact = (items: number, places: number) => {
      const shares = Array.from({ length: items }, (_, index) => 1 / (index + 1));
      const sum = shares.reduce((total, share) => total + share, 0);
      let low = 0;
      let high = 1e9;
      for (let step = 0; step < 90; step++) {
        const middle = (low + high) / 2;
        const kept = shares.reduce((total, share) => total - Math.expm1((-share / sum) * middle), 0);
        if (kept < places) low = middle;
        else high = middle;
      }
      return shares.reduce((total, share) => total - (share / sum) * Math.expm1((-share / sum) * high), 0);
    };
    near(lruHitRatio({ items: 120_000, zipfExponent: 1 }, 2000), exact(120_000, 2000), 1e-6);
  });

  test("answer for a hundred million items", () => {
    const ratio = lruHitRatio({ items: 1e8, zipfExponent: 0.8 }, 1e6);
    expect(ratio).toBeGreaterThan(0.2);
    expect(ratio).toBeLessThan(0.35);
    expect(lruHitRatio({ items: 10, zipfExponent: 1 }, 10)).toBe(1);
    expect(lruHitRatio({ items: 10, zipfExponent: 1 }, 0)).toBe(0);
  });

  test("with a time to live hit less when the traffic is split", () => {
    const timeToLive = { kind: "fixed", time: 10 } as const;
    near(ttlHitRatio(2, timeToLive), 20 / 21);
    near(ttlHitRatio(2, { kind: "sliding", time: 10 }), 1 - Math.exp(-20));
    expect(ttlHitRatioUnderSplit(2, timeToLive, 0.5)).toBeLessThan(ttlHitRatio(2, timeToLive));
    near(ttlHitRatioUnderSplit(2, timeToLive, 0), ttlHitRatio(2, timeToLive));
  });
});

describe("retries", () => {
  test("make 1.875 attempts when half of them fail and three retries are allowed", () => {
    expect(attemptsPerRequest(0.5, 3)).toBe(1.875);
    expect(attemptsPerRequest(1, 3)).toBe(4);
    expect(attemptsPerRequest(0, 3)).toBe(1);
  });

  /** Fails when saturated, and rarely before: a queue that loses everything once it is late. */
  const failureShare = (attempts: number) => Math.min(1, 1 / (1 + Math.exp(-(attempts - 1000) / 30)));

  test("have one answer well below capacity and two in a metastable range", () => {
    expect(retryFixedPoint({ ratePerSecond: 200, retries: 3, failureShare }).metastable).toBe(false);
    const both = retryFixedPoint({ ratePerSecond: 600, retries: 3, failureShare });
    expect(both.metastable).toBe(true);
    expect(both.calm.attemptsPerSecond).toBeLessThan(610);
    expect(both.stormy.attemptsPerSecond).toBeGreaterThan(2000);
  });

  test("report the range in which an overload stays", () => {
    const range = hysteresis({ retries: 3, failureShare }, 2000);
    expect(range?.fromPerSecond).toBeLessThan(600);
    expect(range?.toPerSecond).toBeGreaterThan(600);
    expect(
      hysteresis({ retries: 1, failureShare: (attempts) => Math.min(0.9, attempts / 1e5) }, 2000),
    ).toBeUndefined();
  });
});

describe("the universal scalability law", () => {
  const loads = [1, 2, 4, 8, 12, 16, 24, 32];

  test("comes back from its own points, whatever its coefficients", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1000, noNaN: true }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        fc.double({ min: 1e-4, max: 1e-2, noNaN: true }),
        (gamma, contention, coherency) => {
          const curve = { gamma, contention, coherency };
          const fit = fitUsl(loads.map((load) => ({ load, throughput: uslThroughput(curve, load) })));
          for (const load of loads) near(uslThroughput(fit, load), uslThroughput(curve, load), 1e-6);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("has limits that hold the truth in about 19 of 20 noisy data sets", () => {
    const truth = { gamma: 100, contention: 0.05, coherency: 0.001 };
    const uniform = randomStream(3, "usl");
    let held = 0;
    const sets = 200;
    for (let set = 0; set < sets; set++) {
      const fit = fitUsl(
        loads.map((load) => {
          const noise = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
          return { load, throughput: uslThroughput(truth, load) + 10 * noise };
        }),
      );
      const half = fit.halfWidths.gamma ?? 0;
      if (Math.abs(fit.gamma - truth.gamma) <= half) held++;
    }
    expect(held / sets).toBeGreaterThan(0.88);
    expect(held / sets).toBeLessThan(0.995);
  });

  test("marks what lies beyond one and a half times the measured loads", () => {
    const fit = fitUsl(loads.map((load) => ({ load, throughput: 10 * load })));
    expect([32, 48, 49].map((load) => isBeyondMeasured(fit, load))).toEqual([false, false, true]);
    expect(fit.peakLoad).toBeUndefined();
  });
});

describe("sampled moments", () => {
  test("a law's squared variation is that of its quantiles", () => {
    const law = serviceLaw({ law: "gamma", meanMs: 30, shape: 4 });
    const uniform = randomStream(1, "gamma");
    const values = Array.from({ length: 20_000 }, () =>
      Array.from({ length: 4 }, () => -Math.log(uniform()) * 7.5).reduce((sum, part) => sum + part, 0),
    );
    near(variance(values) / mean(values) ** 2, law.scv, 0.05);
  });
});
