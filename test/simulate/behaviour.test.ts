import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "../../src/base/errors.ts";
import { type Version, versions } from "../../src/base/version.ts";
import { type RunResult, runResultSchema } from "../../src/result/schema.ts";
import { isBalanced } from "../../src/result/window.ts";
import { toHistogram } from "../../src/simulate/engine/duration-counts.ts";
import { feedForwardSteps } from "../../src/simulate/engine/feed-forward.ts";
import type { ReplicationData } from "../../src/simulate/engine/replication-data.ts";
import { Simulation } from "../../src/simulate/engine/simulation.ts";
import { settingsFor } from "../../src/simulate/settings.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { allAtOnce } from "../../src/simulate/steps.ts";
import { openArrivals, shareOfArrivals } from "../../src/workload/arrivals.ts";
import { PlannedSubject } from "../../src/workload/planned-subject.ts";
import { requestMix } from "../../src/workload/request-mix.ts";
import { decideVersion } from "../../src/workload/split.ts";
import { identifyUsers, userOfOrdinal } from "../../src/workload/user-identity.ts";
import { planText } from "../scenario/scenario-text.ts";
import { stationPlan } from "./plans.ts";

const everything = `
name: everything
users: 500
workload:
  ratePerSecond: 150
  timeout: 300ms
  maxConnections: 40
  requests: [ { name: read, path: /a, weight: 8 }, { name: write, method: POST, path: /b, weight: 2 } ]
services:
  old: { mock: { serviceTime: { lognormal: { mean: 20ms, p99: 80ms } }, concurrency: 3, queue: 10, replicas: 2, cpuPerRequest: 2ms, errors: 1% } }
  new: { mock: { serviceTime: { gamma: { mean: 15ms, shape: 2 } }, concurrency: 4, queue: 5, coldStart: { for: 5s } } }
stores: { database: { limitQps: 200, writes: 20% }, cache: { hitRatio: 50% } }
split: { new: 40%, flags: [ { header: x-beta, equals: "1", to: new, share: 5% } ], mirror: { to: new, share: 50%, maxInFlight: 5, deadline: 100ms } }
run: { duration: 20s, warmUp: 2s, grace: 1s, seed: 11 }
`;
const troubles = ["slow", "errors", "crash", "hang"] as const;
const parameters = { slow: ", factor: 4", errors: ", share: 50%", crash: "", hang: "" } as const;
const withFault = (kind: keyof typeof parameters) =>
  planText(`${everything}\nfaults: [ { at: 5s, for: 4s, service: new, kind: ${kind}${parameters[kind]} } ]`);

const ofAll = (result: RunResult) =>
  result.stages.flatMap((stage) => versions.map((version) => stage.versions[version]));

