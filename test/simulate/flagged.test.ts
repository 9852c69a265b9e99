import { expect, test } from "vitest";
import { PlannedSplit } from "../../src/measure/engines/http/planned-split.ts";
import { modelPlan } from "../../src/model/modelled-result.ts";
import { parseFlagFile, providedFlag } from "../../src/scenario/flag-file.ts";
import type { RunPlan } from "../../src/scenario/plan.ts";
import { RequestSource } from "../../src/simulate/engine/request-source.ts";
import { withProvidedFlag } from "../../src/workload/flagged-users.ts";
import { identifyUsers } from "../../src/workload/user-identity.ts";
import { planText } from "../scenario/scenario-text.ts";

const targeting = {
  fractional: [
    ["new", 30],
    ["old", 20],
    ["off", 50],
  ],
};
const variants = { new: "new", old: "old", off: "none" };

function flaggedPlan(split: string): RunPlan {
  const plan = planText(
    `{ name: f, users: 3000, workload: { ratePerSecond: 50 }, split: { ${split}, provider: { file: f.json, flag: f } } }`,
  );
  const flags = parseFlagFile(
    JSON.stringify({ flags: { f: { variants, defaultVariant: "off", targeting } } }),
  );
  if (typeof flags === "string") throw new Error(flags);
  return withProvidedFlag(plan, providedFlag(flags, "f"));
}

test.each(["new: 10%, by: request", "new: 10%, by: user"])(
  "the simulator sends each request of { %s } where a driver expects it, flags first",
  (split) => {
    const plan = flaggedPlan(split);
    const source = new RequestSource(plan, plan.seed);
    const planned = new PlannedSplit(plan);
    const identify = identifyUsers(plan.split);
    let toNew = 0;
    const requests = 4000;
    for (let ordinal = 0; ordinal < requests; ordinal++) {
      source.draw(ordinal);
      const identity = identify(source.askerOf(ordinal, -1));
      const version = planned.versionOf({
        ordinal,
        endpoint: source.endpoint,
        text: "",
        isHead: false,
        identity,
      });
      expect([ordinal, source.versionOf(ordinal, -1, 100_000)]).toEqual([ordinal, version === "new" ? 1 : 0]);
      if (version === "new") toNew++;
    }
    // 30 % by the flag and a tenth of half by the share: 35 %, give or take 3 √(0.2275 (1/4,000 + 1/3,000)).
    expect(Math.abs(toNew / requests - 0.35)).toBeLessThan(0.035);
  },
);

test("an answer of another version than the flag says was rerouted", () => {
  const plan = flaggedPlan("new: 0%, by: request");
  const planned = new PlannedSplit(plan);
  const identify = identifyUsers(plan.split);
  const users = Array.from({ length: 500 }, (_, user) => identify(user));
  const asked = users.map((identity) => {
    const request = { ordinal: 0, endpoint: 0, text: "", isHead: false, identity };
    return { ...request, planned: planned.versionOf(request) };
  });
  const isRerouted = (version: "old" | "new") =>
    asked.map((request) =>
      planned.isRerouted({ request, version } as Parameters<typeof planned.isRerouted>[0]),
    );
  const meant = asked.map((request) => request.planned === "new");
  expect(meant).toContain(true);
  expect(isRerouted("old")).toEqual(meant);
  expect(isRerouted("new")).toEqual(meant.map((isNew) => !isNew));
  // With the flag gone all are meant for old; what was under way may still be new's.
  planned.set({ newPerMillion: 0, providedFlag: { key: "f" } });
  expect(planned.versionOf({ ordinal: 0, endpoint: 0, text: "", isHead: false, identity: identify(1) })).toBe(
    "old",
  );
  expect(isRerouted("new")).toEqual(meant.map((isNew) => !isNew));
});

test("the model counts what a flag sends to new", () => {
  const plan = flaggedPlan("new: 10%, by: request");
  const { toNew = 0, toOld = 0 } = plan.timeline.stages[0]?.flagged ?? {};
  const expected = toNew + (1 - toNew - toOld) * 0.1;
  const { inputs, result } = modelPlan(plan);
  expect(inputs.split.newShare).toBeCloseTo(expected, 12);
  expect(result.totals.split.configured).toBeCloseTo(expected, 12);
  expect(result.assumptions).toContainEqual(expect.stringMatching(/a provider's flag sends/));
});
