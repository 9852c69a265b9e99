import { expect, test } from "vitest";
import { verdictSentence } from "../../src/analysis/verdict-sentence.ts";
import type { Check, VerdictState } from "../../src/result/schema.ts";
import { syntheticResult } from "./synthetic-result.ts";

const ledger: Check = {
  kind: "ledger",
  name: "every request accounted for",
  state: "PASS",
  reason: "9 of 9",
};
const slo: Check = {
  kind: "slo",
  name: "new: response time p99 ≤ 200 ms",
  state: "PASS",
  reason: "p99 90 ms",
};
const ramp: Check = {
  kind: "rollout",
  name: "the ramp goes through",
  state: "PASS",
  reason: "finished: all",
};

function check(state: VerdictState, checks: readonly Check[], expected: string): void {
  expect(verdictSentence(state, checks, syntheticResult())).toContain(expected);
}

test("a pass says what held, and where nothing was asked says that", () => {
  check("PASS", [ledger, slo], "Every limit held. ");
  check("PASS", [ledger, slo, ramp], "The ramp went through and every limit held. ");
  check("PASS", [ledger], "No limit was asked: the scenario has no slo and no gates. ");
});

test("a p99 with late seconds in it says so", () => {
  const result = syntheticResult();
  const tainted = { ...result, validity: { state: "TAINTED" as const, reasons: [] } };
  expect(verdictSentence("PASS", [slo], result)).not.toContain("late seconds");
  expect(verdictSentence("PASS", [slo], tainted)).toMatch(/p99 was .* for \S+.*, late seconds included; /);
  expect(verdictSentence("PASS", [slo], { ...tainted, method: "simulated" })).not.toContain("late seconds");
});

test("a fail names the limit, its reason, and how many more there are", () => {
  const missed: Check = { ...slo, state: "FAIL", reason: "p99 312 ms of 5,450 requests" };
  check("FAIL", [ledger, missed], "Not held: new: response time p99 ≤ 200 ms. p99 312 ms of 5,450 requests.");
  const gate: Check = { ...missed, kind: "gate", reason: "new's errorRate is 2 %" };
  check("FAIL", [gate, missed], "New's errorRate is 2 %. 1 more did not pass.");
});

test("a ramp that was stopped says how and why", () => {
  const stopped: Check = { ...ramp, state: "FAIL", reason: "rolled back: 2 bad seconds of new in a row" };
  check("FAIL", [ledger, stopped], "The ramp was rolled back: 2 bad seconds of new in a row.");
});

test("no verdict says what is missing", () => {
  const open: Check = { ...slo, state: "INCONCLUSIVE", reason: "81 requests; p99 needs 299" };
  check(
    "INCONCLUSIVE",
    [ledger, open],
    "No verdict: new: response time p99 ≤ 200 ms: 81 requests; p99 needs 299.",
  );
  const empty: Check = { ...slo, state: "NO DATA", reason: "no request went to new" };
  check(
    "NO DATA",
    [ledger, empty],
    "No verdict for want of data: new: response time p99 ≤ 200 ms: no request went",
  );
});
