import { expect, test } from "vitest";
import { DecisionAudit } from "../../src/measure/decision-audit.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { type FlaggedShares, planScenario } from "../../src/scenario/plan.ts";
import type { SplitterStats } from "../../src/splitter/messages.ts";

type Second = Partial<SplitterStats["split"]> & { readonly flagged?: FlaggedShares };

function sentenceOf(split: string, seconds: readonly Second[], retries = ""): string | undefined {
  let flaggedNow = seconds[0]?.flagged;
  const workload = `{ ratePerSecond: 1${retries} }`;
  const text = `{ name: audit, users: 100000, workload: ${workload}, split: ${split} }`;
  const parsed = parseScenario(text, { file: "audit.yaml" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const audit = new DecisionAudit(planScenario(parsed.scenario), () => flaggedNow);
  const none = { old: 0, new: 0 };
  for (const { flagged, ...second } of seconds) {
    flaggedNow = flagged;
    audit.take({
      split: { newPerMillion: 0, byRule: none, byFlag: none, byShare: none, expectedNew: 0, ...second },
    });
  }
  return audit.sentence();
}

const provided = "{ new: 10%, by: request, provider: { file: f.json } }";

test("the share alone needs no word", () => {
  expect(sentenceOf("{ new: 10% }", [{ byShare: { old: 90, new: 10 }, expectedNew: 10 }])).toBeUndefined();
});

test("what flags leave is held against the share, and each reason is counted", () => {
  // 10 % ± (3 √(0.1 · 0.9 / 1,000) + 0.05 %) = 7.1 % to 12.9 %.
  const seconds = [
    { byFlag: { old: 10, new: 200 }, byShare: { old: 400, new: 50 }, expectedNew: 45 },
    { byFlag: { old: 0, new: 90 }, byShare: { old: 490, new: 60 }, expectedNew: 55 },
  ];
  expect(sentenceOf(provided, seconds)).toBe(
    "rules took 0, flags took 300 (old 10, new 290), and left 1,000 to the share: new got 11 % of them, between 7.1 % and 12.9 % expected, as configured",
  );
});

test("a share that is off is told, however many a flag takes", () => {
  const seconds = [{ byFlag: { old: 0, new: 9000 }, byShare: { old: 1000, new: 0 }, expectedNew: 100 }];
  expect(sentenceOf(provided, seconds)).toMatch(/new got 0 % of them, .*, off$/);
});

test("a share that changed is held against what it was at each decision", () => {
  const seconds = [
    { byShare: { old: 1000, new: 0 }, expectedNew: 0 },
    { byShare: { old: 500, new: 500 }, expectedNew: 500 },
  ];
  expect(sentenceOf(provided, seconds)).toMatch(/new got 25 % of them, .*, as configured$/);
});

test("nothing is left to the share", () => {
  expect(sentenceOf(provided, [{ byFlag: { old: 0, new: 5 } }])).toBe(
    "rules took 0, flags took 5 (old 0, new 5), and left 0 to the share",
  );
});

test("attempts are counted, and not held against the share of requests", () => {
  const seconds = [{ byFlag: { old: 0, new: 5 }, byShare: { old: 500, new: 500 }, expectedNew: 100 }];
  expect(sentenceOf(provided, seconds, ", retries: {}")).toBe(
    "rules took 0, flags took 5 (old 0, new 5), and left 1,000 to the share, every attempt counted",
  );
});

test("what flags give is held against whom they take, second by second", () => {
  // 20 % of 2,000 by the first flags, then none: 10 % ± (3 √(0.1 · 0.9 / 4,000) + 0.0125 %) = 8.56 % to 11.4 %.
  const first = { toNew: 0.2, toOld: 0 };
  const second = { toNew: 0, toOld: 0 };
  const rest = { byShare: { old: 1600, new: 0 } };
  const seconds = [
    { ...rest, byFlag: { old: 0, new: 400 }, flagged: first },
    // In this second the flags changed: nobody knows which of them decided.
    { byFlag: { old: 0, new: 1000 }, flagged: second },
    { byShare: { old: 2000, new: 0 }, flagged: second },
  ];
  expect(sentenceOf(provided, seconds)).toMatch(
    /; of what rules left, the flags gave old 0 %, between 0 % and 0.0125 % expected, as configured; new 10 %, between 8.56 % and 11.4 % expected, as configured$/,
  );
});

test("flags that give nobody what they should are told", () => {
  const seconds = [{ byShare: { old: 4000, new: 0 }, flagged: { toNew: 0.1, toOld: 0 } }];
  expect(sentenceOf(provided, seconds)).toMatch(
    /flags gave .*; new 0 %, between 8.56 % and 11.4 % expected, off$/,
  );
});
