import { describe, expect, test } from "vitest";
import { type AuditedPlan, auditSplit } from "../../src/result/split-audit.ts";
import { shareOfNew } from "../../src/result/stages.ts";

const split = {
  seed: 1,
  newPerMillion: 0,
  by: "request",
  userKey: { kind: "header", name: "x-user-id" },
  flags: [],
  providedFlag: { key: "version" },
} as const;
const flagProvider = { file: "f.json", flag: "version" };
const flagged = { toNew: 0.1, toOld: 0 };

function bandOf(plan: Partial<AuditedPlan>, asked: Parameters<typeof auditSplit>[1]) {
  const given = { old: 3600, new: 400 };
  return auditSplit({ users: 1000, split, flagProvider, ...plan }, asked, given);
}

/** Half of the band around 10 %: of 1/v independent draws, 3 √(0.1 · 0.9 · v) and half a draw. */
const half = (variances: number) => 3 * Math.sqrt(0.09 * variances) + 0.5 * variances;
const asked = { newShare: 0, flagged };

describe("with a provider's flag", () => {
  const closed = { kind: "closed", users: 1000, thinkTimeMs: 1, thinkTime: "constant" } as const;
  const rows: readonly (readonly [string, Partial<AuditedPlan>, number])[] = [
    ["known users: how often each asks is chance", {}, 1 / 4000],
    ["closed users, who take turns", { load: closed }, 1 / 4000 + 1 / 1000],
    ["the rest dealt by user", { split: { ...split, by: "user" } }, 1 / 4000 + 1 / 1000],
    ["100,000 of more users evaluated", { users: 5_000_000 }, 1 / 4000 + 1 / 100_000],
  ];
  test.each(rows)("the band is that of %s", (_name, plan, variances) => {
    const { configured, expected, state } = bandOf(plan, asked);
    expect(configured).toBe(0.1);
    expect(expected.low).toBeCloseTo(0.1 - half(variances), 9);
    expect(expected.high).toBeCloseTo(0.1 + half(variances), 9);
    expect(state).toBe("as configured");
  });

  test("new that gets nothing is off", () => {
    const audit = auditSplit({ users: 1000, split, flagProvider }, asked, { old: 4000, new: 0 });
    expect(audit).toMatchObject({ state: "off", realised: 0 });
  });

  test("whose file was not read, any share is expected", () => {
    const { providedFlag: _unread, ...unread } = split;
    expect(bandOf({ split: unread }, { newShare: 0 }).expected).toEqual({ low: 0, high: 1 });
  });

  test("that depends on what only the requests tell, any share is expected", () => {
    expect(bandOf({}, { newShare: 0, flagged: {} }).expected).toEqual({ low: 0, high: 1 });
  });
});

test.each([
  [{ newShare: 0.2 }, 0.2],
  [{ newShare: 0.2, flagged: { toNew: 0.1, toOld: 0.4 } }, 0.1 + 0.5 * 0.2],
  // A header's route comes before the flag.
  [{ newShare: 0.2, routed: { share: 0.5 }, flagged: { toNew: 0.1, toOld: 0.4 } }, 0.5 + 0.5 * 0.2],
  [{ newShare: 0.2, routed: {}, flagged: { toNew: 0.1, toOld: 0.4 } }, undefined],
  [{ newShare: 0.2, flagged: {} }, undefined],
])("of a stage %j new is given %s", (stage, share) => {
  const given = shareOfNew(stage);
  if (share === undefined) expect(given).toBeUndefined();
  else expect(given).toBeCloseTo(share, 12);
});
