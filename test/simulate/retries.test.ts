import { describe, expect, test } from "vitest";
import { versions } from "../../src/base/version.ts";
import { mmck } from "../../src/model/queueing/mmck.ts";
import { attemptsPerRequest, retryFixedPoint } from "../../src/model/queueing/retries.ts";
import { runResultSchema } from "../../src/result/schema.ts";
import { isBalanced } from "../../src/result/window.ts";
import type { ReplicationData } from "../../src/simulate/engine/replication-data.ts";
import { retryColumn } from "../../src/simulate/engine/retry-desk.ts";
import { countColumns, ending } from "../../src/simulate/engine/tally.ts";
import { simulatePlan } from "../../src/simulate/simulate-plan.ts";
import { planText } from "../scenario/scenario-text.ts";
import { interval99, replicate } from "./plans.ts";

const retried = ({ retries }: ReplicationData) => retries[retryColumn.retried] ?? 0;

/** How many requests of old, the warm-up included, ended so. */
const ended = ({ tally }: ReplicationData, how: number) =>
  tally.counts.reduce((sum, count, at) => (at % (2 * countColumns) === how ? sum + count : sum), 0);

const failing = (retries: string, errors = "30%") =>
  planText(`
name: failing
workload:
  ratePerSecond: 400
  retries: { jitter: none, ${retries} }
services: { old: { mock: { serviceTime: 1ms, concurrency: 100, errors: ${errors} } } }
split: { new: 0% }
run: { duration: 50s, warmUp: 0s, grace: 30s, seed: 5 }`);

describe("clients that ask again", () => {
  test.each([1, 3])("make (1 − f^(R+1))/(1 − f) attempts when each fails with chance f: R = %i", (times) => {
    const replications = replicate(failing(`times: ${times}, backoff: 10ms`), 10);
    const attempts = interval99(replications, (data) => {
      const requests = ended(data, ending.completed) + ended(data, ending.failed);
      return 1 + retried(data) / requests;
    });
    const failures = interval99(replications, (data) => {
      const requests = ended(data, ending.completed) + ended(data, ending.failed);
      return ended(data, ending.failed) / requests;
    });
    expect(Math.abs(attempts.mean - attemptsPerRequest(0.3, times))).toBeLessThan(attempts.halfWidth);
    expect(Math.abs(failures.mean - 0.3 ** (times + 1))).toBeLessThan(failures.halfWidth);
  });

  test("never make more of them than their budget earns, and report what it refused", async () => {
    const plan = failing("times: 5, backoff: 10ms, budget: { share: 10%, burst: 20 }", "100%");
    const { retries, totals } = await simulatePlan(plan, { replications: 1 });
    const { scheduled } = totals.versions.old;
    const counts = retries?.old;
    expect(counts?.retried).toBeLessThanOrEqual(20 + 0.1 * scheduled);
    expect(counts?.retried).toBeGreaterThan(0.1 * scheduled - 1);
    expect(counts?.overBudget).toBe(scheduled);
    expect(counts?.recovered).toBe(0);
  });

  test("reach the fixed point of attempts and refusals of M/M/2/4, when they pause for long", () => {
    const plan = planText(`
name: mm24
workload:
  ratePerSecond: 250
  timeout: 10m
  maxConnections: 100000
  retries: { times: 3, backoff: 8s, maxBackoff: 8s }
services: { old: { mock: { serviceTime: { exponential: { mean: 10ms } }, concurrency: 2, queue: 2 } } }
split: { new: 0% }
run: { duration: 300s, warmUp: 40s, grace: 1m, seed: 9 }`);
    // Pauses of 4 s on average, against some 20 ms in which the station forgets: retries come like new requests.
    const { calm, stormy } = retryFixedPoint({
      ratePerSecond: 250,
      retries: 3,
      failureShare: (attempts) =>
        mmck({ rate: attempts, serviceTime: 0.01, servers: 2, capacity: 4 }).blocking,
    });
    expect(calm.attemptsPerSecond).toBeCloseTo(stormy.attemptsPerSecond, 3);
    const attempts = interval99(replicate(plan, 10), (data) => 250 + retried(data) / 300);
    expect(Math.abs(attempts.mean - calm.attemptsPerSecond)).toBeLessThan(
      attempts.halfWidth + 0.01 * calm.attemptsPerSecond,
    );
  });

  test("give up attempts that take too long, whose work goes on at the server for nobody", () => {
    const plan = planText(`
name: slow
workload:
  ratePerSecond: 20
  timeout: 2s
  retries: { times: 2, attemptTimeout: 100ms, backoff: 50ms, jitter: none }
services: { old: { mock: { serviceTime: 300ms, concurrency: 1000 } } }
split: { new: 0% }
run: { duration: 20s, warmUp: 0s, grace: 5s, seed: 3 }`);
    const [data] = replicate(plan, 1);
    if (data === undefined) throw new Error("one replication");
    const requests = ended(data, ending.timedOut);
    expect(ended(data, ending.completed) + ended(data, ending.failed)).toBe(0);
    expect(retried(data)).toBe(2 * requests);
    expect(data.retries[retryColumn.exhausted]).toBe(requests);
    // 100 + 50 + 100 + 100 + 100 ms, to the last attempt's end.
    const times = data.tally.histograms.find((histogram) => (histogram?.total ?? 0) > 0);
    expect(times && times.sumMs / times.total).toBeCloseTo(450, 6);
    // Three attempts of 300 ms each for a request that is gone after 450 ms.
    expect((data.levels.areas[0] ?? 0) / 20_000).toBeCloseTo((requests / 20) * 0.9, 0);
  });

  test("are bounded by the patience for the whole request", () => {
    const plan = planText(`
name: impatient
workload: { ratePerSecond: 20, timeout: 1s, retries: { times: 100, backoff: 300ms, jitter: none } }
services: { old: { mock: { serviceTime: 1ms, errors: 100% } } }
split: { new: 0% }
run: { duration: 20s, warmUp: 0s, grace: 5s, seed: 3 }`);
    const [impatient] = replicate(plan, 1);
    if (impatient === undefined) throw new Error("one replication");
    // Pauses of 300 and 600 ms: the third attempt ends at 903 ms, the fourth would begin at 2.1 s and is never sent.
    const requests = ended(impatient, ending.timedOut);
    expect(requests).toBeGreaterThan(300);
    expect(ended(impatient, ending.failed)).toBe(0);
    expect(retried(impatient)).toBe(2 * requests);
    expect(impatient.retries[retryColumn.gaveUp]).toBe(requests);
  });

  test("ask only for what their methods allow", () => {
    const plan = planText(`
name: posts
workload: { ratePerSecond: 100, requests: [ { method: POST } ], retries: { times: 3 } }
services: { old: { mock: { errors: 50% } } }
split: { new: 0% }
run: { duration: 10s, warmUp: 0s }`);
    expect(replicate(plan, 1).map(retried)).toEqual([0]);
  });
});

