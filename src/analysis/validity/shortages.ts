import { formatCount, formatDurationMs, formatNumber, formatShare } from "../../base/units.ts";
import type { RunResult } from "../../result/schema.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { driverName } from "./instrument-seconds.ts";
import {
  boundFailureShare,
  floorsInTarget,
  nearDescriptorLimit,
  nearPortLimit,
  spreadLimit,
  spreadSigmas,
} from "./limits.ts";

/** Something that this machine or its drivers lacked, and how bad that is for the run. */
export type Shortage = { readonly state: "TAINTED" | "GENERATOR-BOUND"; readonly sentence: string };

/** Connections that this machine could not open: no service ever saw their requests. */
export function refusedConnections(result: RunResult): readonly Shortage[] {
  const { health, totals } = result;
  const failures = health.reduce((sum, { generatorFailures }) => sum + generatorFailures, 0);
  if (failures === 0) return [];
  const sentence = `${formatNumber(failures)} connections could not be opened on this machine: ${lacking(result)}.`;
  return [{ state: failures > totals.due * boundFailureShare ? "GENERATOR-BOUND" : "TAINTED", sentence }];
}

function lacking({ resources, system = [], environment }: RunResult): string {
  const { descriptorLimit, ephemeralPorts } = environment ?? {};
  const files = Math.max(
    0,
    ...resources.flatMap(({ role, summary }) => (role === "driver" ? (summary.openFilesMax ?? []) : [])),
  );
  const waiting = Math.max(0, ...system.flatMap(({ tcpTimeWait }) => tcpTimeWait ?? []));
  if (descriptorLimit !== undefined && files >= descriptorLimit * nearDescriptorLimit) {
    return `a driver had ${formatCount(files)} of ${formatCount(descriptorLimit)} descriptors open; raise the limit with \`ulimit -n\` (LimitNOFILE= in systemd), or set workload.maxConnections lower`;
  }
  if (ephemeralPorts !== undefined && waiting >= ephemeralPorts * nearPortLimit) {
    return `${formatCount(waiting)} of ${formatCount(ephemeralPorts)} ports were held by connections closed in the last minute; keep connections alive, or widen net.ipv4.ip_local_port_range`;
  }
  return "it was out of ports or descriptors; `ulimit -n` and fewer connections help";
}

/** All drivers play parts of one schedule; one that did clearly less was not able to. */
export function unevenDrivers(result: RunResult): readonly Shortage[] {
  const dues = new Map<number, number>();
  for (const { driver, due } of result.health) dues.set(driver, (dues.get(driver) ?? 0) + due);
  const counts = [...dues.values()];
  const fair = counts.reduce((sum, due) => sum + due, 0) / counts.length;
  const least = fair - Math.max(fair * spreadLimit, spreadSigmas * Math.sqrt(fair));
  return [...dues].flatMap(([driver, due]) => {
    if (counts.length < 2 || due >= least) return [];
    const sentence = `${driverName(result, driver)} made ${formatCount(due)} requests where its part was ${formatCount(Math.round(fair))} (${formatShare(due / fair)}); the load was not what the scenario asks.`;
    return [{ state: "TAINTED", sentence } as const];
  });
}

/** Requests that came due while no driver told how it did. */
export function silentDrivers({ health, totals }: RunResult): readonly Shortage[] {
  if (totals.due === 0 || health.length > 0) return [];
  return [
    { state: "TAINTED", sentence: "No driver told how late it was, so nothing vouches for these times." },
  ];
}

/** The instrument's own p99, and a target so near to it that the instrument decides. */
export function floorOf(
  { calibration }: RunResult,
  slo: RunPlan["slo"],
): { readonly floorMs?: number; readonly notes: readonly string[] } {
  const floorMs = calibration?.throughSplitter.responseTimeMs.p99;
  if (typeof floorMs !== "number") return { notes: [] };
  const target = slo.responseTimeP99;
  if (target === undefined || target >= floorMs * floorsInTarget) return { floorMs, notes: [] };
  const sentence = `The target of ${formatDurationMs(target)} at p99 is instrument-dominated: before the run the instrument alone, with a service that answers at once, took ${formatDurationMs(floorMs)}; a target is judged safely from ${formatDurationMs(floorMs * floorsInTarget)} on. A quieter machine lowers this floor.`;
  return { floorMs, notes: [sentence] };
}
