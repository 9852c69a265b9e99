import { expect, test } from "vitest";
import type { EndpointPlan } from "../../src/scenario/workload-plan.ts";
import { requestMix } from "../../src/workload/request-mix.ts";
import { seededChoice } from "../../src/workload/seeded-choice.ts";

const endpoint = (share: number): EndpointPlan => ({
  name: `of ${share}`,
  method: "GET",
  path: "/",
  share,
  write: false,
  headers: {},
  body: undefined,
});

test.each([[[1]], [[0.9, 0.1]], [[0.2, 0.5, 0.3]], [[0, 1]], [[0.999, 0.001]]])(
  "requests are dealt by the shares %j",
  (shares) => {
    const deal = requestMix(shares.map(endpoint), 42);
    const trials = 200_000;
    const counts = shares.map(() => 0);
    for (let ordinal = 0; ordinal < trials; ordinal++) {
      const index = deal(ordinal);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    for (const [index, share] of shares.entries()) {
      const sigma = Math.sqrt((share * (1 - share)) / trials);
      expect(Math.abs((counts[index] ?? 0) / trials - share)).toBeLessThanOrEqual(4.5 * sigma);
    }
  },
);

test("the choice depends on the ordinal alone, not on what was asked before", () => {
  const shares = [0.5, 0.5].map(endpoint);
  const upwards = Array.from({ length: 100 }, (_, ordinal) => requestMix(shares, 1)(ordinal));
  const deal = requestMix(shares, 1);
  const downwards = Array.from({ length: 100 }, (_, index) => deal(99 - index)).toReversed();
  expect(downwards).toEqual(upwards);
});

test("seeded choices are uniform in every tenth, also beyond 32 bits", () => {
  const choose = seededChoice(9, "test");
  for (const from of [0, 2 ** 33]) {
    const counts = new Array<number>(10).fill(0);
    for (let number = 0; number < 100_000; number++) {
      const tenth = Math.floor(choose(from + number) * 10);
      counts[tenth] = (counts[tenth] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4.5 * 95);
  }
});
