import { describe, expect, test } from "vitest";
import type { DriverPlan } from "../../../src/measure/driver/messages.ts";
import type { Observation } from "../../../src/result/observation.ts";
import { isBalanced } from "../../../src/result/window.ts";
import { closedLoad, constantLoad, driverPlan, type PlanChoices } from "./driver-plan.ts";
import { type Played, type PlayOptions, play } from "./play.ts";
import { startTestServer } from "./test-server.ts";

const loads: readonly {
  readonly name: string;
  readonly choices: PlanChoices;
  readonly inputs?: PlayOptions["inputs"];
}[] = [
  { name: "open load", choices: { load: constantLoad(60, 300), durationMs: 300 } },
  { name: "closed users", choices: { load: closedLoad(6, 40), durationMs: 300 } },
  {
    name: "trace",
    choices: { load: { kind: "trace", file: "trace.csv", speed: 1 }, durationMs: 300 },
    inputs: {
      trace: Array.from({ length: 18 }, (_, row) => ({ atMs: row * 15, method: undefined, path: undefined })),
    },
  },
];

/** What was to come of every request: `ok recovered 2` is answered well by the third attempt. */
function endings({ observations }: Played): readonly string[] {
  return [...new Set(observations.map(endingOf))].toSorted();
}

function endingOf({ outcome, retries }: Observation): string {
  return [outcome, retries?.end ?? "–", retries?.sent ?? "–"].join(" ");
}

/** Plays against a server of its own, which counts attempts as they arrive. */
async function playWatched(plan: DriverPlan, options: PlayOptions) {
  const server = await startTestServer();
  const played = await play(plan, server.port, options);
  server.close();
  const retried = played.observations.reduce((sum, { retries }) => sum + (retries?.sent ?? 0), 0);
  return { played, retried, received: server.requests() };
}

describe.each(loads)("a client that asks again: $name", { concurrent: true }, ({ choices, inputs }) => {
  const at = (path: string, more: PlanChoices = {}, options: PlayOptions = {}) =>
    playWatched(driverPlan({ ...choices, endpoints: [{ path }], retries: {}, graceMs: 4000, ...more }), {
      ...options,
      ...(inputs && { inputs }),
    });

  /** Every request ends alike, is booked once, and all its attempts reach the server. */
  test.each<[what: string, path: string, more: PlanChoices, ending: string, attempts: number]>([
    ["needs no retry", "/ok", {}, "ok – 0", 1],
    ["is answered by the second attempt", "/flaky/1", {}, "ok recovered 1", 2],
    ["is answered by the third attempt", "/flaky/2", {}, "ok recovered 2", 3],
    ["loses two connections", "/flaky/2/reset", {}, "ok recovered 2", 3],
    ["gets half an answer", "/flaky/1/truncated", {}, "ok recovered 1", 2],
    ["fails to the last", "/flaky/3", { retries: { times: 2 } }, "http-error exhausted 2", 3],
    ["breaks to the last", "/flaky/3/close", { retries: { times: 2 } }, "connection-error exhausted 2", 3],
    ["takes a 404 as the answer", "/status-404", {}, "http-error – 0", 1],
    [
      "gives up slow attempts",
      "/flaky/2/silence",
      { retries: { attemptTimeoutMs: 500 } },
      "ok recovered 2",
      3,
    ],
    [
      "gives up its last attempt too",
      "/silence",
      { retries: { times: 1, attemptTimeoutMs: 100 } },
      "timeout exhausted 1",
      2,
    ],
    ["has no time for a second attempt", "/silence", { limits: { timeoutMs: 200 } }, "timeout – 0", 1],
    [
      "runs out of patience while it pauses",
      "/status-503",
      { retries: { backoffMs: 400, times: 9 }, limits: { timeoutMs: 1000 } },
      "timeout gaveUp 1",
      2,
    ],
    [
      "still pauses when the run ends",
      "/status-503",
      { retries: { backoffMs: 60_000, maxBackoffMs: 60_000 }, graceMs: 50 },
      "unfinished – 0",
      1,
    ],
    [
      "may not be asked twice",
      "/flaky/1",
      { endpoints: [{ method: "POST", path: "/flaky/1" }] },
      "http-error – 0",
      1,
    ],
    [
      "may be asked twice because the plan says so",
      "/flaky/1",
      { endpoints: [{ method: "POST", path: "/flaky/1" }], retries: { methods: ["POST"] } },
      "ok recovered 1",
      2,
    ],
  ])("a request that %s", async (_what, path, more, ending, attempts) => {
    const { played, retried, received } = await at(path, more);
    const { observations, totals, dueCount } = played;
    expect(observations.length).toBeGreaterThan(5);
    expect(endings(played)).toEqual([ending]);
    expect(dueCount).toBe(observations.length);
    expect(totals.counts.scheduled).toBe(observations.length);
    expect(isBalanced(totals.counts)).toBe(true);
    expect(retried).toBe((attempts - 1) * observations.length);
    expect(received).toBe(attempts * observations.length);
  });

  test("a response time runs from the planned moment to the last answer, with its pauses", async () => {
    const { played } = await at("/flaky/2", { retries: { backoffMs: 30 } });
    for (const { scheduledMs, sentMs, completedMs, retries } of played.observations) {
      expect(sentMs - (retries?.firstSentMs ?? Number.NaN)).toBeGreaterThanOrEqual(90);
      expect(retries?.firstSentMs).toBeGreaterThanOrEqual(scheduledMs);
      expect(completedMs).toBeGreaterThan(sentMs);
    }
  });

  test("retries never outgrow their budget, and every failed request says why it had no more", async () => {
    const budget = { share: 0.2, burst: 3 };
    const { played, retried } = await at("/status-503", { retries: { times: 1, budget } });
    const requests = played.observations.length;
    expect(retried).toBeLessThanOrEqual(3 + 0.2 * requests + 1e-6);
    // What the first requests earn beyond the burst is lost; half of the budget is surely used.
    expect(retried).toBeGreaterThanOrEqual(3);
    const count = (wanted: string) => played.observations.filter((each) => endingOf(each) === wanted).length;
    expect(count("http-error exhausted 1")).toBe(retried);
    expect(count("http-error overBudget 0")).toBe(requests - retried);
  });

  test("another attempt goes to whom the split then gives the request", async () => {
    const { played } = await at(
      "/flaky/1",
      { retries: { backoffMs: 700 } },
      {
        // Between the last first attempt and the first retry.
        meanwhile: (engine) => setTimeout(() => engine.setSplit({ newPerMillion: 1_000_000 }), 450),
      },
    );
    expect(new Set(played.observations.map(({ version }) => version))).toEqual(new Set(["new"]));
    expect(played.totals.counts.rerouted).toBe(0);
  });

  test("without retries in the plan nothing is told of them", async () => {
    const plan = driverPlan({ ...choices, endpoints: [{ path: "/flaky/1" }] });
    const { played } = await playWatched(plan, inputs === undefined ? {} : { inputs });
    const { observations } = played;
    expect(observations.map(({ outcome, retries }) => [outcome, retries])).toEqual(
      observations.map(() => ["http-error", undefined]),
    );
  });
});

