import { expect, test } from "vitest";
import { mockFaultOf } from "../../../src/measure/faults/mock-fault.ts";
import type { FaultPlan } from "../../../src/scenario/fault-plan.ts";

const slow: FaultPlan = { atMs: 0, forMs: 10, service: "new", kind: "slow", factor: 3 };
const slower: FaultPlan = { ...slow, factor: 9 };
const errors: FaultPlan = { atMs: 0, forMs: 10, service: "new", kind: "errors", share: 0.2 };
const outage: FaultPlan = { atMs: 0, forMs: 10, service: "cache", kind: "crash" };
const calm = { slowFactor: undefined, errorShare: undefined };

test.each<[what: string, active: readonly FaultPlan[], version: "old" | "new", expected: object]>([
  ["nothing is the matter", [], "new", calm],
  ["trouble of one version leaves the other alone", [slow, errors], "old", calm],
  ["two kinds add up", [slow, errors], "new", { slowFactor: 3, errorShare: 0.2 }],
  ["of one kind the later counts", [slow, slower], "new", { ...calm, slowFactor: 9 }],
  ["and its end brings the earlier back", [slow], "new", { ...calm, slowFactor: 3 }],
  ["trouble of another process leaves it alone", [{ ...slow, replica: 2 }], "new", calm],
  ["its own does not", [{ ...slow, replica: 1 }], "new", { ...calm, slowFactor: 3 }],
  ["a cache that is out hits both", [outage, errors], "old", { ...calm, isCacheOut: true }],
])("%s", (_what, active, version, expected) => {
  expect(mockFaultOf({ version, replica: 0 }, active)).toEqual(expected);
});
