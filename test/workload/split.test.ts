import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Version } from "../../src/base/version.ts";
import type { SplitPlan } from "../../src/scenario/plan.ts";
import type { RulePlan } from "../../src/scenario/routing-rule.ts";
import { decideVersion, isMirrored, requestPlace, userPlace } from "../../src/workload/split.ts";
import { cookieValue } from "../../src/workload/split-rule.ts";

const plan: SplitPlan = {
  seed: 42,
  newPerMillion: 100_000,
  by: "user",
  userKey: { kind: "header", name: "x-user-id" },
  flags: [{ header: "x-beta", equals: "1", to: "new", userShare: 0 }],
};

function decide(
  share: number,
  subject: { user?: string; ordinal?: number; beta?: string },
  by: "user" | "request" = "user",
): Version {
  return decideVersion({ ...plan, by }, share, {
    header: (name) => (name === "x-beta" ? subject.beta : undefined),
    cookie: () => undefined,
    method: () => "GET",
    target: () => "/",
    userKey: subject.user,
    ordinal: subject.ordinal ?? 0,
  });
}

function countNew(decisions: Iterable<Version>): number {
  let count = 0;
  for (const version of decisions) if (version === "new") count++;
  return count;
}

describe("a split by request", () => {
  test.each([10, 100, 1_000, 10_000, 333_330, 500_000, 999_900])(
    "keeps to %d per million over a million requests",
    (share) => {
      const count = countNew(
        Array.from({ length: 1_000_000 }, (_, ordinal) => decide(share, { ordinal }, "request")),
      );
      expect(Math.abs(count - share)).toBeLessThanOrEqual(10);
    },
  );

  test("keeps to the share in every window, far closer than chance would", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000_000 }),
        fc.integer({ min: 100, max: 5000 }),
        (start, length) => {
          const window = Array.from({ length }, (_, index) =>
            decide(100_000, { ordinal: start + index }, "request"),
          );
          expect(Math.abs(countNew(window) - length / 10)).toBeLessThanOrEqual(5);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("gives nothing to a share of 0 and everything to a share of 100 %", () => {
    const requests = Array.from({ length: 10_000 }, (_, ordinal) => ordinal);
    expect(countNew(requests.map((ordinal) => decide(0, { ordinal }, "request")))).toBe(0);
    expect(countNew(requests.map((ordinal) => decide(1_000_000, { ordinal }, "request")))).toBe(10_000);
  });
});

describe("a split by user", () => {
  const users = Array.from({ length: 20_000 }, (_, user) => `user-${user}`);

  test("gives the same user the same version every time", () => {
    for (const user of users.slice(0, 500)) {
      const first = decide(300_000, { user, ordinal: 1 });
      expect([2, 3, 4].every((ordinal) => decide(300_000, { user, ordinal }) === first)).toBe(true);
    }
  });

  test("lies within four and a half standard deviations of its share", () => {
    for (const share of [10_000, 100_000, 500_000]) {
      const part = share / 1e6;
      const spread = Math.sqrt(users.length * part * (1 - part));
      const count = countNew(users.map((user) => decide(share, { user })));
      expect(Math.abs(count - users.length * part)).toBeLessThan(4.5 * spread);
    }
  });

  test("only ever moves users from old to new when the share rises", () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(1_000_000), fc.nat(1_000_000), (user, one, other) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        if (decide(low, { user }) === "new") expect(decide(high, { user })).toBe("new");
      }),
    );
  });

  test("deals a request without a user key by its number", () => {
    const dealt = Array.from({ length: 1000 }, (_, ordinal) => decide(100_000, { ordinal }));
    expect(countNew(dealt)).toBeGreaterThan(95);
    expect(countNew(dealt)).toBeLessThan(105);
  });
});

describe("a flag", () => {
  test("comes before the share", () => {
    expect(decide(0, { user: "anyone", beta: "1" })).toBe("new");
    expect(decide(0, { user: "anyone", beta: "0" })).toBe("old");
  });
});

