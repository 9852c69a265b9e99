import { expect, test } from "vitest";
import { parseFlagFile, providedFlag } from "../../src/scenario/flag-file.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { planScenario, type RunPlan } from "../../src/scenario/plan.ts";
import { withProvidedFlag } from "../../src/workload/flagged-users.ts";
import { PlannedSubject } from "../../src/workload/planned-subject.ts";
import { requestMix } from "../../src/workload/request-mix.ts";
import { decideVersion } from "../../src/workload/split.ts";
import { identifyUsers } from "../../src/workload/user-identity.ts";

const key = { var: "targetingKey" };
const variants = { new: "new", old: "old", off: "none" };
const fractional = [
  ["new", 30],
  ["old", 20],
  ["off", 50],
];

function planWith(targeting: unknown, split = "", more = "requests: [{ path: / }]"): RunPlan {
  const text = `{ name: f, users: 2000, workload: { ratePerSecond: 1, ${more} }, split: { provider: { file: f.json, flag: f }, ${split} } }`;
  const parsed = parseScenario(text, { file: "f.yaml" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const flags = parseFlagFile(
    JSON.stringify({ flags: { f: { variants, defaultVariant: "off", targeting } } }),
  );
  if (typeof flags === "string") throw new Error(flags);
  return withProvidedFlag(planScenario(parsed.scenario), providedFlag(flags, "f"));
}

/** Share of new over one request of every user, as driver and simulator decide them. */
function decidedNew(plan: RunPlan, newPerMillion: number): number {
  const identify = identifyUsers(plan.split);
  const subject = new PlannedSubject(plan);
  const endpointOf = requestMix(plan.endpoints, 1);
  const users = Array.from({ length: plan.users }, (_, user) => user);
  const fresh = users.filter((ordinal) => {
    const request = { ordinal, endpoint: endpointOf(ordinal), identity: identify(ordinal) };
    return (
      decideVersion(
        plan.split,
        newPerMillion,
        subject.of(request, () => "/"),
      ) === "new"
    );
  });
  return fresh.length / plan.users;
}

const rows: readonly (readonly [string, unknown])[] = [
  ["a list", { if: [{ in: [key, ["17", "42", "5000"]] }, "new"] }],
  ["an ending", { if: [{ ends_with: [key, "7"] }, "old", "new"] }],
  ["fractions", { fractional }],
  ["no targeting", null],
];
test.each(rows)("what %s decides is counted over the very users of a run", (_name, targeting) => {
  const plan = planWith(targeting);
  const { toNew = -1, toOld = -1 } = plan.timeline.stages[0]?.flagged ?? {};
  // With a share of 0 nobody else meets new, with a share of all everybody else does.
  expect(toNew).toBeCloseTo(decidedNew(plan, 0), 9);
  expect(1 - toOld).toBeCloseTo(decidedNew(plan, 1_000_000), 9);
});

test("users whom a header's flag takes are not counted", () => {
  const targeting = { if: [{ ends_with: [key, "7"] }, "new"] };
  const plan = planWith(targeting, 'flags: [{ header: x-b, equals: "1", to: old, share: 40% }]');
  const { toNew = -1 } = plan.timeline.stages[0]?.flagged ?? {};
  const identify = identifyUsers(plan.split);
  const takers = Array.from({ length: 2000 }, (_, user) => identify(user)).filter(
    ({ flags }) => flags.length,
  );
  expect(toNew * (2000 - takers.length)).toBeCloseTo(decidedNew(plan, 0) * 2000, 6);
});

const own = (more: string) =>
  `requests: [{ path: /a, weight: 3 }, { path: /b, name: b, weight: 1, headers: { X-User-Id: ${more} } }]`;

test("an endpoint that brings a key of its own is one user, whoever asks", () => {
  const plan = planWith({ if: [{ "==": [key, "vip"] }, "new"] }, "", own("vip"));
  expect(plan.timeline.stages[0]?.flagged).toEqual({ toNew: 0.25, toOld: 0 });
});

test("nothing is expected where rules may take just such requests", () => {
  const plan = planWith({ fractional }, "rules: [{ path: { exact: /a }, to: old }]", own("vip"));
  expect(plan.timeline.stages[0]?.flagged).toEqual({});
});
