import { queriesOf, storeLoad } from "./data-tier.ts";
import type { ModelInputs } from "./inputs.ts";
import { withoutCopies } from "./load.ts";
import { pairFactor } from "./queueing/fork-join.ts";

/** What copies onto a shared database do to the time of a query there. */
export type PairedQueries = {
  /** Queries per second without copies, and with them. */
  readonly plainPerSecond: number;
  readonly perSecond: number;
  readonly limitPerSecond: number;
  /** Queries of copies for each query of an original. */
  readonly copiedShare: number;
  /** How many times as many queries are in the database as at the same rate without pairs. */
  readonly factor: number;
  /** Mean time of a query; absent where the database can't keep up. */
  readonly plainMs: number | undefined;
  readonly pairedMs: number | undefined;
  /** What the database would have to do per second to be as quick as without copies. */
  readonly sameTimePerSecond: number | undefined;
  /** The difference, at the price of a database node. */
  readonly pricePerHour: number | undefined;
};

/**
 * A mirrored request and its copy ask a shared database at the same moment: queries come in batches of two.
 *
 * @returns undefined without copies, without a limit, and where the versions have a database each
 *
 * Source: M^[X]/M/1 (Kleinrock I, 4.7), the database as one server of `limitQps`; docs/model.md.
 */
export function pairedQueries(inputs: ModelInputs, ratePerSecond: number): PairedQueries | undefined {
  const { database, price } = inputs;
  const limit = database?.limitPerSecond;
  if (database?.topology !== "shared" || limit === undefined) return undefined;
  const plain = storeLoad(withoutCopies(inputs), ratePerSecond);
  const copied = storeLoad(inputs, ratePerSecond);
  if (plain === undefined || copied === undefined) return undefined;
  const plainPerSecond = queriesOf(plain);
  const perSecond = queriesOf(copied);
  if (perSecond <= plainPerSecond || plainPerSecond === 0) return undefined;
  const copiedShare = Math.min(1, perSecond / plainPerSecond - 1);
  const factor = pairFactor(copiedShare);
  const isCalm = plainPerSecond < limit;
  const sameTimePerSecond = isCalm ? perSecond + factor * (limit - plainPerSecond) : undefined;
  return {
    plainPerSecond,
    perSecond,
    limitPerSecond: limit,
    copiedShare,
    factor,
    plainMs: isCalm ? 1000 / (limit - plainPerSecond) : undefined,
    pairedMs: perSecond < limit ? (factor * 1000) / (limit - perSecond) : undefined,
    sameTimePerSecond,
    pricePerHour: price && sameTimePerSecond && (sameTimePerSecond / limit - 1) * price.databasePerHour,
  };
}
