import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { versionHitRatio, warmHitRatio } from "../../src/model/cache-tier.ts";
import { explainGrowth } from "../../src/model/explain/growth.ts";
import { explainRamp } from "../../src/model/explain/ramp.ts";
import { growthTable } from "../../src/model/growth.ts";
import { modelInputs } from "../../src/model/inputs.ts";
import { modelPlan } from "../../src/model/modelled-result.ts";
import { batchesOfTwoInSystem, pairFactor } from "../../src/model/queueing/fork-join.ts";
import { hysteresis } from "../../src/model/queueing/retries.ts";
import { modelText } from "../../src/model/text/model.ts";
import { planText } from "../scenario/scenario-text.ts";
import { workOut } from "./explain/work-out.ts";

const base = `name: effects
users: 1_000
workload: { ratePerSecond: 200/s }
services:
  old: { mock: { serviceTime: { exponential: { mean: 20ms } }, concurrency: 8 } }
  new: { mock: { serviceTime: { exponential: { mean: 20ms } }, concurrency: 8 } }
stores: { database: { limitQps: 1000, reads: 1, writes: 10%, readTime: 0ms, writeTime: 0ms } }
split: { new: 10% }
capacity: { connectionsPerServer: 1_000_000, price: { server: 0.10/h, database: 1/h } }
growth: { users: [1_000] }
`;

const entryOf = (...overrides: string[]) => {
  const inputs = modelInputs(planText(base, ...overrides));
  const entry = growthTable(inputs, [1000]).entries[0];
  if (entry === undefined) throw new Error("possible");
  return { inputs, entry };
};

describe("copies onto a shared database", () => {
  test("come in pairs: half as many again in the store when all is copied, as M^[2]/M/1 has it", () => {
    expect(pairFactor(0)).toBe(1);
    for (const utilisation of [0.1, 0.5, 0.9]) {
      const single = utilisation / (1 - utilisation);
      expect(pairFactor(1) * single).toBeCloseTo(batchesOfTwoInSystem(utilisation), 12);
    }
  });

  test("lengthen a query, and have their price", () => {
    const { entry } = entryOf("split.new=0%", "split.mirror={ share: 100%, methods: [GET] }");
    const pairs = entry.pairedQueries;
    expect(pairs).toMatchObject({ plainPerSecond: 220, perSecond: 440, copiedShare: 1, factor: 1.5 });
    expect(pairs?.plainMs).toBeCloseTo(1000 / 780, 9);
    expect(pairs?.pairedMs).toBeCloseTo(1500 / 560, 9);
    expect(pairs?.sameTimePerSecond).toBeCloseTo(440 + 1.5 * 780, 9);
    expect(pairs?.pricePerHour).toBeCloseTo(0.61, 9);
    const database = entry.bottlenecks.find(({ resource }) => resource === "database");
    expect(database?.reason).toContain("in pairs with their originals");
    expect(database?.remedy.change).toMatch(
      /^Mirror a smaller share \(without copies it is full at 4,545 users\)/,
    );
  });

  test.each([["split.mirror={}", "stores.database.topology=separate"], ["split.new=10%"]])(
    "there are none with %s",
    (...overrides) => expect(entryOf(...overrides).entry.pairedQueries).toBeUndefined(),
  );
});

describe("copies in flight", () => {
  const find = (...overrides: string[]) =>
    entryOf("split.new=0%", "split.mirror={ maxInFlight: 10 }", ...overrides).entry.bottlenecks.find(
      ({ resource }) => resource === "copies in flight",
    );

  test("are held until they are answered, and count against the gateways' room", () => {
    // 200 copies/s of about 20 ms against room for 10.
    expect(find()?.utilisation).toBeGreaterThan(0.4);
    expect(find()?.utilisation).toBeLessThan(0.45);
    expect(find()?.remedy.change).toContain("from 10 to 20");
  });

  test("wait for the slower answer where they are compared: half as long again", () => {
    const ratio = (find("compare={}")?.utilisation ?? 0) / (find()?.utilisation ?? 1);
    expect(ratio).toBeGreaterThan(1.3);
    expect(ratio).toBeLessThanOrEqual(1.5);
  });
});

