import { z } from "zod";
import { count } from "./quantity-schema.ts";

/** Of the requests of one version that came due in the measured part: by whom they were asked last. */
const retryCounts = z.strictObject({
  /** Attempts after the first that were sent. */
  retried: count,
  /** Requests answered well by one of those. */
  recovered: count,
  /** Requests whose last allowed attempt failed. */
  exhausted: count,
  /** Requests whose next attempt the budget, or the room for those who pause, did not allow. */
  overBudget: count,
  /** Requests that were asked again until their user's patience ended, or until no connection was free. */
  gaveUp: count,
});

/** What came of clients that ask again; only where the scenario has them. */
export const retriesSection = z.strictObject({ old: retryCounts, new: retryCounts });

export type RetryCounts = z.output<typeof retryCounts>;

export const noRetries: Readonly<RetryCounts> = {
  retried: 0,
  recovered: 0,
  exhausted: 0,
  overBudget: 0,
  gaveUp: 0,
};

export function addRetries(left: RetryCounts, right: RetryCounts): RetryCounts {
  const sum = { ...left };
  for (const kind of Object.keys(noRetries) as (keyof RetryCounts)[]) sum[kind] += right[kind];
  return sum;
}
