import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { durationQuantile } from "../../src/simulate/engine/duration-counts.ts";
import type { ReplicationData } from "../../src/simulate/engine/simulation.ts";
import {
  interval99,
  meanOf,
  partOf,
  planOf,
  positiveShare,
  replicate,
  type Station,
  stationPlan,
} from "./plans.ts";

type Case = { readonly id: string; readonly expected: Readonly<Record<string, number | readonly number[]>> };
const file = new URL("../reference/queueing-cases.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { readonly cases: readonly Case[] };

/** A published value; `index` picks one of a list. */
function known(id: string, name: string, index = 0): number {
  const value = cases.find((entry) => entry.id === id)?.expected[name];
  const number = typeof value === "object" ? value[index] : value;
  if (number === undefined) throw new Error(`${id} has no ${name}`);
  return number;
}

const replications = 10;
/** The mean service time of every station here, so that results in service times are in units of ten ms. */
const serviceMs = 10;
const exponential = `{ exponential: { mean: ${serviceMs}ms } }`;
const constant = `${serviceMs}ms`;

/** A station at a utilisation, run for so many service times. */
function station(utilisation: number, slots: number, more: Partial<Station> = {}): Station {
  return {
    ratePerSecond: (utilisation * slots * 1000) / serviceMs,
    serviceTime: exponential,
    slots,
    durationS: Math.ceil((40_000 * serviceMs) / 1000 / slots / utilisation),
    warmUpS: Math.ceil(serviceMs / (1 - Math.min(0.95, utilisation)) ** 2 / 20 / slots),
    ...more,
  };
}

const meanWait = (data: ReplicationData) => meanOf(partOf(data, "serverQueue")) / serviceMs;
const meanResponse = (data: ReplicationData) => meanOf(partOf(data, "roundTrip")) / serviceMs;
const waits = (data: ReplicationData) => positiveShare(partOf(data, "serverQueue"));
const waitAt = (quantile: number) => (data: ReplicationData) =>
  durationQuantile(partOf(data, "serverQueue"), quantile) / serviceMs;
const responseAt = (quantile: number) => (data: ReplicationData) =>
  durationQuantile(partOf(data, "roundTrip"), quantile) / serviceMs;

function checkStation(
  given: Station,
  figures: readonly (readonly [(data: ReplicationData) => number, number])[],
) {
  const data = replicate(stationPlan(given), replications);
  for (const [figure, expected] of figures) {
    const { low, high } = interval99(data, figure);
    expect([low <= expected, high >= expected], `${expected} in [${low}, ${high}]`).toEqual([true, true]);
  }
}

describe("a simulated station has the known answer in its 99 % interval", () => {
  const rows: readonly [
    string,
    Station,
    readonly (readonly [(data: ReplicationData) => number, number])[],
  ][] = [
    [
      "M/M/1 at 80 %",
      station(0.8, 1),
      [
        [meanWait, 4],
        [waitAt(0.99), known("mm1-0.8", "waitP99")],
        [responseAt(0.99), known("mm1-0.8", "responseP99")],
      ],
    ],
    [
      "M/M/10 at 90 %",
      station(0.9, 10),
      [
        [waits, known("mm10-0.9", "waitProbability")],
        [meanWait, known("mm10-0.9", "meanWait")],
        [waitAt(0.99), known("mm10-0.9", "waitP99")],
        [responseAt(0.5), known("mm10-0.9", "responseP50")],
        [responseAt(0.95), known("mm10-0.9", "responseP95")],
        [responseAt(0.99), known("mm10-0.9", "responseP99")],
      ],
    ],
    [
      "M/M/4 at 70 %",
      station(0.7, 4),
      [
        [waits, known("mm4-0.7", "waitProbability")],
        [waitAt(0.99), known("mm4-0.7", "waitP99")],
        [responseAt(0.99), known("mm4-0.7", "responseP99")],
      ],
    ],
    [
      "M/M/3, Ciw's example",
      station(2 / 3, 3),
      [
        [waits, known("mm3-ciw", "waitProbability")],
        [meanWait, known("mm3-ciw", "meanWait") / 10],
      ],
    ],
    [
      "M/M/14, a call centre",
      station(10 / 14, 14),
      [
        [waits, known("erlang-c-10-14", "waitProbability")],
        [meanWait, known("erlang-c-10-14", "meanWaitS") / 180],
      ],
    ],
    [
      "M/M/55, a call centre",
      station(48 / 55, 55),
      [
        [waits, known("erlang-c-callcentre-55", "waitProbability")],
        [meanWait, known("erlang-c-callcentre-55", "meanWaitS") / 240],
      ],
    ],
    ["M/M/2 at 90 %", station(0.9, 2), [[meanResponse, known("mm2-9-5", "meanResponse") * 5]]],
    ["M/M/4 at 45 %", station(0.45, 4), [[meanResponse, known("mm4-9-5", "meanResponse") * 5]]],
    ["M/M/2 at 33 %", station(1 / 3, 2), [[meanResponse, known("mm2-20-30", "meanResponse") * 30]]],
    [
      "M/D/1 at 80 %",
      station(0.8, 1, { serviceTime: constant }),
      [
        [meanWait, known("md1", "meanWait")],
        [waitAt(0.9), known("md1", "waitP90")],
        [waitAt(0.99), known("md1", "waitP99")],
      ],
    ],
    ["M/D/2 at 80 %", station(0.8, 2, { serviceTime: constant }), [[meanWait, known("mdc", "meanWait", 0)]]],
    ["M/D/5 at 80 %", station(0.8, 5, { serviceTime: constant }), [[meanWait, known("mdc", "meanWait", 1)]]],
    [
      "M/D/10 at 80 %",
      station(0.8, 10, { serviceTime: constant }),
      [[meanWait, known("mdc", "meanWait", 2)]],
    ],
    ["D/M/1 at 50 %", station(0.5, 1, { arrivals: "constant" }), [[meanWait, known("dm1", "meanWait", 0)]]],
    ["D/M/1 at 80 %", station(0.8, 1, { arrivals: "constant" }), [[meanWait, known("dm1", "meanWait", 1)]]],
  ];
  test.each(rows)("%s", (_, given, figures) => checkStation(given, figures));
});

/** The share of measured requests that were turned away. */
function refused({ tally }: ReplicationData): number {
  const arms = tally.counts.length / 6;
  let done = 0;
  let failed = 0;
  for (let arm = 0; arm < arms; arm++) {
    done += tally.counts[arm * 6] ?? 0;
    failed += tally.counts[arm * 6 + 1] ?? 0;
  }
  return failed / (done + failed);
}

describe("a station with a bounded line turns away the known share", () => {
  test.each([
    ["M/M/1/10 at 90 %", station(0.9, 1, { queue: 9 }), known("mm1-10", "blocking")],
    ["M/M/4/6 at 125 %", station(1.25, 4, { queue: 2 }), known("mm4-6", "blocking")],
    ["M/M/10/10, Erlang's loss system", station(1, 10, { queue: 0 }), known("erlang-b-10", "blocking", 0)],
    [
      "M/M/15/15, Erlang's loss system",
      station(10 / 15, 15, { queue: 0 }),
      known("erlang-b-10", "blocking", 1),
    ],
  ])("%s", (_, given, expected) => {
    const { low, high } = interval99(replicate(stationPlan({ ...given, warmUpS: 0 }), replications), refused);
    // Beginning empty, the first few requests find room: a hundredth of the answer is left for them.
    expect(low).toBeLessThanOrEqual(expected);
    expect(high).toBeGreaterThanOrEqual(expected * 0.99);
  });
});

describe("closed users give the known throughput", () => {
  const closed = (users: number, thinkMs: number, serviceTimeMs: number, slots: number, durationS: number) =>
    planOf(`
name: closed
users: ${users}
workload: { thinkTime: ${thinkMs}ms, timeout: 1h, maxConnections: ${users} }
services: { old: { mock: { serviceTime: { exponential: { mean: ${serviceTimeMs}ms } }, concurrency: ${slots}, queue: 100000 } } }
split: { new: 0% }
run: { duration: ${durationS}s, warmUp: ${Math.ceil(durationS / 10)}s, grace: 1h }`);

  test("a hundred users of one server, PDQ's example", () => {
    const data = replicate(closed(100, 30_000, 63, 1, 12_000), replications);
    const { low, high } = interval99(data, (one) => meanOf(partOf(one, "roundTrip")) / 100);
    const expected = known("finite-population-100", "meanResponse");
    expect([low <= expected, high >= expected], `${expected} in [${low}, ${high}]`).toEqual([true, true]);
  });

  test("four hundred threads of three hundred slots, Gunther's example, with hardly any thinking", () => {
    const data = replicate(closed(400, 0.001, 44.4, 300, 8), replications);
    const { low, high } = interval99(data, (one) => meanOf(partOf(one, "serverQueue")) / 100);
    const expected = known("finite-population-400", "meanWait");
    expect(low).toBeLessThanOrEqual(expected * 1.001);
    expect(high).toBeGreaterThanOrEqual(expected * 0.999);
  });
});

describe("other disciplines have their known answers", () => {
  test("shared cores give every request 1 / (1 − utilisation) times its demand, whatever the law", () => {
    const plan = stationPlan({
      ...station(0.8, 1000, { ratePerSecond: 80, durationS: 600, warmUpS: 20, serviceTime: "0ms" }),
    });
    const mock = { ...plan, services: withCpu(plan.services, serviceMs) };
    const data = replicate(mock, replications, { cpu: "shared" });
    const { low, high } = interval99(data, meanResponse);
    expect([low <= 5, high >= 5], `5 in [${low}, ${high}]`).toEqual([true, true]);
  });

  test("a core that takes requests in turn makes an M/D/1 line of CPU demands", () => {
    const plan = stationPlan(
      station(0.8, 1000, { ratePerSecond: 80, durationS: 600, warmUpS: 20, serviceTime: "0ms" }),
    );
    const data = replicate({ ...plan, services: withCpu(plan.services, serviceMs) }, replications);
    const { low, high } = interval99(data, meanResponse);
    expect([low <= 3, high >= 3], `3 in [${low}, ${high}]`).toEqual([true, true]);
  });

  test("two choices come near their mean field with two hundred servers", () => {
    const plan = stationPlan(
      station(0.9, 1, { replicas: 200, ratePerSecond: 18_000, durationS: 8, warmUpS: 2 }),
    );
    const { mean } = interval99(replicate(plan, 3, { loadBalancing: "powerOfTwo" }), meanResponse);
    expect(mean / known("power-of-two", "meanResponse", 2)).toBeCloseTo(1, 1);
  });

  test("the policies rank as theory says: pooled, least connections, two choices, in turn, random", () => {
    const plan = stationPlan(
      station(0.85, 1, { replicas: 10, ratePerSecond: 850, durationS: 60, warmUpS: 5 }),
    );
    const order = (["pooled", "leastConnections", "powerOfTwo", "roundRobin", "random"] as const).map(
      (loadBalancing) => interval99(replicate(plan, 3, { loadBalancing }), meanResponse).mean,
    );
    expect(order).toEqual(order.toSorted((left, right) => left - right));
  });
});

type Services = ReturnType<typeof planOf>["services"];

function withCpu(services: Services, cpuPerRequestMs: number): Services {
  const { target } = services.old;
  if (target.kind !== "mock") throw new Error("old is a mock here");
  return {
    ...services,
    old: { ...services.old, target: { ...target, mock: { ...target.mock, cpuPerRequestMs } } },
  };
}