const stormy = `
name: stormy
users: 300
workload:
  thinkTime: 1s
  timeout: 900ms
  maxConnections: 60
  retries: { times: 3, attemptTimeout: 150ms, backoff: 40ms, budget: { share: 40%, burst: 30 } }
  requests: [ { name: read, path: /a, weight: 8 }, { name: write, method: POST, path: /b, weight: 2 } ]
services:
  old: { mock: { serviceTime: { exponential: { mean: 30ms } }, concurrency: 3, queue: 10, replicas: 2, errors: 5% } }
  new: { mock: { serviceTime: { exponential: { mean: 30ms } }, concurrency: 3, queue: 10, replicas: 2 } }
stores: { database: { limitQps: 300, writes: 20% } }
split: { new: 50%, mirror: { to: new, share: 50%, maxInFlight: 5 }, ejection: { window: 2s, ejectFor: 1s } }
rollout: { breaker: { openFor: 2s } }
faults: [ { at: 5s, for: 3s, service: new, kind: crash }, { at: 12s, for: 3s, service: old, kind: hang } ]
run: { duration: 20s, warmUp: 2s, grace: 1s, seed: 11 }`;

describe("retries, breaker, ejection and faults together", () => {
  test("keep every ledger and the schema", async () => {
    const result = await simulatePlan(planText(stormy), { replications: 3 });
    expect(() => runResultSchema.parse(result)).not.toThrow();
    for (const stage of result.stages) {
      for (const version of versions) expect(isBalanced(stage.versions[version])).toBe(true);
      const scheduled = versions.reduce((sum, version) => sum + stage.versions[version].scheduled, 0);
      expect(scheduled).toBe(stage.due);
    }
    expect(result.retries?.new.retried).toBeGreaterThan(0);
  });

  test("give the same bytes for one thread and for three", async () => {
    const [one, three] = await Promise.all(
      [1, 3].map((threads) => simulatePlan(planText(stormy), { threads, replications: 6 })),
    );
    expect(JSON.stringify(three)).toBe(JSON.stringify(one));
  });

  test("obey Little's law for what users wait for", () => {
    const plan = failing("times: 3, backoff: 200ms", "20%");
    for (const { tally, levels } of replicate(plan, 3)) {
      const waitedMs = tally.histograms.reduce((sum, times) => sum + (times?.sumMs ?? 0), 0);
      // All came within the measured part; those that ended after it stayed a little longer than is counted.
      expect((levels.areas[4] ?? 0) / waitedMs).toBeCloseTo(1, 1);
    }
  });
});
