import { describe, expect, test } from "vitest";
import { modelInputs } from "../../src/model/inputs.ts";
import { priceRamp, type Ramp } from "../../src/model/ramp.ts";
import { rampText } from "../../src/model/text/ramp.ts";
import { planOf } from "./plans.ts";

const rampOf = (mirrored: boolean, ...overrides: string[]): Ramp => {
  const plan = planOf("growth-parallel-running", ...overrides);
  const answer = priceRamp(modelInputs(plan), plan, { users: 1_000_000, mirrored });
  if ("impossible" in answer) throw new Error(answer.impossible);
  return answer.ramp;
};

describe("a priced ramp", () => {
  test("keeps the capacity for a rollback at every step", () => {
    expect(rampOf(false).steps.map(({ newShare, servers }) => [newShare, servers])).toEqual([
      [0.01, 667],
      [0.1, 667],
      [0.5, 667],
      [1, 667],
    ]);
    expect(rampOf(false).steps.map(({ serversWithoutRollback }) => serversWithoutRollback)).toEqual([
      334, 334, 334, 335,
    ]);
  });

  test("costs 333 servers more than old alone, for as long as it is held", () => {
    const { steps, overlapCost } = rampOf(false);
    expect(steps[0]?.overlapCost).toBeCloseTo(333 * 0.1 * 24, 6);
    expect(overlapCost).toBeCloseTo(333 * 0.1 * (24 + 24 + 48 + 72), 6);
  });

  test("reads more from the database while copies run, and most while new's cache is cold", () => {
    const plain = rampOf(false).steps;
    const copied = rampOf(true).steps;
    expect(copied[0]?.databaseReads).toBeCloseTo((plain[0]?.databaseReads ?? 0) * 1.99, 6);
    expect(copied[3]?.databaseReads).toBeCloseTo(plain[3]?.databaseReads ?? 0, 6);
    expect(plain[3]?.databaseReadsColdCache).toBeCloseTo((plain[3]?.databaseReads ?? 0) * 10, 6);
    expect(plain[0]?.databaseReadsColdCache).toBeCloseTo((plain[0]?.databaseReads ?? 0) * (0.99 + 0.1), 6);
  });

  test("copies no writes unless the scenario copies their methods", () => {
    const requests = "workload.requests=[ { method: GET, weight: 9 }, { method: POST, weight: 1 } ]";
    const [plain, copied] = [rampOf(false, requests).steps[0], rampOf(true, requests).steps[0]];
    expect(copied?.databaseWrites).toBe(plain?.databaseWrites);
    expect(copied?.databaseReads).toBeCloseTo((plain?.databaseReads ?? 0) * (1 + 0.99 * 0.9), 6);
    const all = rampOf(true, requests, "split.mirror={ methods: [GET, POST] }").steps[0];
    expect(all?.databaseWrites).toBeCloseTo((plain?.databaseWrites ?? 0) * 1.99, 6);
  });

  test("goes from 0 to 100 % where the scenario has no steps of its own", () => {
    const { steps, overlapCost } = rampOf(false, "rollout={}");
    expect(steps.map(({ newShare }) => newShare)).toEqual([0, 0.01, 0.05, 0.25, 0.5, 1]);
    expect(overlapCost).toBeUndefined();
  });

  test("reads as a table", () => {
    expect(rampText(rampOf(false), rampOf(true))).toContain(
      "The overlap costs 5,594.40 over the whole ramp.",
    );
  });
});
