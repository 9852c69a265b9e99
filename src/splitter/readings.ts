import { type PerVersion, versions } from "../base/version.ts";
import type { Reading } from "../telemetry/metric-table.ts";
import { failureClasses, type MirrorStats, statusClasses, type VersionStats } from "./messages.ts";

/** Counts of any span of time, with what is so at its end. */
export type SplitterCounts = {
  readonly versions: PerVersion<Omit<VersionStats, "healthy">>;
  readonly healthy: PerVersion<boolean>;
  readonly mirror: MirrorStats;
  readonly newPerMillion: number;
};

/** A splitter's counts under the names by which the world outside knows them; copies stand apart. */
export function splitterReadings(counts: SplitterCounts): readonly Reading[] {
  const { newPerMillion, mirror } = counts;
  const ofVersions = versions.flatMap((version): Reading[] => {
    const { received, rerouted, inFlight, answered, failed } = counts.versions[version];
    const attributes = { "twinlane.version": version };
    const weight = (version === "new" ? newPerMillion : 1e6 - newPerMillion) / 1e6;
    return [
      { key: "received", attributes, value: received },
      { key: "rerouted", attributes, value: rerouted },
      { key: "inFlight", attributes, value: inFlight },
      { key: "healthy", attributes, value: counts.healthy[version] ? 1 : 0 },
      { key: "splitWeight", attributes, value: weight },
      ...statusClasses.map((status) => ({
        key: "answered" as const,
        attributes: { ...attributes, "twinlane.status": status },
        value: answered[status],
      })),
      ...failureClasses.map((reason) => ({
        key: "failed" as const,
        attributes: { ...attributes, "error.type": reason },
        value: failed[reason],
      })),
    ];
  });
  const ofMirror = Object.entries(mirrorOutcomes).map(([field, outcome]) => ({
    key: "mirrored" as const,
    attributes: { "twinlane.outcome": outcome },
    value: mirror[field as keyof typeof mirrorOutcomes],
  }));
  return [...ofVersions, ...ofMirror];
}

const mirrorOutcomes = {
  answered: "answered",
  failed: "failed",
  timedOut: "timed_out",
  dropped: "dropped",
  tooLarge: "too_large",
} as const satisfies Partial<Record<keyof MirrorStats, string>>;
