import { formatBytes, formatNumber, formatShare } from "../../base/units.ts";
import { sizeDatabase } from "../data-tier.ts";
import { bandwidthBytesPerSecond } from "../edge-tier.ts";
import type { ModelInputs } from "../inputs.ts";
import { systemLoad } from "../load.ts";
import type { MigrationPlan, MigrationStep } from "./steps.ts";

/** A measure that the size asks for, and the numbers that ask for it. */
export type Measure = {
  readonly measure: "cache" | "replicas" | "sharding" | "CDN";
  readonly because: string;
};

/** What a cache is taken to answer where the scenario has none yet. */
const usualHitRatio = 0.9;

/**
 * The rules, each adding to the ones before: while the fullest database carries its reads and writes, none;
 * then a cache; then replicas, while the writes fit one primary; then shards. A CDN as soon as the traffic
 * fills one network card and some of it may be cached there.
 */
export function storeMeasures(
  inputs: ModelInputs,
  migration: MigrationPlan,
  step: MigrationStep,
): readonly Measure[] {
  return [...databaseMeasures(inputs, step), ...cdnMeasures(inputs, migration, step)];
}

function databaseMeasures(inputs: ModelInputs, { databases }: MigrationStep): readonly Measure[] {
  const limit = inputs.database?.limitPerSecond;
  const fullest = databases.toSorted(
    (left, right) => right.reads + right.writes - left.reads - left.writes,
  )[0];
  if (limit === undefined || fullest === undefined) return [];
  const { reads, writes } = fullest;
  if (reads + writes <= limit) return [];
  const hasCache = inputs.cache !== undefined;
  const left = hasCache ? reads : reads * (1 - usualHitRatio);
  const measures: Measure[] = hasCache
    ? []
    : [
        {
          measure: "cache",
          because: `${formatNumber(reads)} reads/s and ${formatNumber(writes)} writes/s against ${formatNumber(limit)}; a cache with ${formatShare(usualHitRatio)} hits leaves ${formatNumber(left)} reads/s`,
        },
      ];
  if (left + writes <= limit) return measures;
  const tier = sizeDatabase(inputs, { cacheLookups: 0, reads: left, writes });
  if (tier === undefined) return measures;
  if (tier.replicasPerShard > 0) {
    measures.push({
      measure: "replicas",
      because: `${formatNumber(left)} reads/s and ${formatNumber(writes)} writes/s against ${formatNumber(limit)}: ${tier.replicasPerShard} for each primary`,
    });
  }
  if (tier.shards > 1) {
    measures.push({
      measure: "sharding",
      because: `${formatNumber(writes)} writes/s against ${formatNumber(limit)} of one primary, and replicas repeat every write: ${formatNumber(tier.shards)} shards`,
    });
  }
  return measures;
}

function cdnMeasures(inputs: ModelInputs, { cacheableShare }: MigrationPlan, { users }: MigrationStep) {
  const bandwidth = bandwidthBytesPerSecond(inputs, systemLoad(inputs, users));
  const card = inputs.capacity.networkBytesPerSecond;
  if (cacheableShare === 0 || bandwidth <= card) return [];
  return [
    {
      measure: "CDN" as const,
      because: `${formatBytes(bandwidth)}/s fill more than one network card of ${formatBytes(card)}/s; it takes ${formatShare(cacheableShare)} of them away`,
    },
  ];
}
