import { describe, expect, test } from "vitest";
import type { FlagPlan, SplitPlan } from "../../src/scenario/plan.ts";
import { shareOfUsers, thinkTimes } from "../../src/workload/closed-users.ts";
import { identifyUsers, userOfOrdinal } from "../../src/workload/user-identity.ts";

const flag = (userShare: number): FlagPlan => ({ header: "x-beta", equals: "1", to: "new", userShare });
const split = (flags: readonly FlagPlan[]): SplitPlan => ({
  seed: 3,
  newPerMillion: 0,
  by: "user",
  userKey: { kind: "header", name: "x-user-id" },
  flags,
});
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test("every user of an open load is as likely as any other", () => {
  const userOf = userOfOrdinal(10, 1);
  const counts = new Array<number>(10).fill(0);
  for (let ordinal = 0; ordinal < 100_000; ordinal++) {
    const user = userOf(ordinal);
    counts[user] = (counts[user] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4.5 * 95);
});

test.each([0, 0.05, 0.5, 1])("a share of %d of the users sends the flag, always the same ones", (share) => {
  const identify = identifyUsers(split([flag(share)]));
  const users = Array.from({ length: 20_000 }, (_, user) => identify(user));
  const senders = users.filter(({ flags }) => flags.length > 0);
  const sigma = Math.sqrt(share * (1 - share) * users.length);
  expect(Math.abs(senders.length - share * users.length)).toBeLessThanOrEqual(4.5 * sigma);
  for (const sender of senders.slice(0, 100)) expect(identify(sender.user)).toEqual(sender);
});

describe("closed users", () => {
  const load = (thinkTime: "exponential" | "constant") =>
    ({ kind: "closed", users: 10, thinkTimeMs: 8000, thinkTime }) as const;

  test("exponential think times have their mean, and as much spread", () => {
    const { nextMs } = thinkTimes(load("exponential"), 1, 0);
    const times = Array.from({ length: 50_000 }, nextMs);
    expect(mean(times) / 8000).toBeCloseTo(1, 1);
    const deviation = Math.sqrt(mean(times.map((ms) => (ms - 8000) ** 2)));
    expect(deviation / 8000).toBeCloseTo(1, 1);
  });

  test("constant think times are constant, and users begin spread over one of them", () => {
    const users = Array.from({ length: 2000 }, (_, user) => thinkTimes(load("constant"), 1, user));
    for (const { nextMs } of users) expect(nextMs()).toBe(8000);
    const quarters = [0, 0, 0, 0];
    for (const { firstMs } of users) {
      const quarter = Math.floor(firstMs / 2000);
      quarters[quarter] = (quarters[quarter] ?? 0) + 1;
    }
    for (const count of quarters) expect(Math.abs(count - 500)).toBeLessThan(90);
  });

  test("drivers share the users without a rest", () => {
    const shares = [0, 1, 2].map((driver) => shareOfUsers(load("constant"), driver, 3));
    expect(shares).toEqual([
      [0, 3, 6, 9],
      [1, 4, 7],
      [2, 5, 8],
    ]);
  });
});
