import type { FaultEffect, FaultPlan } from "../../scenario/fault-plan.ts";
import type { FaultTarget } from "../../scenario/fault-schema.ts";
import { sharedPart } from "../faults/shared-effect.ts";
import type { ProxyFault } from "./messages.ts";

/** All trouble that the proxies before a target make at this moment. Of two faults of one kind the later begun counts. */
export function proxyFaultOf(target: FaultTarget, active: readonly FaultPlan[]): ProxyFault {
  return Object.assign({}, ...active.filter(({ service }) => service === target).map(partOf));
}

function partOf(effect: FaultEffect): ProxyFault {
  switch (effect.kind) {
    case "crash":
      return { isRefusing: true };
    case "hang":
      return { isHanging: true };
    default:
      return sharedPart(effect);
  }
}
