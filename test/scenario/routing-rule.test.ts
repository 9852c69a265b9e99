import { expect, test } from "vitest";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import type { RunPlan } from "../../src/scenario/plan.ts";
import { planText } from "./scenario-text.ts";

const file = (split: string) => `name: ruled
workload:
  ratePerSecond: 10/s
  requests:
    - { name: item, path: "/items/{1..9}", weight: 6 }
    - { name: list, path: /items, weight: 2, headers: { X-Lane: blue } }
    - { name: pay, method: POST, path: "/pay?x={user}", weight: 2 }
split: ${split}
`;

function planOf(split: string): RunPlan {
  return planText(file(split));
}

const rows: readonly (readonly [string, readonly (number | undefined)[]])[] = [
  ["[{ path: { prefix: /items/ }, to: new }]", [0.8]],
  ["[{ path: { exact: /items }, to: new }]", [0.2]],
  ["[{ path: { exact: /items/1 }, to: new }]", [undefined]],
  ["[{ path: { exact: /pay }, to: new }]", [0.2]],
  ["[{ path: { prefix: /it }, to: new }]", [0]],
  ["[{ method: post, to: new }]", [0.2]],
  ["[{ path: { prefix: /items }, header: { name: x-lane, equals: blue }, to: new }]", [undefined]],
  ["[{ path: { exact: /items }, header: { name: x-lane, equals: blue }, to: new }]", [0.2]],
  ["[{ cookie: { name: a, equals: b }, to: new }, { method: POST, to: old }]", [undefined, undefined]],
  ["[{ method: POST, to: old }, { path: { prefix: / }, to: new }]", [0.2, 0.8]],
];

test.each(rows)("the rules %s take these shares of a run's requests", (rules, expected) => {
  const shares = planOf(`{ new: 5%, rules: ${rules} }`).split.rules?.map(({ requestShare }) => requestShare);
  expect(shares?.map((share) => share && Number(share.toFixed(9)))).toEqual(expected);
});

test.each([
  ["[{ to: new }]", /must name a path, a method, a header or a cookie/],
  ["[{ path: { prefix: pay }, to: new }]", /must be a path that starts with \//],
  ["[{ path: { exact: '/a?b' }, to: new }]", /without \? and #/],
  ["[{ method: 'G T', to: new }]", /name without spaces/],
])("the rules %s are refused", (rules, sentence) => {
  const parsed = parseScenario(file(`{ rules: ${rules} }`), { file: "s.yaml" });
  expect(parsed.ok ? "" : parsed.problems.map(formatProblem).join("\n")).toMatch(sentence);
});

test("a share of a hundredth of a percent is kept exactly, and one of 0 is 0", () => {
  expect(planOf("{ new: 0.01% }").split.newPerMillion).toBe(100);
  expect(planOf("{ new: 0% }").split.newPerMillion).toBe(0);
});
