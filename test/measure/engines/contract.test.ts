import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Outcome } from "../../../src/result/observation.ts";
import { isBalanced } from "../../../src/result/window.ts";
import { closedLoad, constantLoad, driverPlan, type PlanChoices } from "./driver-plan.ts";
import { play } from "./play.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());

type Engine = {
  readonly name: string;
  readonly choices: PlanChoices;
  /** Answers that it is known to misread: why it is a cross-check, and not the instrument. */
  readonly misreads?: readonly string[];
};

const engines: readonly Engine[] = [
  { name: "open loop", choices: { load: constantLoad(100, 400), durationMs: 400 } },
  { name: "closed users", choices: { load: closedLoad(10, 30), durationMs: 400 } },
  { name: "saturating closed users", choices: { load: closedLoad(4, 0), durationMs: 400 } },
  {
    name: "autocannon",
    choices: { load: closedLoad(4, 0), durationMs: 400, engine: "autocannon" },
    misreads: ["/unchanged", "/hints", "/then-close"],
  },
];

describe.each(engines)(
  "every engine keeps the contract: $name",
  { concurrent: true },
  ({ choices, misreads = [] }) => {
    const at = (path: string, more: PlanChoices = {}) =>
      play(driverPlan({ ...choices, ...more, endpoints: [{ path }] }), server.port);

    const answers: readonly [string, Outcome, number, string][] = [
      ["/ok", "ok", 200, ""],
      ["/empty", "ok", 204, ""],
      ["/unchanged", "ok", 304, ""],
      ["/chunked", "ok", 200, ""],
      ["/cut", "ok", 200, ""],
      ["/hints", "ok", 200, ""],
      ["/then-close", "ok", 200, ""],
      ["/status-404", "http-error", 404, "status-404"],
      ["/status-503", "http-error", 503, "status-503"],
    ];

    test.each(answers.filter(([path]) => !misreads.includes(path)))(
      "an answer from %s is booked as %s with status %d",
      async (path, outcome, status, errorClass) => {
        const { observations, totals } = await at(path);
        expect(observations.length).toBeGreaterThan(3);
        for (const observation of observations) {
          expect(observation).toMatchObject({ outcome, status, errorClass, version: "old" });
        }
        expect(isBalanced(totals.counts)).toBe(true);
      },
    );

    test.each(["/reset", "/close"])("a connection lost at %s is a connection error", async (path) => {
      const { observations, totals } = await at(path);
      expect(observations.length).toBeGreaterThan(3);
      for (const { outcome, status } of observations) {
        expect(outcome).toBe("connection-error");
        expect(status).toBe(0);
      }
      expect(totals.counts.failed).toBe(observations.length);
    });

    test("every request is told twice, due and ended, and the ledger balances", async () => {
      const { observations, totals, dueCount } = await at("/ok");
      expect(dueCount).toBe(observations.length);
      expect(totals.due).toBe(dueCount);
      expect(totals.counts.scheduled).toBe(dueCount);
      expect(isBalanced(totals.counts)).toBe(true);
    });

    test("the stamps of a request are in order", async () => {
      const { observations } = await at("/delay/5");
      expect(observations.length).toBeGreaterThan(3);
      for (const { scheduledMs, seenMs, sentMs, firstByteMs, completedMs } of observations) {
        const stamps = [scheduledMs, seenMs, sentMs, firstByteMs, completedMs];
        expect(stamps.toSorted((left, right) => left - right)).toEqual(stamps);
        expect(completedMs - sentMs).toBeGreaterThanOrEqual(5);
      }
    });

    test("a request without an answer times out at its age", async () => {
      const { observations, totals } = await at("/silence", { limits: { timeoutMs: 1000 }, graceMs: 3000 });
      expect(totals.counts.timedOut).toBe(observations.length);
      for (const { outcome, errorClass, completedMs, sentMs } of observations) {
        expect([outcome, errorClass]).toEqual(["timeout", "timeout"]);
        expect(completedMs - sentMs).toBeGreaterThanOrEqual(999);
      }
    });

    test("what has no answer when the grace is over is unfinished, at its age", async () => {
      const { observations, totals } = await at("/silence", { graceMs: 50 });
      expect(totals.counts.inFlight).toBe(observations.length);
      expect(isBalanced(totals.counts)).toBe(true);
      for (const { outcome, completedMs, sentMs } of observations) {
        expect(outcome).toBe("unfinished");
        expect(completedMs - sentMs).toBeGreaterThanOrEqual(45);
      }
    });

    test("requests under way at the end are waited for", async () => {
      const { observations, totals } = await at("/delay/200");
      expect(totals.counts.completed).toBe(observations.length);
      expect(observations.length).toBeGreaterThan(0);
    });

    test("the answer names the version; another than planned is rerouted", async () => {
      const { observations, totals } = await at("/new");
      expect(totals.counts.rerouted).toBe(observations.length);
      for (const observation of observations)
        expect(observation).toMatchObject({ version: "new", rerouted: true });
    });

    test("durations that the other side reports are read", async () => {
      const { observations } = await at("/timed");
      for (const observation of observations) {
        expect(observation).toMatchObject({ splitterMs: 0.25, serverQueueMs: 1.5, serviceMs: 2 });
      }
    });

    test("stop ends the load early, and the ledger still balances", async () => {
      const plan = driverPlan({ ...choices, durationMs: 60_000, load: longer(choices) });
      const { totals } = await play(plan, server.port, {
        meanwhile: (engine) => setTimeout(() => engine.stop(), 150),
      });
      expect(totals.counts.completed).toBeGreaterThan(0);
      expect(isBalanced(totals.counts)).toBe(true);
    });

    test("a target that refuses connections is told before the load begins", async () => {
      const gone = await startTestServer();
      gone.close();
      await expect(play(driverPlan(choices), gone.port)).rejects.toMatchObject({
        code: "target-unreachable",
      });
    });
  },
);

function longer({ load }: PlanChoices) {
  return load?.kind === "open" ? constantLoad(100, 60_000) : (load ?? closedLoad(4, 0));
}
