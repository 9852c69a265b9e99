import type { FaultPlan } from "../../scenario/fault-plan.ts";
import type { RunStores } from "../stores/real-stores.ts";
import type { StorageFault } from "../stores/storage-messages.ts";

/** The servers of a store that was started for the run crash or stand still. */
export async function beginInServer(stores: RunStores | undefined, fault: FaultPlan): Promise<void> {
  const { service, kind } = fault;
  if (stores === undefined || (service !== "database" && service !== "cache")) return;
  if (kind === "crash" || kind === "hang") await stores.disturb(service, kind);
}

export async function endInServer(stores: RunStores | undefined, fault: FaultPlan): Promise<void> {
  const { service, kind } = fault;
  if (stores === undefined || (service !== "database" && service !== "cache")) return;
  if (kind === "crash") await stores.disturb(service, "restart");
  if (kind === "hang") await stores.disturb(service, "resume");
}

/** All trouble between the two databases at this moment, in one. */
export function storageFaultOf(active: readonly FaultPlan[]): StorageFault {
  return Object.assign({}, ...active.map(partOf));
}

function partOf(fault: FaultPlan): StorageFault {
  switch (fault.kind) {
    case "lost-writes":
      return { lostShare: fault.share };
    case "reordering":
      return { reorderedShare: fault.share };
    case "clock-skew":
      return { clockAheadMs: fault.byMs };
    case "replica-lag":
      return { lagMs: fault.byMs };
    default:
      return {};
  }
}
