import { describe, expect, test } from "vitest";
import type { RunPlan } from "../../src/scenario/plan.ts";
import { Simulation } from "../../src/simulate/engine/simulation.ts";
import { runReplication } from "../../src/simulate/replication.ts";
import { settingsFor } from "../../src/simulate/settings.ts";
import { meanEstimate } from "../../src/stats/student.ts";
import { openArrivals } from "../../src/workload/arrivals.ts";
import { planText } from "../scenario/scenario-text.ts";
import { type Figure, figures, type Run } from "./figures.ts";
import { type Station, stationPlan } from "./plans.ts";
import { notTestedHere, published, publishedFigures, roundingOf } from "./reference-figures.ts";

/** The mean service time of every station here, so that times in service times are in units of ten ms. */
const serviceMs = 10;
const constant = `${serviceMs}ms`;
const hyperexponential = (scv: number) => `{ hyperexponential: { mean: ${serviceMs}ms, scv: ${scv} } }`;

/** A station at a utilisation, for 40,000 requests unless more are asked for, after a warm-up of many of its relaxation times. */
function station(utilisation: number, slots: number, more: Partial<Station> & { requests?: number } = {}) {
  const { requests = 40_000, ...rest } = more;
  const ratePerSecond = (utilisation * slots * 1000) / serviceMs;
  return stationPlan({
    ratePerSecond,
    serviceTime: `{ exponential: { mean: ${serviceMs}ms } }`,
    slots,
    durationS: Math.ceil(requests / ratePerSecond),
    warmUpS: Math.ceil(
      (serviceMs / 1000) * Math.max(30, 10 / (1 - Math.min(0.95, utilisation)) ** 2 / slots),
    ),
    ...rest,
  });
}

/** A published figure, how it is taken from a run, and how many of its units are one of the run's. */
type Row = readonly [name: string, of: Figure, unit?: number];
type Simulate = (plan: RunPlan, replication: number) => Run;

const byEngine: Simulate = (plan, replication) => ({
  plan,
  data: runReplication({ plan, settings: settingsFor(plan), trace: undefined }, replication),
  replication,
});

/** Every arrival brings two requests at once. */
const inPairs: Simulate = (plan, replication) => {
  const { load } = plan;
  if (load.kind !== "open") throw new Error("the load is open");
  const seed = plan.seed + replication;
  function* pairs() {
    for (const atMs of openArrivals(load as typeof load & { kind: "open" }, seed)) yield* [atMs, atMs];
  }
  const data = new Simulation({ plan, settings: settingsFor(plan), seed, arrivals: pairs() }).run();
  return { plan, data, replication };
};

const tested = new Set<string>();

/**
 * Looks whether published figures lie in the 99 % intervals of ten replications. Of so many figures one or the other lies
 * outside by chance, so it is looked at once more, in forty replications that are new; a bias stays outside.
 */
function theory(title: string, plan: RunPlan, rows: readonly Row[], simulate = byEngine): void {
  for (const [name] of rows) tested.add(name);
  test(title, { timeout: 300_000 }, () => {
    const runs = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => simulate(plan, from + index));
    const first = runs(0, 10);
    let second: readonly Run[] | undefined;
    for (const [name, of, unit = 1] of rows) {
      if (isInside(first, of, published(name) * unit)) continue;
      second ??= runs(10, 50);
      expect(
        isInside(second, of, published(name) * unit),
        said(second, of, `${name}: ${published(name) * unit}`),
      ).toBe(true);
    }
  });
}

function interval(runs: readonly Run[], of: Figure): { readonly low: number; readonly high: number } {
  const estimate = meanEstimate(runs.map(of), 0.99);
  if (estimate === undefined) throw new Error("two replications at least");
  return estimate;
}

function isInside(runs: readonly Run[], of: Figure, expected: number): boolean {
  const { low, high } = interval(runs, of);
  const rounding = roundingOf(expected);
  return low <= expected + rounding && high >= expected - rounding;
}

function said(runs: readonly Run[], of: Figure, expected: string): string {
  const { low, high } = interval(runs, of);
  return `${expected} against [${low}, ${high}]`;
}

