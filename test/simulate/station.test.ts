import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { type DurationCounts, durationQuantile } from "../../src/simulate/engine/duration-counts.ts";
import { type Station, type StationTimes, simulateStation } from "../../src/simulate/station.ts";
import { type MeanEstimate, meanEstimate } from "../../src/stats/student.ts";
import { shareAbove } from "./figures.ts";

const meanOf = (counts: DurationCounts): number => counts.sumMs / counts.total;
const exponential = (meanMs: number) => ({ law: "exponential", meanMs }) as const;

type Asked = { readonly station: Station; readonly requests: number; readonly replications: number };

function interval(
  { station, requests, replications }: Asked,
  figure: (times: StationTimes) => number,
): MeanEstimate {
  const values = Array.from({ length: replications }, (_, seed) =>
    figure(simulateStation(station, { requests, warmUp: requests / 10, seed })),
  );
  const estimate = meanEstimate(values, 0.99);
  if (estimate === undefined) throw new Error("two replications at least");
  return estimate;
}

describe("a station simulated column by column has the known answer in its 99 % interval", () => {
  const at = (
    ratePerSecond: number,
    slots: number,
    serviceTime: Station["serviceTime"] = exponential(10),
  ): Asked => ({
    station: { ratePerSecond, slots, serviceTime },
    requests: 200_000,
    replications: 12,
  });
  const twenty = at(1000, 21, exponential(20));
  test.each([
    ["M/M/1 at 80 %: mean wait", at(80, 1), ({ waits }: StationTimes) => meanOf(waits), 40],
    [
      "M/M/1 at 80 %: p99 of the response",
      at(80, 1),
      ({ responses }: StationTimes) => durationQuantile(responses, 0.99),
      230.25851,
    ],
    [
      "M/D/1 at 90 %: mean wait",
      at(90, 1, { law: "constant", ms: 10 }),
      ({ waits }: StationTimes) => meanOf(waits),
      45,
    ],
    ["M/M/10 at 90 %: mean wait", at(900, 10), ({ waits }: StationTimes) => meanOf(waits), 6.6873152],
    [
      "M/M/10 at 90 %: p99.9",
      at(900, 10),
      ({ responses }: StationTimes) => durationQuantile(responses, 0.999),
      88.410568,
    ],
    [
      "M/M/21 where two exponents meet: share above 200 ms",
      twenty,
      ({ responses }: StationTimes) => shareAbove(responses, 200),
      0.000391,
    ],
    [
      "M/Gamma/1 at 70 %, scv 2: Pollaczek and Khinchine's mean wait",
      at(70, 1, { law: "gamma", meanMs: 10, shape: 0.5 }),
      ({ waits }: StationTimes) => meanOf(waits),
      35,
    ],
  ] as const)("%s", (_, asked, figure, expected) => {
    const { low, high } = interval(asked, figure);
    expect([low <= expected, high >= expected], `${expected} in [${low}, ${high}]`).toEqual([true, true]);
  });
});

/**
 * The mean wait of the n-th request of an M/M/1 that begins empty, in ms: Spitzer's identity, its positive parts
 * from the race of arrivals and services.
 */
function meanWaitOf(n: number, arrivalsPerMs: number, servicesPerMs: number): number {
  let sum = 0;
  for (let k = 1; k < n; k++) {
    const arrival = arrivalsPerMs / (arrivalsPerMs + servicesPerMs);
    let probability = arrival ** k;
    let positive = 0;
    for (let served = 0; served < k; served++) {
      positive += (probability * (k - served)) / servicesPerMs;
      probability *= ((served + k) / (served + 1)) * (1 - arrival);
    }
    sum += positive / k;
  }
  return sum;
}

describe("an M/M/1 that begins empty", () => {
  test.each([2, 10, 50])("makes its request number %d wait as long as theory says", (n) => {
    const station = { ratePerSecond: 90, serviceTime: exponential(10), slots: 1 };
    const waits = Array.from({ length: 4000 }, (_, seed) =>
      meanOf(simulateStation(station, { requests: 1, warmUp: n - 1, seed }).waits),
    );
    const { low = 0, high = 0 } = meanEstimate(waits, 0.99) ?? {};
    const expected = meanWaitOf(n, 0.09, 0.1);
    expect([low <= expected, high >= expected], `${expected} in [${low}, ${high}]`).toEqual([true, true]);
  });
});

test("the 95 % intervals of ten replications cover the truth in 92 to 98 of 100 systems, for means and for p99", () => {
  const systems = 500;
  const uniform = randomStream(9, "systems");
  let meansCovered = 0;
  let p99sCovered = 0;
  for (let system = 0; system < systems; system++) {
    const utilisation = 0.2 + 0.5 * uniform();
    const station = { ratePerSecond: 100 * utilisation, serviceTime: exponential(10), slots: 1 };
    const runs = Array.from({ length: 10 }, (_, replication) =>
      simulateStation(station, { requests: 6000, warmUp: 500, seed: 10 * system + replication }),
    );
    const responseMs = 10 / (1 - utilisation);
    const mean = meanEstimate(runs.map(({ responses }) => meanOf(responses)));
    const p99 = meanEstimate(runs.map(({ responses }) => durationQuantile(responses, 0.99)));
    if (mean !== undefined && mean.low <= responseMs && mean.high >= responseMs) meansCovered++;
    const truth = responseMs * Math.log(100);
    if (p99 !== undefined && p99.low <= truth && p99.high >= truth) p99sCovered++;
  }
  for (const covered of [meansCovered, p99sCovered]) {
    expect(covered / systems).toBeGreaterThanOrEqual(0.92);
    expect(covered / systems).toBeLessThanOrEqual(0.98);
  }
});
