import { formatRatePerSecond, formatShare } from "../../base/units.ts";
import { perVersion } from "../../base/version.ts";
import type { LoadPoint } from "./load-point.ts";
import type { ShareEstimate } from "./share-estimate.ts";
import { hitRatioOf } from "./store-demand.ts";

/**
 * Why one hit ratio for all loads and both versions may be too simple; nothing where it isn't.
 *
 * @param points - by rising load
 */
export function storeNotes(points: readonly LoadPoint[]): readonly string[] {
  return [...loadNotes(points), ...versionNotes(points)];
}

function loadNotes(points: readonly LoadPoint[]): readonly string[] {
  const told = points.flatMap(({ ratePerSecond, stores }) => {
    const ratio = hitRatioOf(stores.both);
    return ratio === undefined ? [] : [{ ratePerSecond, ratio }];
  });
  const [lowest, highest] = [told[0], told.at(-1)];
  if (lowest === undefined || highest === undefined || isOverlapping(lowest.ratio, highest.ratio)) return [];
  const at = ({ ratePerSecond, ratio }: typeof lowest) =>
    `${formatShare(ratio.value)} at ${formatRatePerSecond(ratePerSecond)}`;
  return [
    `The cache's hit ratio depends on the load: ${at(lowest)}, ${at(highest)}; the profile holds that of all reads.`,
  ];
}

function versionNotes(points: readonly LoadPoint[]): readonly string[] {
  const { old: before, new: after } = perVersion((version) =>
    hitRatioOf(points.flatMap(({ stores }) => stores[version])),
  );
  if (before === undefined || after === undefined || isOverlapping(before, after)) return [];
  return [
    `Reads of old hit the cache in ${formatShare(before.value)}, those of new in ${formatShare(after.value)}; model and simulation know one ratio, that of both together.`,
  ];
}

function isOverlapping(left: ShareEstimate, right: ShareEstimate): boolean {
  return left.low <= right.high && right.low <= left.high;
}