describe("a simulated result", () => {
  test.each(troubles)(
    "keeps its ledgers, its schema and its arrivals while new has trouble: %s",
    async (kind) => {
      const result = await simulatePlan(withFault(kind), { replications: 2 });
      expect(() => runResultSchema.parse(result)).not.toThrow();
      expect(ofAll(result).every(isBalanced)).toBe(true);
      for (const stage of result.stages) {
        const scheduled = versions.reduce((sum, version) => sum + stage.versions[version].scheduled, 0);
        expect(scheduled).toBe(stage.due);
      }
      const { mirror } = result;
      expect(mirror?.copied).toBeGreaterThan(0);
      const ended = (mirror?.answered ?? 0) + (mirror?.failed ?? 0) + (mirror?.timedOut ?? 0);
      expect((mirror?.copied ?? 0) - ended).toBeLessThanOrEqual(2 * 5);
    },
  );

  test("is the same to the last byte with one thread and with three", async () => {
    const plan = withFault("crash");
    const [one, three] = await Promise.all(
      [1, 3].map((threads) => simulatePlan(plan, { threads, replications: 7 })),
    );
    expect(JSON.stringify(three)).toBe(JSON.stringify(one));
  });

  test("meets the very requests of a real run: the same arrivals, endpoints and decisions", async () => {
    const plan = planText(everything);
    const { load, split, endpoints, users, seed } = plan;
    if (load.kind !== "open") throw new Error("the load is open");
    const [mix, userOf, identify] = [
      requestMix(endpoints, seed),
      userOfOrdinal(users, seed),
      identifyUsers(split),
    ];
    const subject = new PlannedSubject(plan);
    const expected = new Map<string, number>();
    for (const { atMs, ordinal } of shareOfArrivals(openArrivals(load, seed), 0, 1)) {
      if (atMs < 0) continue;
      const request = { ordinal, endpoint: mix(ordinal), identity: identify(userOf(ordinal)) };
      const asked = subject.of(request, () => endpoints[mix(ordinal)]?.path ?? "");
      const version = decideVersion(split, split.newPerMillion, asked);
      const name = `${version} ${endpoints[mix(ordinal)]?.name}`;
      expected.set(name, (expected.get(name) ?? 0) + 1);
    }
    const { stages } = await simulatePlan(plan, { replications: 1 });
    const seen = (stages.at(-1)?.endpoints ?? []).flatMap(({ name, versions: of }) =>
      versions.map((version) => [`${version} ${name}`, of[version]?.scheduled] as const),
    );
    expect(new Map(seen)).toEqual(expected);
  });

  test("changes with the seed", async () => {
    const [one, other] = await Promise.all(
      [1, 2].map((seed) => simulatePlan({ ...planText(everything), seed }, { replications: 2 })),
    );
    expect(JSON.stringify(other?.totals)).not.toBe(JSON.stringify(one?.totals));
  });

  test("obeys Little's law: requests in the system are their rate times their stay", async () => {
    const { simulation } = await simulatePlan(
      stationPlan({
        ratePerSecond: 320,
        serviceTime: "{ exponential: { mean: 10ms } }",
        slots: 4,
        durationS: 200,
        warmUpS: 5,
      }),
      { replications: 4 },
    );
    const of = (metric: string) =>
      simulation?.estimates.find((estimate) => estimate.metric === metric)?.mean ?? 0;
    const product = (of("throughputPerSecond") * of("responseTime.mean")) / 1000;
    expect(of("requestsInSystem") / product).toBeCloseTo(1, 2);
  });

  test("stops when its intervals are narrow enough, and says when they never were", async () => {
    const plan = planText("name: short\nworkload: { ratePerSecond: 100 }\nrun: { duration: 10s }");
    const easy = await simulatePlan(plan, { precision: { mean: 0.5, p99: 0.9 } });
    expect([easy.simulation?.replications, easy.simulation?.precision.state]).toEqual([10, "reached"]);
    const noisy = planText(
      "name: noisy\nworkload: { ratePerSecond: 100 }\nservices: { old: { mock: { serviceTime: { exponential: { mean: 50ms } } } } }\nrun: { duration: 10s }",
    );
    const hard = await simulatePlan(noisy, { precision: { mean: 1e-6, p99: 1e-6, maxReplications: 16 } });
    expect([hard.simulation?.replications, hard.simulation?.precision.state]).toEqual([16, "not reached"]);
    expect(hard.validity.state).toBe("TAINTED");
  });

  test("of an overloaded station ends, names it and tells its growth", async () => {
    const plan = stationPlan({
      ratePerSecond: 150,
      serviceTime: "10ms",
      slots: 1,
      durationS: 30,
      warmUpS: 1,
      extra: "",
    });
    const { simulation, validity } = await simulatePlan(plan, { replications: 3 });
    expect(simulation?.overloads).toEqual([
      { resource: "old slots", utilisation: expect.closeTo(1.5, 6), excessPerSecond: expect.closeTo(50, 6) },
    ]);
    expect(simulation?.growthPerSecond?.mean).toBeGreaterThan(40);
    expect(simulation?.growthPerSecond?.mean).toBeLessThan(60);
    expect(validity.reasons.join()).toMatch(/old slots: 1.5 times/);
  });

  test("that is stopped keeps what was done, and says so", async () => {
    const controller = new AbortController();
    const run = simulatePlan(planText(everything), {
      replications: 1000,
      signal: controller.signal,
      onProgress: (done) => done === 3 && controller.abort("SIGINT"),
    });
    const { completeness, simulation } = await run;
    expect(completeness).toEqual({ state: "partial", reason: "stopped by SIGINT" });
    expect(simulation?.replications).toBe(3);
  });
});

