import { expect, test } from "vitest";
import type { Version } from "../../src/base/version.ts";
import { refusedByBreaker, VersionBreaker } from "../../src/rollout/version-breaker.ts";
import { Counters } from "../../src/splitter/counters.ts";
import { RequestLedger } from "../../src/splitter/request-ledger.ts";

const plan = {
  consecutiveFailures: 1,
  failureShare: 1,
  minVolume: 100,
  windowMs: 1000,
  openForMs: 1000,
  trials: 1,
};

type Context = ConstructorParameters<typeof RequestLedger>[0];

test("a trial that is moved to the other version gives its place back, and new is tried again", () => {
  const breaker = new VersionBreaker(plan, () => {});
  let nowMs = 0;
  const protection = {
    admit: (version: Version) => (version === "old" ? 0 : breaker.admit(nowMs)),
    ended: (request: { readonly version: Version; readonly epoch: number }, outcome: string) => {
      if (request.version === "old" || request.epoch === refusedByBreaker) return;
      if (outcome === "abandoned") breaker.abandon(nowMs, request.epoch);
      else breaker.book(nowMs, outcome === "ok", request.epoch);
    },
  };
  const pools = { old: { isHealthy: true }, new: { isHealthy: true } };
  const context = { counters: new Counters(), pools, protection } as unknown as Context;

  breaker.book(nowMs, false, breaker.admit(nowMs));
  nowMs = 1000;
  const trial = new RequestLedger(context, "new", 0);
  expect(trial.isServed()).toBe(true);
  expect(new RequestLedger(context, "new", 0).isServed()).toBe(false);
  expect(trial.move()).toBe(true);
  nowMs = 1999;
  expect(new RequestLedger(context, "new", 0).isServed()).toBe(false);
  nowMs = 2000;
  const next = new RequestLedger(context, "new", 0);
  expect(next.isServed()).toBe(true);
  next.answered(200);
  expect(new RequestLedger(context, "new", 0).isServed()).toBe(true);
});
