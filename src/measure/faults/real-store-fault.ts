import type { FaultPlan } from "../../scenario/fault-plan.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { RunStores } from "../stores/real-stores.ts";
import type { StorageFault } from "../stores/storage-messages.ts";

/** What can be done to a real database or cache: to its server, and between two databases. */
const serverFaults: ReadonlySet<string> = new Set(["crash", "hang"]);
const driftFaults: ReadonlySet<string> = new Set(["lost-writes", "reordering", "clock-skew", "replica-lag"]);

/** Whether a fault can be made in the stores that the plan has; those of other services can. */
export function canDisturb({ stores }: RunPlan, { service, kind }: FaultPlan): boolean {
  if (service !== "database" && service !== "cache") return true;
  const real = stores[service]?.real;
  if (real === undefined) return !driftFaults.has(kind);
  if (driftFaults.has(kind)) return service === "database";
  return serverFaults.has(kind) && real.source.kind === "spawn";
}

/** The server of a real store crashes or stands still. */
export async function beginInServer(stores: RunStores, { service, kind }: FaultPlan): Promise<void> {
  if (service !== "database" && service !== "cache") return;
  if (kind === "crash" || kind === "hang") await stores.disturb(service, kind);
}

export async function endInServer(stores: RunStores, { service, kind }: FaultPlan): Promise<void> {
  if (service !== "database" && service !== "cache") return;
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