describe("retries", () => {
  test("make attempts, which the servers must carry", () => {
    const { entry } = entryOf("capacity.retries=3", "services.old.mock.errors=50%");
    const plain = entryOf().entry.point.servers.needs.old;
    const more = entry.point.servers.needs.old;
    const need = (needs: typeof plain) =>
      needs.find(({ constraint }) => constraint === "utilisation")?.servers ?? 0;
    expect(need(more) / need(plain)).toBeCloseTo(1.875, 9);
  });

  test("are metastable where all attempts together are more than the servers can do", () => {
    const calm = entryOf("capacity.retries=1", "workload.ratePerSecond=150/s").entry.retryStorm;
    const stormy = entryOf("capacity.retries=3", "workload.ratePerSecond=150/s").entry.retryStorm;
    // One server of eight slots and 20 ms: 400/s.
    expect(calm).toMatchObject({ metastable: false, capacityPerSecond: 400, calmPerSecond: 150 });
    expect(stormy).toMatchObject({ metastable: true, stormyPerSecond: 600 });
    expect(modelText(modelPlan(planText(base, "capacity.retries=3")), undefined)).toContain("METASTABLE");
  });

  test("part their two answers where the search for them does", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0, max: 0.4, noNaN: true }),
        (retries, errors) => {
          const storm = entryOf(`capacity.retries=${retries}`, `services.old.mock.errors=${errors}`).entry
            .retryStorm;
          if (storm === undefined) throw new Error("a service time is known");
          const { capacityPerSecond, errorShare, requestsPerSecond } = storm;
          const between = hysteresis(
            { retries, failureShare: (attempts) => (attempts >= capacityPerSecond ? 1 : errorShare) },
            capacityPerSecond * 2,
          );
          const perUser = requestsPerSecond / 1000;
          expect(between?.fromPerSecond).toBeCloseTo(storm.fromUsers * perUser, 3);
          expect(between?.toPerSecond).toBeCloseTo(storm.toUsers * perUser, 3);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("a cache", () => {
  const cache = "stores.cache={ hitRatio: 90%, ttl: 60s }";

  test("of each version's own hits more rarely, the more evenly the traffic is split", () => {
    const hits = (share: string, ...more: string[]) =>
      warmHitRatio(modelInputs(planText(base, cache, `split.new=${share}`, ...more)));
    const own = "capacity.cache.topology=separate";
    expect(hits("50%")).toBe(0.9);
    expect(hits("0%", own)).toBeCloseTo(0.9, 12);
    // λT = 9 for both; 4.5 for each half.
    expect(hits("50%", own)).toBeCloseTo(4.5 / 5.5, 12);
    expect(hits("10%", own)).toBeCloseTo((0.9 * 8.1) / 9.1 + (0.1 * 0.9) / 1.9, 12);
  });

  test("without a time to live keeps its ratio under a split", () => {
    const inputs = modelInputs(planText(base, "stores.cache={}", "capacity.cache.topology=separate"));
    expect(versionHitRatio(inputs, "new")).toBe(0.9);
  });

  test("that says what it holds answers by that, whatever its hit ratio is said to be", () => {
    const holds = "capacity.cache={ items: 10_000, itemsHeld: 1_000, zipf: 1 }";
    expect(modelInputs(planText(base, cache, holds)).cache?.hitRatio).toBeCloseTo(0.67560179, 8);
  });
});

describe("a cache that is half described", () => {
  test("is refused", () => {
    expect(() => planText(base, "capacity.cache={ items: 10 }")).toThrow(/items and itemsHeld go together/);
  });
});

describe("a ramp with a cache of new's own", () => {
  const ramp = (...overrides: string[]) => {
    const { inputs, ramp: both } = modelPlan(planText(base, "stores.cache={ ttl: 60s }", ...overrides));
    if (both === undefined) throw new Error("possible");
    return { inputs, ...both };
  };

  test("loads the database at each step while that cache is cold", () => {
    const { plain } = ramp("workload.ratePerSecond=2_000/s", "capacity.slotsPerServer=1000");
    expect(plain.steps.map(({ newShare }) => newShare)).toEqual([0, 0.01, 0.05, 0.25, 0.5, 1]);
    const half = plain.steps[4];
    expect(half?.databaseFullness).toBeCloseTo((2000 * 0.1 + 200) / 1000, 9);
    expect(half?.databaseFullnessColdCache).toBeCloseTo((2000 * (0.5 * 0.1 + 0.5) + 200) / 1000, 9);
    // 2000 × ((1 − p) × 0.1 + p) + 200 = 1000 at p = 1/3.
    expect(plain.largestColdShare).toBeCloseTo(1 / 3, 6);
  });

  test("knows how long the cache takes to be warm, longer for a small share", () => {
    const warm = ramp().plain.steps.map(({ cacheWarmUpMs }) => cacheWarmUpMs);
    expect(warm[0]).toBeUndefined();
    // λT = 9: a thing is asked for every 60 s ÷ 9 ÷ share.
    expect(warm[5]).toBeCloseTo((Math.LN10 * 60_000) / 9, 6);
    expect(warm[1]).toBeCloseTo((Math.LN10 * 60_000) / 9 / 0.01, 4);
  });

  test("never is easier on the database cold than warm", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.boolean(), (hits, own) => {
        const { plain } = ramp(
          `stores.cache.hitRatio=${hits}%`,
          `capacity.cache.topology=${own ? "separate" : "shared"}`,
        );
        for (const step of plain.steps) {
          expect(step.databaseReadsColdCache ?? 0).toBeGreaterThanOrEqual(
            (step.databaseReads ?? 0) * (1 - 1e-9),
          );
        }
      }),
      { numRuns: 20 },
    );
  });
});

describe("the explanation of all of these", () => {
  test("can be worked out again on paper", () => {
    const overrides = [
      "split.mirror={ share: 50% }",
      "compare={}",
      "capacity.retries=2",
      "services.new.mock.errors=5%",
      "stores.cache={ ttl: 60s }",
      "capacity.cache.topology=separate",
    ];
    const { inputs, entry } = entryOf(...overrides);
    const { ramp } = modelPlan(planText(base, ...overrides));
    const steps = [
      ...explainGrowth(inputs, entry),
      ...(ramp === undefined ? [] : explainRamp(inputs, ramp.plain)),
    ];
    const names = steps.map(({ name }) => name);
    for (const part of [
      "pairs",
      "both answers",
      "in flight",
      "attempts",
      "overload",
      "own cache",
      "cache cold",
    ]) {
      expect(
        names.some((name) => name.includes(part)),
        part,
      ).toBe(true);
    }
    for (const step of steps.filter(({ isRule }) => isRule !== true)) {
      expect(Math.abs(workOut(step) - step.result.value), step.name).toBeLessThanOrEqual(
        1e-9 * Math.abs(step.result.value),
      );
    }
  });
});