const { meanWait, meanStay, meanResponse, waits, waitAt, responseAt, waitsAbove, responsesAbove } =
  figures(serviceMs);
const { queued, inSystem, refused, busySlots, throughput, queriesPerSecond } = figures(serviceMs);

describe("published answers lie in the 99 % interval of the simulation:", () => {
  theory("M/M/1 at 67 %", station(2 / 3, 1), [
    ["mm1-wait-tail waitExceeds 0", waitsAbove(0)],
    ["mm1-wait-tail waitExceeds 1", waitsAbove(1.5)],
    ["mm1-wait-tail waitExceeds 2", waitsAbove(3)],
  ]);
  theory("M/M/1 at 80 %", station(0.8, 1, { requests: 100_000 }), [
    ["mm1-0.8 waitP99", waitAt(0.99)],
    ["mm1-0.8 responseP99", responseAt(0.99)],
  ]);
  theory("M/M/2 at 90 %", station(0.9, 2, { requests: 100_000 }), [
    ["mm2-9-5 meanQueueLength", queued],
    ["mm2-9-5 meanResponse", meanResponse, 5],
  ]);
  theory("M/M/4 at 45 %", station(0.45, 4), [
    ["mm4-9-5 meanQueueLength", queued],
    ["mm4-9-5 meanResponse", meanResponse, 5],
  ]);
  theory("M/M/2 at 33 %", station(1 / 3, 2), [
    ["mm2-20-30 meanQueueLength", queued],
    ["mm2-20-30 meanInSystem", inSystem],
    ["mm2-20-30 meanResponse", meanResponse, 30],
  ]);
  theory("M/M/3 at 67 %", station(2 / 3, 3), [
    ["mm3-ciw waitProbability", waits],
    ["mm3-ciw meanWait", meanWait, 0.1],
  ]);
  theory("M/M/4 at 70 %", station(0.7, 4), [
    ["mm4-0.7 waitProbability", waits],
    ["mm4-0.7 waitP99", waitAt(0.99)],
    ["mm4-0.7 responseP99", responseAt(0.99)],
  ]);
  theory("M/M/10 at 90 %", station(0.9, 10, { requests: 100_000 }), [
    ["mm10-0.9 waitProbability", waits],
    ["mm10-0.9 meanWait", meanWait],
    ["mm10-0.9 waitP99", waitAt(0.99)],
    ["mm10-0.9 responseP50", responseAt(0.5)],
    ["mm10-0.9 responseP95", responseAt(0.95)],
    ["mm10-0.9 responseP99", responseAt(0.99)],
    ["mm10-0.9 responseP999", responseAt(0.999)],
  ]);
  theory("M/M/14, a call centre", station(10 / 14, 14), [
    ["erlang-c-10-14 waitProbability", waits],
    ["erlang-c-10-14 serviceLevelWithin20S", (run) => 1 - waitsAbove(20 / 180)(run)],
    ["erlang-c-10-14 meanWaitS", meanWait, 1 / 180],
  ]);
  theory("M/M/55, a call centre", station(48 / 55, 55, { requests: 200_000 }), [
    ["erlang-c-callcentre-55 waitProbability", waits],
    ["erlang-c-callcentre-55 serviceLevelWithin15S", (run) => 1 - waitsAbove(15 / 240)(run)],
    ["erlang-c-callcentre-55 meanWaitS", meanWait, 1 / 240],
  ]);
  theory(
    "M/M/21, where the two exponents of the response meet",
    station(20 / 21, 21, { requests: 200_000 }),
    [
      ["mmc-degenerate waitProbability", waits],
      ["mmc-degenerate responseExceeds", responsesAbove(10)],
    ],
  );
  theory("M/M/10100 at 99 %", station(10_000 / 10_100, 10_100, { requests: 500_000, warmUpS: 1 }), [
    ["erlang-c-large waitProbability 0", waits],
  ]);
  theory("the 23 slots that hold a p99", station(20 / 23, 23, { requests: 100_000 }), [
    ["size-1000-20ms-response violation", responsesAbove(5)],
  ]);
  theory("one slot fewer", station(20 / 22, 22, { requests: 100_000 }), [
    ["size-1000-20ms-response violationWithOneFewer", responsesAbove(5)],
  ]);
  theory("the 208 slots that hold a p99 of waits", station(200 / 208, 208, { requests: 200_000 }), [
    ["size-10000-20ms-wait violation", waitsAbove(0.5)],
  ]);
  theory("one of these slots fewer", station(200 / 207, 207, { requests: 200_000 }), [
    ["size-10000-20ms-wait violationWithOneFewer", waitsAbove(0.5)],
  ]);

  theory("M/M/3/7", station(4 / 9, 3, { queue: 4 }), [["mm3-7 meanResponse", meanStay, 30]]);
  theory("M/M/4/6 at 125 %", station(1.25, 4, { queue: 2 }), [["mm4-6 blocking", refused]]);
  theory("M/M/1/10 at 90 %", station(0.9, 1, { queue: 9 }), [
    ["mm1-10 blocking", refused],
    ["mm1-10 meanInSystem", inSystem],
  ]);
  for (const [index, slots] of [10, 15, 20].entries())
    theory(`Erlang's loss system of ${slots}`, station(10 / slots, slots, { queue: 0 }), [
      [`erlang-b-10 blocking ${index}`, refused],
    ]);
  theory("Erlang's loss system of 1000", station(1, 1000, { queue: 0, requests: 200_000 }), [
    ["erlang-b-large blocking 0", refused],
  ]);

  for (const [index, utilisation] of [0.8, 0.9].entries())
    theory(`M/D/1 at ${utilisation}`, station(utilisation, 1, { serviceTime: constant, requests: 100_000 }), [
      [`md1 meanWait ${index}`, meanWait],
      [`md1 waitP90 ${index}`, waitAt(0.9)],
      [`md1 waitP99 ${index}`, waitAt(0.99)],
    ]);
  for (const [index, slots] of [2, 5, 10].entries())
    theory(`M/D/${slots} at 80 %`, station(0.8, slots, { serviceTime: constant }), [
      [`mdc meanWait ${index}`, meanWait],
    ]);
  for (const [index, scv] of [4, 9].entries())
    theory(
      `M/H2/1 at 80 %, scv ${scv}`,
      station(0.8, 1, { serviceTime: hyperexponential(scv), requests: 200_000, warmUpS: 60 }),
      [
        [`mh2-1 meanWait ${index}`, meanWait],
        [`mh2-1 waitP99 ${index}`, waitAt(0.99)],
      ],
    );
  theory(
    "M/H2/2 at 80 %, scv 4",
    station(0.8, 2, { serviceTime: hyperexponential(4), requests: 200_000, warmUpS: 30 }),
    [["mh2-2 meanWait", meanWait]],
  );
  for (const [index, utilisation] of [0.5, 0.8, 0.9].entries())
    theory(`D/M/1 at ${utilisation}`, station(utilisation, 1, { arrivals: "constant", requests: 100_000 }), [
      [`dm1 meanWait ${index}`, meanWait],
    ]);
  for (const [index, utilisation] of [0.5, 0.8].entries())
    theory(
      `pairs at ${utilisation}, as copies bring them`,
      station(utilisation, 1, {
        ratePerSecond: (utilisation / 2) * 100,
        durationS: 1000 * 2,
      }),
      [[`batch-of-two meanInSystem ${index}`, inSystem]],
      inPairs,
    );

  theory(
    "a hundred users of one server",
    closedPlan({ users: 100, thinkMs: 30_000, meanMs: 63, slots: 1, durationS: 12_000 }),
    [
      ["finite-population-100 throughput", throughput, 10],
      ["finite-population-100 meanResponse", meanResponse, 10],
      ["finite-population-100 utilisation", busySlots],
    ],
  );
  theory(
    "four hundred threads of three hundred slots, with hardly any thinking",
    closedPlan({ users: 400, thinkMs: 0.001, meanMs: 44.4, slots: 300, durationS: 8 }),
    [
      ["finite-population-400 throughput", throughput, 10],
      ["finite-population-400 meanResponse", meanResponse, 10],
      ["finite-population-400 meanWait", meanWait, 10],
    ],
  );

  // By Jackson's theorem each station of an open network behaves as if it stood alone.
  const stations = [
    { demandS: 121 * 0.005, plan: station(0.3 * 121 * 0.005, 1) },
    { demandS: 70 * 0.03, plan: station(0.3 * 70 * 0.03, 1) },
    { demandS: 50 * 0.027, plan: station(0.3 * 50 * 0.027, 1) },
  ] as const;
  theory("an open network of three stations", stations[0].plan, [
    ["open-lazowska utilisation1", busySlots],
    ["open-lazowska throughput1", throughput, (0.005 * 1000) / serviceMs],
    ["open-lazowska queue1", inSystem],
    [
      "open-lazowska totalResponse",
      ({ replication }) =>
        stations.reduce(
          (sum, { demandS, plan }) => sum + demandS * meanResponse(byEngine(plan, replication)),
          0,
        ),
    ],
  ]);

  theory("reads of a tenfold load that miss the cache", storesPlan("reads: 0.9, writes: 0%"), [
    ["db-10x readsReachingDatabase", queriesPerSecond],
  ]);
  theory("writes of a tenfold load", storesPlan("reads: 0, writes: 10%"), [
    ["db-10x writes", queriesPerSecond],
  ]);
});