test("a target that is gone for a moment is asked again until it is back", async () => {
  let server = await startTestServer();
  const { port } = server;
  const plan = driverPlan({
    load: constantLoad(100, 600),
    durationMs: 600,
    graceMs: 10_000,
    limits: { timeoutMs: 10_000, maxQueueAgeMs: 10_000 },
    retries: { times: 100, backoffMs: 20, maxBackoffMs: 40 },
  });
  const { observations, totals } = await play(plan, port, {
    meanwhile: () => {
      setTimeout(() => server.close(), 150);
      setTimeout(async () => {
        server = await startTestServer(port);
      }, 300);
    },
  });
  server.close();
  expect(totals.counts.completed).toBe(totals.due);
  expect(totals.connectionFailures["refused"]).toBeGreaterThan(0);
  expect(observations.some(({ retries }) => (retries?.sent ?? 0) > 0)).toBe(true);
});

test.each([
  ["open load", constantLoad(60, 400)],
  ["closed users", closedLoad(6, 40)],
])("a target that stays away lets every request run out of patience: %s", async (_name, load) => {
  const server = await startTestServer();
  const plan = driverPlan({
    load,
    durationMs: 400,
    graceMs: 10_000,
    limits: { timeoutMs: 600 },
    retries: { times: 1000, backoffMs: 20, maxBackoffMs: 40 },
  });
  const { observations, totals } = await play(plan, server.port, {
    meanwhile: () => setTimeout(() => server.close(), 100),
  });
  expect(totals.due).toBe(observations.length);
  expect(totals.counts.completed + totals.counts.timedOut).toBe(totals.due);
  // Their retries found nobody to connect to, and so none was sent.
  const lost = observations.filter(({ outcome }) => outcome !== "ok");
  expect(lost.length).toBeGreaterThan(3);
  for (const each of lost) expect(endingOf(each)).toBe("timeout gaveUp 0");
});

test("a retry that finds no connection ends the request as its last attempt did", async () => {
  const plan = driverPlan({
    load: { kind: "trace", file: "trace.csv", speed: 1 },
    durationMs: 100,
    graceMs: 4000,
    endpoints: [{ path: "/flaky/1" }, { path: "/delay/800" }],
    limits: { maxConnections: 1, maxQueueAgeMs: 100 },
    retries: { backoffMs: 60 },
  });
  const trace = [
    { atMs: 0, method: "GET", path: "/flaky/1" },
    { atMs: 30, method: "GET", path: "/delay/800" },
  ];
  const { played, received } = await playWatched(plan, { inputs: { trace } });
  expect(played.observations.map(endingOf)).toEqual(["http-error gaveUp 0", "ok – 0"]);
  expect(played.observations[0]).toMatchObject({ status: 503, errorClass: "status-503" });
  expect(received).toBe(2);
});

test("a closed user asks nothing else before the request is over", async () => {
  const server = await startTestServer();
  const plan = driverPlan({
    load: closedLoad(3, 5),
    endpoints: [{ path: "/flaky/2" }],
    retries: { backoffMs: 5 },
  });
  const spans: { readonly user: number; readonly fromMs: number; readonly toMs: number }[] = [];
  const { observations } = await play(plan, server.port, {
    onRecord: ({ user = -1, scheduledMs, completedMs }) =>
      spans.push({ user, fromMs: scheduledMs, toMs: completedMs }),
  });
  server.close();
  expect(observations.length).toBeGreaterThan(10);
  for (const user of new Set(spans.map((span) => span.user))) {
    const own = spans
      .filter((span) => span.user === user)
      .toSorted((left, right) => left.fromMs - right.fromMs);
    for (const [index, { fromMs }] of own.entries())
      expect(fromMs).toBeGreaterThanOrEqual(own[index - 1]?.toMs ?? 0);
  }
});

test("drivers that share a load share the budget", async () => {
  const server = await startTestServer();
  const budget = { share: 0, burst: 5 };
  const plan = driverPlan({ endpoints: [{ path: "/status-503" }], retries: { times: 5, budget } });
  const played = await Promise.all([0, 1, 2].map((driver) => play(plan, server.port, { driver, of: 3 })));
  server.close();
  const retried = played.map(({ observations }) =>
    observations.reduce((sum, { retries }) => sum + (retries?.sent ?? 0), 0),
  );
  expect(retried).toEqual([2, 2, 1]);
});
