import { expect, test } from "vitest";
import { compareChecks } from "../../src/analysis/compare-check.ts";
import type { ComparisonResult } from "../../src/result/comparison-schema.ts";
import { planCompare } from "../../src/scenario/compare-plan.ts";
import { compareSection } from "../../src/scenario/compare-schema.ts";

type Row = {
  readonly compared: number;
  readonly mismatched: number;
  readonly limit: string | undefined;
  readonly state: string;
  readonly reason: RegExp;
};

const rows: readonly Row[] = [
  { compared: 10_000, mismatched: 5, limit: "0.1%", state: "PASS", reason: /^5 of 10,000 compared/ },
  { compared: 10_000, mismatched: 10, limit: "0.1%", state: "PASS", reason: /0\.1 %/ },
  {
    compared: 10_000,
    mismatched: 11,
    limit: "0.1%",
    state: "FAIL",
    reason: /most in \$\.total of pay \(value\)/,
  },
  { compared: 999, mismatched: 0, limit: "0.1%", state: "INCONCLUSIVE", reason: /1,000 are needed/ },
  { compared: 99, mismatched: 50, limit: "0.1%", state: "INCONCLUSIVE", reason: /fewer than 100/ },
  { compared: 100, mismatched: 0, limit: "0%", state: "PASS", reason: /^0 of 100/ },
  { compared: 100, mismatched: 1, limit: "0%", state: "FAIL", reason: /^1 of 100/ },
  { compared: 50, mismatched: 50, limit: undefined, state: "PASS", reason: /sets no limit/ },
  { compared: 0, mismatched: 0, limit: "0.1%", state: "NO DATA", reason: /7 × a write/ },
];

test.each(rows)(
  "$mismatched of $compared at $limit is $state",
  ({ compared, mismatched, limit, state, reason }) => {
    const compare = planCompare(compareSection.parse(limit === undefined ? {} : { maxMismatch: limit }));
    const [check, ...others] = compareChecks({ comparison: comparisonOf(compared, mismatched) }, { compare });
    expect(check).toMatchObject({ kind: "compare", state, reason: expect.stringMatching(reason) });
    expect(others).toEqual([]);
  },
);

test("a scenario that compares nothing is not held to it; one that should have and could not has no data", () => {
  expect(compareChecks({}, { compare: undefined })).toEqual([]);
  const compare = planCompare(compareSection.parse({}));
  expect(compareChecks({}, { compare })).toMatchObject([
    { state: "NO DATA", reason: "nothing was compared" },
  ]);
});

function comparisonOf(compared: number, mismatched: number): ComparisonResult {
  const field = { endpoint: "pay", field: "$.total", kind: "value", raw: mismatched, noise: 0 } as const;
  return {
    wanted: compared + 7,
    compared,
    mismatched,
    ...(compared > 0 && { mismatchShare: mismatched / compared }),
    noise: "none",
    overload: { compared: 0, different: 0 },
    notCompared: { "a write": 7 },
    endpoints: [],
    fields: mismatched === 0 ? [] : [{ ...field, underOverload: 0, isBeyondNoise: true, examples: [] }],
    leftOut: { endpoints: 0, fields: 0 },
  };
}
