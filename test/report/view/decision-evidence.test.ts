import { expect, test } from "vitest";
import { evidenceTable } from "../../../src/report/view/decision-evidence.ts";
import { rolloutDecision } from "../../../src/result/decision-schema.ts";
import { decisionRecord } from "../../../src/rollout/decision-record.ts";
import { rehearse, rolloutOf } from "../../rollout/rollout-fixture.ts";

const steps = [
  { new: "10%", hold: "10s" },
  { new: "50%", hold: "10s" },
];
const gates = [
  { metric: "errorRate", max: "5%" },
  { metric: "responseTime.shift", vs: "old", maxRatio: 1.5 },
];

/** Every decision of a ramp whose second step fails everything, as the journal keeps it. */
function decisions() {
  const plan = rolloutOf({ steps, gates, guard: { badSeconds: 2 } });
  const world = {
    ratePerSecond: 200,
    windowMs: 1000,
    seed: 3,
    new: (atMs: number) => ({ errorShare: atMs > 12_000 ? 1 : 0 }),
  };
  return rehearse(plan, world, 20_000).decisions.map(decisionRecord);
}

test("every decision is kept with the numbers that led to it, also as JSON", () => {
  const kept = decisions();
  expect(kept.map(({ evidence }) => evidence?.kind)).toEqual(["plan", "gates", "guard"]);
  for (const decision of kept)
    expect(rolloutDecision.parse(JSON.parse(JSON.stringify(decision)))).toEqual(decision);
});

test("the report tells these numbers, each beside its limit", () => {
  const table = evidenceTable(decisions());
  const rows = table?.rows.map(({ cells }) => cells.map(({ text }) => text));
  expect(rows?.map(([at, loop, what]) => [at, loop, what])).toEqual([
    ["10.0 s", "judge", "new: errorRate ≤ 5 %"],
    ["10.0 s", "judge", "new: responseTime.shift ≤ 1.5 × old"],
    ["14.0 s", "guard", "error rate of new in a second"],
  ]);
  expect(rows?.[0]?.slice(3)).toEqual(["new 200", "0 %", "", "5 %", "PASS"]);
  expect(rows?.[1]?.[5]).toMatch(/^[\d.]+ × to [\d.]+ ×/);
  expect(rows?.[1]?.slice(6)).toEqual(["1.5 ×", "PASS"]);
  expect(rows?.[2]?.[4]).toBe("100 %");
});

test("a p99 that requests not sent leave unknown is told as beyond measure", () => {
  const [decision] = decisions();
  if (decision === undefined) throw new Error("a ramp begins with a decision");
  const evidence = {
    kind: "guard",
    errorRate: 1,
    responseTimeP99Ms: null,
    samples: 9,
    badSeconds: 2,
  } as const;
  const rows = evidenceTable([{ ...decision, evidence }])?.rows;
  expect(rows?.[1]?.cells[4]?.text).toBe("beyond measure");
});

test("an interval without an upper end is told by its lower one", () => {
  const decision = decisions().find(({ evidence }) => evidence?.kind === "gates");
  const evidence = decision?.evidence;
  if (decision === undefined || evidence?.kind !== "gates") throw new Error("the ramp has gates");
  const measurements = evidence.measurements.map((gate) => ({
    ...gate,
    limits: gate.limits.map((limit) => ({ ...limit, value: null, low: 3, high: null })),
  }));
  const rows = evidenceTable([{ ...decision, evidence: { ...evidence, measurements } }])?.rows;
  expect(rows?.[1]?.cells.slice(4, 6).map(({ text }) => text.replace(/ \(.*/, ""))).toEqual([
    "beyond measure",
    "from 3 ×",
  ]);
});