test("every published figure is tested, or told why it is not", () => {
  const excused = [...publishedFigures.keys()].filter((name) =>
    Object.keys(notTestedHere).some((told) => name === told || name.startsWith(`${told} `)),
  );
  expect([...tested, ...excused].toSorted()).toEqual([...publishedFigures.keys()].toSorted());
});

/**
 * Copies reach a shared store together with what they are copies of: pairs at a station of constant times. The first of a
 * pair waits ρS / (1 − ρ), twice as long as in an M/D/1 of the same use.
 *
 * Source: the wait in M^[X]/G/1 (Gross et al., Fundamentals of Queueing Theory, section 3.1) less that within the batch.
 */
test("copies at a shared database make users wait as pairs do", () => {
  const plan = planText(`
name: pairs at the database
workload: { ratePerSecond: 40, timeout: 1h, maxConnections: 100000 }
services: { old: { mock: { concurrency: 10000 } }, new: { mock: { concurrency: 10000 } } }
stores: { database: { limitQps: 100, reads: 1, readTime: 0ms } }
split: { new: 0%, by: request, mirror: { to: new, share: 100%, maxInFlight: 10000, deadline: 30s } }
run: { duration: 2000s, warmUp: 10s, grace: 1m, seed: 20 }`);
  const runs = Array.from({ length: 10 }, (_, replication) => byEngine(plan, replication));
  expect(isInside(runs, meanResponse, 0.8 / 0.2), said(runs, meanResponse, "4")).toBe(true);
});

function storesPlan(database: string): RunPlan {
  return planText(`
name: stores
workload: { ratePerSecond: 10000, timeout: 1h, maxConnections: 100000 }
services: { old: { mock: { concurrency: 10000 } } }
stores: { database: { limitQps: 50000, readTime: 0ms, writeTime: 0ms, ${database} }, cache: { hitRatio: 90%, hitTime: 0ms } }
split: { new: 0%, by: request }
run: { duration: 10s, warmUp: 0s, grace: 1m, seed: 20 }`);
}

type Closed = { users: number; thinkMs: number; meanMs: number; slots: number; durationS: number };

function closedPlan({ users, thinkMs, meanMs, slots, durationS }: Closed): RunPlan {
  return planText(`
name: closed
users: ${users}
workload: { thinkTime: ${thinkMs}ms, timeout: 1h, maxConnections: ${users} }
services: { old: { mock: { serviceTime: { exponential: { mean: ${meanMs}ms } }, concurrency: ${slots}, queue: 100000 } } }
split: { new: 0% }
run: { duration: ${durationS}s, warmUp: ${Math.ceil(durationS / 10)}s, grace: 1h, seed: 20 }`);
}