describe("virtual time", () => {
  const armOf = (result: RunResult, version: Version) => result.totals.versions[version];

  test("sends safe requests of a killed version to the other, and its users back after its restart", async () => {
    const calm = await simulatePlan(planText(everything), { replications: 2 });
    const result = await simulatePlan(withFault("crash"), { replications: 2 });
    expect(armOf(calm, "old").rerouted).toBe(0);
    expect(armOf(result, "old").rerouted).toBeGreaterThan(100);
    expect(result.events.map(({ kind }) => kind)).toEqual(["fault", "unhealthy", "fault", "healthy"]);
    const healthy = result.events.at(-1)?.atMs ?? 0;
    expect(healthy).toBeGreaterThan(9000);
    expect(healthy).toBeLessThan(9000 + 3 * 500);
  });

  test("lets requests of a version that hangs time out until its checks have failed", async () => {
    const result = await simulatePlan(withFault("hang"), { replications: 2 });
    expect(armOf(result, "new").timedOut).toBeGreaterThan(
      armOf(await simulatePlan(planText(everything), { replications: 2 }), "new").timedOut,
    );
    expect(result.events.some(({ kind, version }) => kind === "unhealthy" && version === "new")).toBe(true);
  });

  test("makes the faults' own numbers: half of the answers wrong, or four times the time", async () => {
    const calm = await simulatePlan(planText(everything), { replications: 2 });
    const failing = await simulatePlan(withFault("errors"), { replications: 2 });
    const slow = await simulatePlan(withFault("slow"), { replications: 2 });
    const rate = (result: RunResult) => armOf(result, "new").failed / armOf(result, "new").scheduled;
    // 4 of 20 seconds at 50 %.
    expect(rate(failing) - rate(calm)).toBeGreaterThan(0.06);
    expect(rate(failing) - rate(calm)).toBeLessThan(0.14);
    expect(armOf(slow, "new").responseTimeMs.mean).toBeGreaterThan(
      armOf(calm, "new").responseTimeMs.mean ?? 0,
    );
  });

  test.each([
    [
      "a run of too many requests",
      "name: long\nworkload: { ratePerSecond: 1000 }\nrun: { duration: 24h }",
      /86,403,000 requests/,
    ],
    [
      "a service without a service time",
      "name: real\nworkload: { ratePerSecond: 1 }\nservices: { old: { url: 'http://127.0.0.1:1' } }",
      /capacity.serviceTime/,
    ],
  ])("refuses %s", async (_, text, message) => {
    const run = simulatePlan(planText(text));
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(message);
  });
});

describe("the feed-forward engine", () => {
  const comparable = ({ tally }: ReplicationData) => ({
    due: [...tally.due],
    counts: [...tally.counts],
    errors: [...tally.errors],
    histograms: tally.histograms.map((durations) => durations && toHistogram(durations).encode()),
    parts: tally.parts.map((durations) => durations && toHistogram(durations).encode()),
  });
  const laws = [
    "12ms",
    "{ exponential: { mean: 10ms } }",
    "{ lognormal: { mean: 10ms, p99: 50ms } }",
    "{ gamma: { mean: 8ms, shape: 0.7 } }",
  ];
  const policies = ["pooled", "random", "roundRobin"] as const;

  test("gives every request the times that the event engine gives it", () => {
    const station = fc.record({
      law: fc.constantFrom(...laws),
      slots: fc.integer({ min: 1, max: 12 }),
      replicas: fc.integer({ min: 1, max: 4 }),
      ratePerSecond: fc.integer({ min: 5, max: 90 }),
      loadBalancing: fc.constantFrom(...policies),
      seed: fc.integer({ min: 0, max: 1e9 }),
    });
    fc.assert(
      fc.property(station, ({ law, slots, replicas, ratePerSecond, loadBalancing, seed }) => {
        const plan = stationPlan({
          ratePerSecond,
          serviceTime: law,
          slots,
          replicas,
          durationS: 20,
          warmUpS: 2,
          extra: "stores: { database: { writes: 30% }, cache: {} }",
        });
        const { load } = plan;
        if (load.kind !== "open") throw new Error("the load is open");
        const settings = settingsFor(plan, { loadBalancing });
        const input = () => ({ plan, settings, seed, arrivals: openArrivals(load, seed) });
        const quick = allAtOnce(feedForwardSteps(input()));
        expect(quick).toBeDefined();
        if (quick === undefined) return;
        const slow = new Simulation(input()).run();
        expect(comparable(quick)).toEqual(comparable(slow));
        expect([...quick.levels.awaitedAt]).toEqual([...slow.levels.awaitedAt]);
        for (const [index, area] of slow.levels.areas.entries()) {
          expect(Math.abs((quick.levels.areas[index] ?? 0) - area)).toBeLessThan(1e-3);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("gives up where a line is full, and the event engine takes over", async () => {
    const bounded = stationPlan({
      ratePerSecond: 300,
      serviceTime: "10ms",
      slots: 1,
      queue: 3,
      durationS: 5,
      warmUpS: 0,
    });
    const roomy = stationPlan({
      ratePerSecond: 50,
      serviceTime: "10ms",
      slots: 1,
      queue: 1000,
      durationS: 5,
      warmUpS: 0,
    });
    const engineOf = async (plan: typeof roomy) =>
      (await simulatePlan(plan, { replications: 2 })).simulation?.engine;
    expect([await engineOf(bounded), await engineOf(roomy)]).toEqual(["event", "feed-forward"]);
  });
});
