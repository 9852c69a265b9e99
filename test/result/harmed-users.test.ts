import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HarmedUsers, mostUsersKept, mostUsersToldPerSecond } from "../../src/result/harmed-users.ts";

function countOf(users: Iterable<number>, mostKept?: number) {
  const harmed = new HarmedUsers(mostKept);
  for (const user of users) harmed.add(user);
  return harmed;
}

function* upTo(count: number): Generator<number> {
  for (let user = 0; user < count; user++) yield user;
}

describe("the number of harmed users", () => {
  test("is exact up to its bound, whoever was harmed how often", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 1000 }), (users) => {
        expect(countOf(users).total).toEqual({ count: new Set(users).size, isExact: true });
      }),
    );
    expect(countOf(upTo(mostUsersKept)).total).toEqual({ count: mostUsersKept, isExact: true });
  });

  test.each([20_000, 300_000])("is estimated beyond it, and says so: %d users", (users) => {
    const { count, isExact } = countOf(upTo(users)).total;
    expect(isExact).toBe(false);
    // Four standard errors of 1/√10,000.
    expect(Math.abs(count / users - 1)).toBeLessThan(0.04);
  });

  test("told second by second is the number of different users", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(200), { maxLength: 100 }), { maxLength: 20 }), (seconds) => {
        const sum = new HarmedUsers();
        for (const users of seconds) sum.addTold(countOf(users, mostUsersToldPerSecond).tell());
        expect(sum.total).toEqual({ count: new Set(seconds.flat()).size, isExact: true });
      }),
    );
  });

  test("stays an estimate where one second told only a part", () => {
    const sum = new HarmedUsers();
    sum.addTold(countOf(upTo(50_000), mostUsersToldPerSecond).tell());
    const { count, isExact } = sum.total;
    expect(isExact).toBe(false);
    expect(Math.abs(count / 50_000 - 1)).toBeLessThan(4 / Math.sqrt(mostUsersToldPerSecond));
  });
});
