import { expect, test } from "vitest";
import { comparisonCounter, countSplitter, countWindow } from "../../src/measure/run-metrics.ts";
import type { Observation } from "../../src/result/observation.ts";
import { WindowRecorder } from "../../src/result/recorder.ts";
import { Counters } from "../../src/splitter/counters.ts";
import { DurationBuckets } from "../../src/telemetry/duration-buckets.ts";
import { MetricStore } from "../../src/telemetry/metric-store.ts";
import { observation } from "../result/observations.ts";
import { planText } from "../scenario/scenario-text.ts";

const scenario = `
name: a
workload: { ratePerSecond: 10/s, requests: [{ path: / }, { path: /pay, method: POST }] }
run: { duration: 10s, warmUp: 2s }
`;

function plan() {
  return planText(scenario);
}

/** Series as `metric what… = number`, without what is the same in all. */
function check(observations: readonly Partial<Observation>[], expected: readonly string[]): void {
  const store = new MetricStore();
  const { timeline } = plan();
  const recorder = new WindowRecorder({ stages: timeline.stages, originMs: 0, driver: 0 });
  for (const each of observations) recorder.record(observation(each));
  const target = { host: "127.0.0.1", port: 80 };
  countWindow(store, recorder.take(10_000), { plan: plan(), target });
  const lines = store.series().map(({ key, attributes, value }) => {
    const same = ["url.scheme", "server.address", "server.port", "user_agent.synthetic.type"];
    const own = Object.entries(attributes).flatMap(([name, text]) => (same.includes(name) ? [] : [text]));
    return `${key} ${own.join(" ")} = ${value instanceof DurationBuckets ? value.total : value}`;
  });
  expect(lines.toSorted()).toEqual([...expected].toSorted());
}

test("requests are told by method, status and version", () => {
  check(
    [
      {},
      { scheduledMs: 4000 },
      { endpoint: 1, status: 201 },
      { endpoint: 1, version: "new", outcome: "http-error", status: 503, errorClass: "status-503" },
    ],
    [
      "clientDuration GET 200 old = 2",
      "clientDuration POST 201 old = 1",
      "clientDuration POST 503 503 new = 1",
      "clientRequests old completed = 3",
      "clientRequests new failed = 1",
    ],
  );
});

test("those without an answer have no status but a reason", () => {
  check(
    [
      { outcome: "timeout", status: 0, errorClass: "timeout" },
      { outcome: "connection-error", status: 0, errorClass: "refused" },
      { outcome: "unfinished", status: 0 },
    ],
    [
      "clientDuration GET timeout old = 1",
      "clientDuration GET refused old = 1",
      "clientDuration GET unfinished old = 1",
      "clientRequests old timed_out = 1",
      "clientRequests old failed = 1",
      "clientRequests old in_flight = 1",
    ],
  );
});

test("one that was never sent has no duration, and stays in the ledger", () => {
  check([{ outcome: "not-sent", status: 0, errorClass: "queue-age" }], ["clientRequests old not_sent = 1"]);
});

test("retries are told beside their requests", () => {
  check(
    [
      { retries: { sent: 2, end: "recovered", firstSentMs: 1 } },
      { retries: { sent: 1, end: undefined, firstSentMs: 1 } },
      {
        outcome: "http-error",
        status: 503,
        errorClass: "status-503",
        retries: { sent: 0, end: "overBudget", firstSentMs: 1 },
      },
    ],
    [
      "clientDuration GET 200 old = 2",
      "clientDuration GET 503 503 old = 1",
      "clientRequests old completed = 2",
      "clientRequests old failed = 1",
      "clientRetries old sent = 3",
      "clientRetries old recovered = 1",
      "clientRetries old over_budget = 1",
    ],
  );
});

test("the warm-up is told nowhere", () => {
  check([{ scheduledMs: -1500 }, { scheduledMs: -1 }], []);
});

test("a splitter's seconds add up, and copies are nobody's requests", () => {
  const store = new MetricStore();
  const counters = new Counters();
  for (const _second of [1, 2, 3]) {
    counters.versions.old.received += 4;
    counters.versions.old.inFlight = 2;
    counters.countAnswer("old", 200);
    counters.mirror.answered += 5;
    counters.mirror.dropped += 1;
    countSplitter(store, counters.take(100_000, { old: true, new: false }));
  }
  const told = store.series().map(({ key, attributes, value }) => [key, ...Object.values(attributes), value]);
  expect(told).toEqual(
    expect.arrayContaining([
      ["received", "old", 12],
      ["answered", "old", "2xx", 3],
      ["inFlight", "old", 2],
      ["healthy", "old", 1],
      ["healthy", "new", 0],
      ["splitWeight", "old", 0.9],
      ["splitWeight", "new", 0.1],
      ["mirrored", "answered", 15],
      ["mirrored", "dropped", 3],
    ]),
  );
  expect(told.filter(([key]) => key === "received")).toEqual([["received", "old", 12]]);
});

test("compared answers are counted once, and a mismatch that turns out to be noise is taken back", () => {
  const store = new MetricStore();
  const count = comparisonCounter(store);
  const overload = { compared: 0, different: 0 };
  const report = (compared: number, mismatched: number, raw: number) => {
    const endpoint = { endpoint: "pay", compared, different: raw, mismatched, overload, notCompared: {} };
    const field = { endpoint: "pay", field: "$.a", kind: "value" as const, raw, noise: 0, underOverload: 0 };
    return {
      ...{ wanted: compared, compared, mismatched, noise: "old-twice" as const, overload, notCompared: {} },
      endpoints: [{ ...endpoint, noiseCompared: 0, noiseDifferent: 0 }],
      fields: [{ ...field, isBeyondNoise: mismatched > 0, examples: [] }],
      leftOut: { endpoints: 0, fields: 0 },
    };
  };
  const told = () =>
    store
      .series()
      .filter(({ value }) => value !== 0)
      .map(({ key, attributes, value }) => `${key} ${Object.values(attributes).join(" ")} = ${value}`);
  count(report(10, 2, 3));
  expect(told()).toEqual(["compared pay = 10", "mismatched pay = 2", "mismatches pay value = 3"]);
  count(report(15, 4, 5));
  expect(told()).toEqual(["compared pay = 15", "mismatched pay = 4", "mismatches pay value = 5"]);
  count(report(20, 0, 6));
  expect(told()).toEqual(["compared pay = 20"]);
});
