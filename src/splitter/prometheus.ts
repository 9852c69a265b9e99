import { perVersion, versions } from "../base/version.ts";
import { prometheusFamily } from "../telemetry/prometheus-text.ts";
import { compareReadings } from "./comparing/compare-readings.ts";
import { splitterReadings } from "./readings.ts";
import type { Splitter } from "./splitter.ts";

/** Everything counted since the start, in Prometheus' text format 0.0.4. */
export function prometheusPage(splitter: Splitter): string {
  const { counters, router } = splitter;
  const readings = splitterReadings({
    ...counters.sums(),
    healthy: perVersion((version) => splitter.isHealthy(version)),
    newPerMillion: router.newPerMillion,
  });
  const comparison = splitter.lastComparison();
  const all = comparison === undefined ? readings : [...readings, ...compareReadings(comparison)];
  const families = [...Map.groupBy(all, ({ key }) => key)].map(([key, samples]) =>
    prometheusFamily(key, samples),
  );
  const durations = versions.map((version) => ({
    attributes: { "twinlane.version": version },
    value: counters.durations[version],
  }));
  return [...families, prometheusFamily("splitterDuration", durations)].join("");
}
