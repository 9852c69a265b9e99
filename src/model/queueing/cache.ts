import { invariant } from "../../base/invariant.ts";

/** Requests for `items` things whose popularity falls as rank^−zipfExponent; 0 is equally popular. */
export type Popularity = { readonly items: number; readonly zipfExponent: number };

/** Things of about equal popularity. */
type Bucket = { readonly count: number; readonly share: number };

const exactRanks = 100_000;
const bucketGrowth = 1.002;

/**
 * Hit ratio of a least-recently-used cache of `cacheItems` places.
 *
 * Source: H. Che, Y. Tung and Z. Wang (2002): Σ(1 − e^(−q_i·t)) = C gives the time t that an unused thing stays;
 * the ratio is Σ q_i·(1 − e^(−q_i·t)). Beyond 100,000 ranks, things are taken in buckets 0.2 % wide.
 */
export function lruHitRatio(popularity: Popularity, cacheItems: number): number {
  return lruCache(popularity, cacheItems).hitRatio;
}

/** Hit ratio, and the requests after which an unused thing is dropped: about as many fill an empty cache. */
export type LruCache = { readonly hitRatio: number; readonly fillRequests: number };

/** The same with Che's time t, counted in requests. */
export function lruCache(popularity: Popularity, cacheItems: number): LruCache {
  invariant(popularity.items >= 1 && cacheItems >= 0, "items ≥ 1, places ≥ 0");
  const key = `${popularity.items} ${popularity.zipfExponent} ${cacheItems}`;
  const known = recent.get(key);
  if (known !== undefined) return known;
  const answer = solveChe(popularity, cacheItems);
  if (recent.size >= mostRecent) recent.clear();
  recent.set(key, answer);
  return answer;
}

/** A sweep asks for the same cache thousands of times. */
const recent = new Map<string, LruCache>();
const mostRecent = 64;

function solveChe(popularity: Popularity, cacheItems: number): LruCache {
  const { items } = popularity;
  if (cacheItems === 0) return { hitRatio: 0, fillRequests: 0 };
  const buckets = zipfBuckets(popularity);
  if (cacheItems >= items) return { hitRatio: 1, fillRequests: 1 / (buckets.at(-1)?.share ?? 1) };
  const kept = (time: number) =>
    buckets.reduce((sum, { count, share }) => sum - count * Math.expm1(-share * time), 0);
  let low = 0;
  let high = 1;
  while (kept(high) < cacheItems && high < 1e300) high *= 4;
  for (let halvings = 0; halvings < 200 && high - low > high * 1e-13; halvings++) {
    const middle = (low + high) / 2;
    if (kept(middle) < cacheItems) low = middle;
    else high = middle;
  }
  const hitRatio = buckets.reduce(
    (sum, { count, share }) => sum - count * share * Math.expm1(-share * high),
    0,
  );
  return { hitRatio, fillRequests: high };
}

function zipfBuckets({ items, zipfExponent }: Popularity): readonly Bucket[] {
  const buckets: { count: number; share: number }[] = [];
  let sum = 0;
  for (let from = 1; from <= items; ) {
    const to = from < exactRanks ? from : Math.min(items, Math.ceil(from * bucketGrowth));
    const count = to - from + 1;
    const share = count === 1 ? from ** -zipfExponent : meanPower(from, to, zipfExponent);
    buckets.push({ count, share });
    sum += count * share;
    from = to + 1;
  }
  return buckets.map(({ count, share }) => ({ count, share: share / sum }));
}

/** Mean of rank^−s over the ranks, by the integral from half a rank before to half a rank after. */
function meanPower(from: number, to: number, exponent: number): number {
  const start = from - 0.5;
  const end = to + 0.5;
  const integral =
    exponent === 1
      ? Math.log(end / start)
      : (end ** (1 - exponent) - start ** (1 - exponent)) / (1 - exponent);
  return integral / (to - from + 1);
}

/** What keeps a thing in a cache: each use anew, or the time since it was fetched. */
export type TimeToLive = { readonly kind: "sliding" | "fixed"; readonly time: number };

/**
 * Hit ratio of one thing, asked for at `rate`, in a cache with a time to live.
 *
 * Source: renewal argument; sliding 1 − e^(−λT), fixed λT/(1 + λT).
 */
export function ttlHitRatio(rate: number, { kind, time }: TimeToLive): number {
  invariant(rate >= 0 && time >= 0, "rate and time to live ≥ 0");
  return kind === "sliding" ? -Math.expm1(-rate * time) : (rate * time) / (1 + rate * time);
}

/**
 * Hit ratio over both versions when each has a cache of its own and a share of the requests: lower than with
 * one cache, since each thing is asked for more rarely in each.
 *
 * @param newShare - share of requests that new answers, 0–1
 */
export function ttlHitRatioUnderSplit(rate: number, timeToLive: TimeToLive, newShare: number): number {
  const oldShare = 1 - newShare;
  return (
    oldShare * ttlHitRatio(rate * oldShare, timeToLive) + newShare * ttlHitRatio(rate * newShare, timeToLive)
  );
}