describe("a rule", () => {
  const rule = { path: undefined, method: undefined, header: undefined, cookie: undefined } as const;
  const asked = {
    header: () => "1",
    cookie: () => "c",
    method: () => "POST",
    userKey: undefined,
    ordinal: 0,
  };
  const rows: readonly (readonly [string, Partial<RulePlan>, string, Version])[] = [
    ["a prefix holds for itself", { path: { kind: "prefix", value: "/pay" } }, "/pay", "new"],
    ["a prefix holds for what lies below", { path: { kind: "prefix", value: "/pay" } }, "/pay/1?x=1", "new"],
    ["a prefix ends where a segment does", { path: { kind: "prefix", value: "/pay" } }, "/payments", "old"],
    ["a prefix looks at no query", { path: { kind: "prefix", value: "/pay" } }, "/x?/pay", "old"],
    ["an empty prefix holds for every path", { path: { kind: "prefix", value: "" } }, "/x", "new"],
    ["an exact path holds whatever the query", { path: { kind: "exact", value: "/a" } }, "/a?b", "new"],
    ["an exact path holds for nothing below", { path: { kind: "exact", value: "/a" } }, "/a/b", "old"],
    ["a method holds", { method: "POST" }, "/", "new"],
    ["another method doesn't", { method: "GET" }, "/", "old"],
    ["a header holds with its value", { header: { name: "x", equals: "1" } }, "/", "new"],
    ["a header doesn't hold with another", { header: { name: "x", equals: "2" } }, "/", "old"],
    ["a cookie holds with its value", { cookie: { name: "x", equals: "c" } }, "/", "new"],
    ["all conditions must hold", { method: "POST", cookie: { name: "x", equals: "d" } }, "/", "old"],
  ];
  test.each(rows)("%s", (_name, conditions, target, expected) => {
    const rules: readonly RulePlan[] = [{ ...rule, ...conditions, to: "new", requestShare: undefined }];
    const subject = { ...asked, target: () => target };
    expect(decideVersion({ ...plan, flags: [], rules }, 0, subject)).toBe(expected);
  });

  test("comes before flags and share, and the first one wins", () => {
    const path = { kind: "prefix", value: "" } as const;
    const rules = (["old", "new"] as const).map((to) => ({ ...rule, path, to, requestShare: undefined }));
    const subject = { ...asked, target: () => "/" };
    expect(decideVersion({ ...plan, rules }, 1_000_000, subject)).toBe("old");
    expect(decideVersion({ ...plan, rules: rules.toReversed() }, 0, subject)).toBe("new");
  });
});

test.each([
  ["a=1; b=2", "b", "2"],
  ["ab=1;b= 3 ", "b", "3"],
  ["a=1", "b", undefined],
  ["b=", "b", undefined],
])("the cookies %s hold %s as %s", (cookies, name, expected) => {
  expect(cookieValue(cookies, name)).toBe(expected);
});

describe("mirroring", () => {
  test("copies its share of both versions' requests alike", () => {
    const ordinals = Array.from({ length: 100_000 }, (_, ordinal) => ordinal);
    const mirrored = ordinals.filter((ordinal) => isMirrored(42, ordinal, 250_000));
    expect(Math.abs(mirrored.length - 25_000)).toBeLessThan(20);
    const ofNew = mirrored.filter((ordinal) => requestPlace(42, ordinal) < 100_000).length;
    expect(Math.abs(ofNew - 2500)).toBeLessThan(100);
  });
});

test("places lie between 0 and 999,999", () => {
  fc.assert(
    fc.property(fc.integer(), fc.string(), fc.nat(), (seed, key, ordinal) => {
      for (const place of [userPlace(seed, key), requestPlace(seed, ordinal)]) {
        expect(place).toBeGreaterThanOrEqual(0);
        expect(place).toBeLessThan(1_000_000);
      }
    }),
  );
});
