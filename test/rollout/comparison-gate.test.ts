import { describe, expect, test } from "vitest";
import { type ComparisonReading, comparedSince, judgeComparison } from "../../src/rollout/comparison-gate.ts";
import { startRollout, stepRollout } from "../../src/rollout/rollout.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { drawSample, rolloutOf } from "./rollout-fixture.ts";

const steps = [
  { new: "10%", hold: "10s" },
  { new: "100%", hold: "10s" },
];
const metric = "compare.mismatchShare";
const good = drawSample({}, { count: 100, durationMs: 1000, uniform: () => 0.5 });

describe("one judgement", () => {
  const reading = (compared: number, mismatched: number) => ({ compared, mismatched });
  const rows: readonly (readonly [ComparisonReading | undefined, object, string, RegExp])[] = [
    [undefined, {}, "NO DATA", /no answers have been compared/],
    [reading(0, 0), {}, "NO DATA", /no answers/],
    [reading(50, 0), { minSamples: 100 }, "INCONCLUSIVE", /50 pairs of answers were compared/],
    [
      reading(1000, 10),
      {},
      "PASS",
      /^10 of 1,000 compared answers differ \(1 %\), at or below the limit of 1 %$/,
    ],
    [reading(1000, 11), {}, "FAIL", /^11 of 1,000 .* above the limit of 1 %$/],
    // Wilson's interval of 0 in 100 at 95 % reaches to 3.7 %, of 0 in 1,000 to 0.38 %.
    [reading(100, 0), { confidence: "95%" }, "INCONCLUSIVE", /not certainly/],
    [reading(1000, 0), { confidence: "95%" }, "PASS", /at or below/],
    [reading(1000, 100), { confidence: "95%" }, "FAIL", /above/],
  ];
  test.each(rows)("of %j with %j is %s", (given, limits, state, reason) => {
    const [gate] = rolloutOf({ steps, gates: [{ metric, max: "1%", ...limits }] }).gates;
    if (gate === undefined) throw new Error("there is a gate");
    const verdict = judgeComparison(gate, given);
    expect(verdict.state).toBe(state);
    expect(verdict.reason).toMatch(reason);
  });

  test("looks at what came since, and at no more mismatches than pairs", () => {
    expect(comparedSince(reading(150, 4), reading(100, 1))).toEqual(reading(50, 3));
    expect(comparedSince(reading(150, 4), undefined)).toEqual(reading(150, 4));
    expect(comparedSince(reading(110, 0), reading(100, 5))).toEqual(reading(10, 0));
    expect(comparedSince(reading(110, 60), reading(100, 0))).toEqual(reading(10, 10));
    expect(comparedSince(undefined, reading(1, 1))).toBeUndefined();
  });
});

/** The decisions of 25 seconds in which so many of 100 answers a second differ, by second. */
function courseOf(mismatchesOf: (second: number) => number | undefined): readonly string[] {
  const plan = rolloutOf({ steps, gates: [{ metric, max: "1%" }], bake: "0s" });
  let { state } = startRollout(plan, 0);
  let mismatched = 0;
  const course: string[] = [];
  for (let second = 1; second <= 25; second++) {
    const more = mismatchesOf(second);
    mismatched += more ?? 0;
    const comparison = { compared: second * 100, mismatched };
    const window = {
      atMs: second * 1000,
      samples: { old: good, new: good },
      ...(more !== undefined && { comparison }),
    };
    const stepped = stepRollout(state, { kind: "window", window });
    state = stepped.state;
    course.push(...stepped.decisions.map(({ kind, loop }) => `${second}s ${loop}: ${kind}`));
  }
  return course;
}

describe("a ramp", () => {
  test("goes on while answers agree", () => {
    expect(courseOf(() => 0)[0]).toBe("10s judge: set split");
  });

  test("goes back when more differ than the limit allows", () => {
    expect(courseOf(() => 2)[0]).toBe("10s judge: roll back");
  });

  test("judges a step on its own answers", () => {
    // 9 of the 900 judged in the first step, none in the second: by the sum of all it would pass as well.
    const course = courseOf((second) =>
      second > 1 && second <= 10 ? 1 : second > 12 && second < 16 ? 5 : 0,
    );
    expect(course.slice(0, 2)).toEqual(["10s judge: set split", "20s judge: roll back"]);
  });

  test("never passes where nothing was compared", () => {
    expect(courseOf(() => undefined)[0]).toBe("10s judge: pause");
  });
});

describe("a scenario with such a gate", () => {
  const check = (gate: string, compare: string, messages: readonly RegExp[]) => {
    const text = `{ name: s, workload: { ratePerSecond: 1 }, ${compare} rollout: { gates: [${gate}], steps: [{ new: 10%, hold: 60s }] } }`;
    const parsed = parseScenario(text, { file: "s.yaml" });
    const found = parsed.ok ? [] : parsed.problems.map(({ message }) => message);
    expect(found).toEqual(messages.map((message) => expect.stringMatching(message)));
  };

  test("compares, and sets a highest share", () => {
    check("{ metric: compare.mismatchShare, max: 0.1% }", "compare: {},", []);
    check("{ metric: compare.mismatchShare, max: 0.1% }", "", [/needs a `compare` section/]);
    check("{ metric: compare.mismatchShare, min: 0.1% }", "compare: {},", [/knows only `max`/]);
    check("{ metric: compare.mismatchShare, maxRatio: 1.1, vs: old }", "compare: {},", [/knows only `max`/]);
  });
});
