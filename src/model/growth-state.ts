import { formatNumber } from "../base/units.ts";
import type { CapacityPoint } from "./capacity-point.ts";

/** What a system of this size is, and what changes for running two versions side by side. */
export type GrowthState = { readonly state: string; readonly advice: string; readonly because: string };

/**
 * The rules, first match counts. A server is taken to fail once in three years, so that 50 servers lose one in
 * three weeks and 5,000 lose four or five a day, which nobody follows by hand.
 */
export function growthState(point: CapacityPoint): GrowthState {
  const { total, alone } = point.servers;
  const failuresPerDay = total / (3 * 365.25);
  const because = `${formatNumber(total)} servers for both versions, about ${formatNumber(failuresPerDay)} server failures a day`;
  if (alone.old === 1) {
    return {
      state: "one server carries everybody",
      advice: "Parallel running is not worth its effort: switch over in a quiet minute and keep a backup",
      because: `${formatNumber(total)} servers would run where ${alone.old} is enough`,
    };
  }
  if (total < manualServers) {
    return {
      state: "a few servers",
      advice: "Start parallel running here: one splitter, a small share for new, rollback by hand",
      because,
    };
  }
  if (total < watchedServers) {
    return {
      state: "several instances of both versions",
      advice: "Split in small steps, watch both versions' percentiles, rehearse the rollback",
      because,
    };
  }
  return {
    state: "a fleet",
    advice: "Automate: canaries that judge themselves, feature flags, orchestration; no step by hand",
    because,
  };
}

const manualServers = 50;
const watchedServers = 5000;
