import type { Version } from "../base/version.ts";
import type { ModelInputs } from "./inputs.ts";
import { allCopiesShare, workShare } from "./load.ts";
import { ttlHitRatio } from "./queueing/cache.ts";

/** Share of all look-ups, copies included, that warm caches answer. */
export function warmHitRatio(inputs: ModelInputs): number {
  const { cache } = inputs;
  if (cache === undefined) return 0;
  if (!dependsOnSplit(inputs)) return cache.hitRatio;
  const hits = (version: Version) => workShare(inputs, version) * versionHitRatio(inputs, version);
  return (hits("old") + hits("new")) / (1 + allCopiesShare(inputs));
}

/**
 * Share of a version's own look-ups that its warm cache answers.
 *
 * With a time to live T and a cache for each version, a version's things are asked for more rarely and expire
 * more often: the ratio h of one cache for all tells λT = h ÷ (1 − h), of which the version has its share.
 *
 * Source: renewal argument, all things asked for alike; a least-recently-used cache keeps its ratio (Che).
 */
export function versionHitRatio(inputs: ModelInputs, version: Version): number {
  const { cache } = inputs;
  if (cache === undefined) return 0;
  if (cache.ttlMs === undefined || !dependsOnSplit(inputs)) return cache.hitRatio;
  return ttlHitRatio(requestsPerLife(cache.hitRatio) * workShare(inputs, version), {
    kind: "fixed",
    time: 1,
  });
}

/** Requests for a thing during its time to live, all versions together. */
export function requestsPerLife(hitRatio: number): number {
  return hitRatio / (1 - hitRatio);
}

/** Whether each version's share decides how often its cache hits. */
export function dependsOnSplit({ cache }: ModelInputs): boolean {
  if (cache === undefined || !cache.isSeparate || cache.ttlMs === undefined) return false;
  return cache.fillLookups === undefined && cache.hitRatio < 1;
}

/** Of the hit ratio that it will have: from there on a cache counts as warm. */
const warmShare = 0.9;

/**
 * Time until a cache of new's own, empty at first, answers nine tenths of what it will: by the requests that fill
 * a least-recently-used one, or by those that a thing with a time to live gets in it.
 *
 * @param lookupsPerSecond - of new
 * @returns undefined where the scenario says neither
 */
export function warmUpMs(inputs: ModelInputs, lookupsPerSecond: number): number | undefined {
  const { cache } = inputs;
  if (cache === undefined || lookupsPerSecond <= 0) return undefined;
  if (cache.fillLookups !== undefined) return (cache.fillLookups / lookupsPerSecond) * 1000;
  if (cache.ttlMs === undefined || cache.hitRatio === 0 || cache.hitRatio === 1) return undefined;
  const perMs = (requestsPerLife(cache.hitRatio) * workShare(inputs, "new")) / cache.ttlMs;
  return -Math.log(1 - warmShare) / perMs;
}
