import type { Version } from "../../base/version.ts";
import type { FaultEffect, FaultPlan } from "../../scenario/fault-plan.ts";
import type { SetMockFault } from "../mock-messages.ts";
import { sharedPart } from "./shared-effect.ts";

/** What a mock is told of its trouble; without a value, that part is as usual. */
export type MockFault = Omit<SetMockFault, "type">;

/** One process of a version, counted from 0. */
export type MockPlace = { readonly version: Version; readonly replica: number };

/** All trouble of a mock at this moment, in one. Of two faults of one kind the later begun counts. */
export function mockFaultOf({ version, replica }: MockPlace, active: readonly FaultPlan[]): MockFault {
  const own = active.filter(
    (fault) =>
      fault.service === "cache" ||
      (fault.service === version && (fault.replica === undefined || fault.replica === replica + 1)),
  );
  return Object.assign({}, calm, ...own.map(partOf)) as MockFault;
}

const calm: MockFault = { slowFactor: undefined, errorShare: undefined };

function partOf({ service, ...fault }: FaultPlan): Partial<MockFault> {
  if (service === "cache") return fault.kind === "crash" ? { isCacheOut: true } : {};
  return messagePart(fault);
}

function messagePart(effect: FaultEffect): Partial<MockFault> {
  switch (effect.kind) {
    case "wrong-answers":
      return { wrongShare: effect.share };
    case "cpu-theft":
      return { theftShare: effect.share };
    case "memory-leak":
      return { leak: { bytesPerSecond: effect.bytesPerSecond, limitBytes: effect.limitBytes } };
    default:
      return sharedPart(effect);
  }
}
