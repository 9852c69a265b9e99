import { describe, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.ts";
import type { ReplicationData } from "../../src/simulate/engine/replication-data.ts";
import { countColumns, ending, errorClass, errorClasses } from "../../src/simulate/engine/tally.ts";
import type { SimulationSettings } from "../../src/simulate/settings.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { planText } from "../scenario/scenario-text.ts";
import { interval99, meanOf, partOf, replicate, stationPlan } from "./plans.ts";

/** A station with room for everybody, all of whose requests go to old, in trouble from the start of the measured part. */
const troubled = (fault: string, { serviceTime = "0ms", ratePerSecond = 80, extra = "" } = {}) =>
  stationPlan({
    ratePerSecond,
    serviceTime,
    slots: 100_000,
    durationS: 200,
    warmUpS: 5,
    extra: `${fault === "" ? "" : `faults: [ ${fault} ]`}\n${extra}`,
  });

/** One replication, in which everybody is accounted for. */
function once(
  plan: ReturnType<typeof planText>,
  settings: Partial<SimulationSettings> = {},
): ReplicationData {
  const [data] = replicate(plan, 1, settings);
  if (data === undefined) throw new Error("there is one");
  expect(counted(data)).toBe(dueOf(data));
  return data;
}

const sum = (column: Float64Array) => column.reduce((total, value) => total + value, 0);
const dueOf = ({ tally }: ReplicationData) => sum(tally.due);
const counted = ({ tally }: ReplicationData) =>
  sum(tally.counts.filter((_, column) => column % countColumns <= ending.inFlight));
const endedAs = ({ tally }: ReplicationData, how: number) =>
  sum(tally.counts.filter((_, column) => column % countColumns === how));
const failedAs = ({ tally }: ReplicationData, error: number) =>
  sum(tally.errors.filter((_, column) => column % errorClasses.length === error));
const roundTrips = (data: ReplicationData) => partOf(data, "roundTrip");

describe("a poor network", () => {
  test("adds its latency to every answer", () => {
    const law = { serviceTime: "{ exponential: { mean: 10ms } }" };
    const calm = once(troubled("", law));
    const slow = once(troubled("{ at: 0s, service: old, kind: latency, delay: 40ms }", law));
    expect(meanOf(roundTrips(slow)) - meanOf(roundTrips(calm))).toBeCloseTo(40, 1);
  });

  test("scatters evenly by its jitter", () => {
    const plan = troubled("{ at: 0s, service: old, kind: latency, delay: 40ms, jitter: 30ms }");
    const { mean, low, high } = interval99(replicate(plan, 10), (data) => meanOf(roundTrips(data)));
    expect([low < 40, high > 40]).toEqual([true, true]);
    expect(mean).toBeCloseTo(40, 0);
    expect(roundTrips(once(plan)).maxMs).toBeGreaterThan(68);
    expect(roundTrips(once(plan)).maxMs).toBeLessThanOrEqual(70.001);
  });

  test("sends one answer after the other over a thin line, as M/D/1 does", () => {
    const plan = planText(`
name: thin
workload: { ratePerSecond: 80, timeout: 1h, maxConnections: 100000 }
services: { old: { mock: { concurrency: 100000, responseSize: 1KB } } }
split: { new: 0%, by: request }
faults: [ { at: 0s, service: old, kind: bandwidth, bytesPerSecond: 100KB } ]
run: { duration: 400s, warmUp: 0s, grace: 1h }`);
    const { low, high } = interval99(replicate(plan, 10), (data) => meanOf(roundTrips(data)));
    // 1 KB at 100 KB/s takes 10 ms; 0.8 of them wait for 20 ms.
    expect([low < 30, high > 30]).toEqual([true, true]);
  });

  test("that resets connections fails whoever can't be asked twice; others only when it happens twice", () => {
    const plan = troubled("{ at: 0s, service: old, kind: connection-resets, share: 40% }");
    const resetTwice = once(asking(plan, "GET"));
    expect(failedAs(resetTwice, errorClass.status502) / dueOf(resetTwice)).toBeCloseTo(0.4 ** 2, 1);
    const resetOnce = once(asking(plan, "POST"));
    expect(failedAs(resetOnce, errorClass.status502) / dueOf(resetOnce)).toBeCloseTo(0.4, 1);
  });

  /** Health checks are reset as well; here they never count. */
  function asking(plan: ReturnType<typeof planText>, method: string) {
    const { old, new: after } = plan.services;
    const patient = { ...old, health: { ...old.health, unhealthyAfter: 1_000_000 } };
    const endpoints = plan.endpoints.map((endpoint) => ({ ...endpoint, method }));
    return { ...plan, endpoints, services: { old: patient, new: after } };
  }
});

describe("stolen CPU", () => {
  test("makes shared cores so much slower: processor sharing of what is left", () => {
    const plan = stationPlan({
      ratePerSecond: 100,
      serviceTime: "0ms",
      slots: 100_000,
      durationS: 400,
      warmUpS: 0,
      extra: "faults: [ { at: 0s, service: old, kind: cpu-theft, share: 50% } ]",
    });
    const busy = withCpu(plan, 3);
    // 3 ms of half a core at 100/s: 6 ms / (1 − 0.6).
    const { low, high } = interval99(replicate(busy, 10, { cpu: "shared" }), (data) =>
      meanOf(roundTrips(data)),
    );
    expect([low < 15, high > 15]).toEqual([true, true]);
  });

  test("of one thread holds up whoever comes while it is taken", () => {
    const plan = withCpu(troubled("{ at: 0s, service: old, kind: cpu-theft, share: 50% }"), 0);
    // 10 ms of every 20 ms are taken: half of all wait, for 5 ms on average.
    const { low, high } = interval99(replicate(plan, 10), (data) => meanOf(roundTrips(data)));
    expect(low).toBeLessThan(2.5);
    expect(high).toBeGreaterThan(2.45);
  });

  function withCpu(plan: ReturnType<typeof planText>, cpuPerRequestMs: number) {
    const { old, new: after } = plan.services;
    if (old.target.kind !== "mock") throw new Error("it is a mock");
    const target = { ...old.target, mock: { ...old.target.mock, cpuPerRequestMs } };
    return { ...plan, services: { old: { ...old, target }, new: after } };
  }
});

test("a fault of one process leaves the others as they are", () => {
  const plan = stationPlan({
    ratePerSecond: 50,
    serviceTime: "10ms",
    slots: 1000,
    replicas: 2,
    durationS: 100,
    warmUpS: 0,
    extra: "faults: [ { at: 0s, service: old, replica: 2, kind: slow, factor: 4 } ]",
  });
  const data = once(plan, { loadBalancing: "roundRobin" });
  expect(meanOf(roundTrips(data))).toBeCloseTo((10 + 40) / 2, 1);
});

const behind = (fault: string, stores = "") =>
  planText(`
name: behind
users: 2000
workload: { ratePerSecond: 200, timeout: 5s }
services:
  old: { mock: { serviceTime: 5ms } }
  new: { mock: { serviceTime: 5ms }, health: { interval: 200ms, timeout: 300ms } }
${stores === "" ? "" : `stores: ${stores}`}
split: { new: 50%, by: request }
faults: [ ${fault} ]
run: { duration: 30s, warmUp: 1s, grace: 5s }`);
const limited = "{ database: { limitQps: 1000, readTime: 1ms } }";

describe("a whole version", () => {
  test("that is restarted in order loses nobody, and is left alone meanwhile", () => {
    const data = once(behind("{ at: 10s, service: new, kind: restart }"));
    expect(endedAs(data, ending.completed)).toBe(dueOf(data));
    expect(sum(data.tally.counts.filter((_, column) => column % countColumns === 5))).toBeGreaterThan(5);
    expect(data.log.map(({ kind }) => kind)).toEqual(["restart", "restart"]);
  });

  test("that is started cold loses what it had, and is slow until it is warm", () => {
    const calm = once(behind("{ at: 29s, service: new, kind: memory-leak }"));
    const cold = once(behind("{ at: 10s, for: 10s, service: new, kind: cold-start, factor: 9 }"));
    expect(failedAs(cold, errorClass.status502)).toBeLessThan(10);
    const added = meanOf(roundTripsOfNew(cold)) - meanOf(roundTripsOfNew(calm));
    // For a third of the time, on average four times as long again.
    expect(added).toBeGreaterThan(5);
    expect(added).toBeLessThan(9);
  });

  const roundTripsOfNew = ({ tally }: ReplicationData) => {
    const found = tally.parts[(tally.parts.length / 4 - 1) * 4 + 3];
    if (found === undefined) throw new Error("no round trips of new");
    return found;
  };
});

describe("the splitter", () => {
  test("that hangs for less than any patience fails nobody, and everybody waits", () => {
    const data = once(behind("{ at: 10s, for: 400ms, service: splitter, kind: hang }"));
    expect(endedAs(data, ending.completed)).toBe(dueOf(data));
    expect(roundTrips(data).maxMs).toBeGreaterThan(390);
    expect(roundTrips(data).maxMs).toBeLessThan(410);
  });

  test("that is killed breaks what was under way and refuses everybody until it is back", () => {
    const data = once(behind("{ at: 10s, for: 2s, service: splitter, kind: crash }"));
    const [refused, reset] = [failedAs(data, errorClass.refused), failedAs(data, errorClass.reset)];
    expect(refused).toBeGreaterThan(330);
    expect(refused).toBeLessThan(470);
    expect(reset).toBeLessThan(20);
    expect(endedAs(data, ending.completed)).toBe(dueOf(data) - refused - reset);
  });
});

describe("the database", () => {
  test("that is lost fails what asks it, until services have found it again", () => {
    const data = once(behind("{ at: 10s, for: 1s, service: database, kind: crash }", limited));
    // Tried after 50, 150, 350, 750 and 1,550 ms; checks have to pass twice before the splitter believes it.
    const failed = failedAs(data, errorClass.status500) + failedAs(data, errorClass.status503);
    expect(failed).toBe(endedAs(data, ending.failed));
    expect(failed).toBeGreaterThan(1.4 * 200);
    expect(failed).toBeLessThan(2.6 * 200);
    expect(data.log.some(({ kind }) => kind === "unhealthy")).toBe(true);
  });

  test("that stands still answers everybody afterwards", () => {
    const data = once(behind("{ at: 10s, for: 1s, service: database, kind: hang }", limited));
    expect(endedAs(data, ending.completed)).toBe(dueOf(data));
    expect(roundTrips(data).maxMs).toBeGreaterThan(950);
    expect(roundTrips(data).maxMs).toBeLessThan(1300);
  });

  test("fails its share of requests, and takes so many times longer", () => {
    const failing = once(behind("{ at: 0s, service: database, kind: errors, share: 20% }", limited));
    expect(failedAs(failing, errorClass.status500) / dueOf(failing)).toBeCloseTo(0.2 * (30 / 31), 1);
    const calm = once(behind("{ at: 29s, service: new, kind: memory-leak }", limited));
    const slow = once(behind("{ at: 0s, service: database, kind: slow, factor: 3 }", limited));
    // A read of 1 ms takes 3 ms, and 200/s against a limit of 333/s wait as M/D/1.
    const added = meanOf(partOf(slow, "service")) - meanOf(partOf(calm, "service"));
    expect(added).toBeGreaterThan(2 + 1.5);
    expect(added).toBeLessThan(2 + 3);
  });

  test("is asked for every read while the cache is away", () => {
    const stores = "{ database: { limitQps: 1000 }, cache: { hitRatio: 90% } }";
    const data = once(behind("{ at: 10s, for: 10s, service: cache, kind: crash }", stores));
    const queries = sum(data.queries);
    expect(queries / (200 * (10 + 0.1 * 21))).toBeGreaterThan(0.93);
    expect(queries / (200 * (10 + 0.1 * 21))).toBeLessThan(1.07);
  });
});

test("what has no effect on time is noted and said", async () => {
  const { events, assumptions, totals } = await simulatePlan(
    behind("{ at: 10s, for: 2s, service: new, kind: wrong-answers }"),
    { replications: 2 },
  );
  expect(events.map(({ message }) => message)).toEqual([
    "new began to answer 1 % with a wrong field",
    "the wrong-answers of new is over",
  ]);
  expect(assumptions.join("\n")).toContain("wrong-answers of new");
  expect(totals.versions.new.failed).toBe(0);
});

test.each([
  ["a driver that stands still", "{ at: 1s, for: 1s, service: driver, kind: hang }", {}, /no load generator/],
  [
    "one process out of a pool",
    "{ at: 1s, service: new, replica: 1, kind: slow }",
    { loadBalancing: "pooled" },
    /one pool/,
  ],
] as const)("%s is refused with the reason", async (_, fault, settings, message) => {
  const run = simulatePlan(behind(fault), { settings });
  await expect(run).rejects.toThrow(UserError);
  await expect(run).rejects.toThrow(message);
});

test("many faults over one another leave no request unaccounted for, and the same bytes for any threads", async () => {
  const plan = behind(
    [
      "{ at: 2s, for: 8s, service: new, kind: connection-resets, share: 30% }",
      "{ at: 3s, for: 3s, service: new, kind: latency, delay: 80ms, jitter: 80ms }",
      "{ at: 4s, for: 3s, service: database, kind: crash }",
      "{ at: 5s, for: 1s, service: new, kind: crash }",
      "{ at: 8s, for: 1s, service: splitter, kind: crash }",
      "{ at: 9s, for: 4s, service: old, kind: cpu-theft, share: 80% }",
      "{ at: 11s, for: 2s, service: old, kind: hang }",
      "{ at: 12s, service: new, kind: restart }",
      "{ at: 14s, for: 3s, service: new, kind: bandwidth, bytesPerSecond: 10KB }",
      "{ at: 15s, for: 3s, service: database, kind: hang }",
      "{ at: 16s, for: 2s, service: splitter, kind: hang }",
      "{ at: 17s, for: 5s, service: new, kind: cold-start }",
    ].join(", "),
    "{ database: { kind: postgres, spawn: true, poolSize: 2, limitQps: 1000 }, cache: { kind: redis, spawn: true } }",
  );
  once(plan);
  const [one, three] = await Promise.all(
    [1, 3].map((threads) => simulatePlan(plan, { threads, replications: 5 })),
  );
  expect(JSON.stringify(three)).toBe(JSON.stringify(one));
});

describe("stores behind poor connections", () => {
  const stores =
    "{ database: { limitQps: 100000, readTime: 1ms, writes: 0% }, cache: { hitRatio: 50%, hitTime: 1ms } }";
  // Modelled stores have no connections that could be poor; the plan is that of real ones.
  const poor = (fault: string) => {
    const calm = behind("{ at: 29s, service: new, kind: memory-leak }", stores);
    const [first] = calm.faults;
    if (first === undefined) throw new Error("it has a fault");
    return [calm, { ...calm, faults: [{ ...JSON.parse(fault), atMs: -1000, forMs: undefined }] }] as const;
  };
  const service = (plan: ReturnType<typeof planText>) => meanOf(partOf(once(plan), "service"));

  test.each([
    [
      "latency of the database adds its delay to every read that misses",
      '{"service":"database","kind":"latency","delayMs":20,"jitterMs":0}',
      10,
    ],
    [
      "latency of the cache adds its delay to every read",
      '{"service":"cache","kind":"latency","delayMs":20,"jitterMs":0}',
      20,
    ],
    [
      "a slow cache takes so many times longer for its hits",
      '{"service":"cache","kind":"slow","factor":11}',
      5,
    ],
  ])("%s", (_, fault, addedMs) => {
    const [calm, troubledPlan] = poor(fault);
    const added = service(troubledPlan) - service(calm);
    expect(added / addedMs).toBeGreaterThan(0.95);
    expect(added / addedMs).toBeLessThan(1.05);
  });

  test("resets of the database fail so many of the requests that ask it", () => {
    const [, plan] = poor('{"service":"database","kind":"connection-resets","share":0.3}');
    const data = once(plan);
    expect(failedAs(data, errorClass.status500) / dueOf(data)).toBeCloseTo(0.15, 1);
  });

  test("errors of the cache send so many of its hits to the database", () => {
    const [calm, plan] = poor('{"service":"cache","kind":"errors","share":0.4}');
    expect(sum(once(plan).queries) / sum(once(calm).queries)).toBeCloseTo((0.5 + 0.2) / 0.5, 1);
  });
});
