import { formatDurationMs, formatNumber, formatShare } from "../../base/units.ts";
import { formatUsers } from "../format-users.ts";
import type { GrowthEntry } from "../growth.ts";
import type { PairedQueries } from "../paired-queries.ts";
import type { RetryStorm } from "../retry-storm.ts";
import { formatMoney } from "./format-money.ts";

/** What pairs of queries do to the database at each user count; nothing without copies. */
export function pairsText(entries: readonly GrowthEntry[]): string | undefined {
  const lines = entries.flatMap(({ users, pairedQueries }) =>
    pairedQueries === undefined ? [] : [`${formatNumber(users)} users: ${pairSentence(pairedQueries)}`],
  );
  return lines.length === 0 ? undefined : lines.join("\n");
}

function pairSentence(pairs: PairedQueries): string {
  const { plainMs, pairedMs, sameTimePerSecond, pricePerHour, limitPerSecond } = pairs;
  const queries = `${formatNumber(pairs.plainPerSecond)} queries/s become ${formatNumber(pairs.perSecond)}`;
  if (plainMs === undefined) return `${queries}; the database is full without them.`;
  if (pairedMs === undefined || sameTimePerSecond === undefined) {
    return `${queries}; they overload the database, which does ${formatNumber(limitPerSecond)}.`;
  }
  const price = pricePerHour === undefined ? "" : `, ${formatMoney(pricePerHour)} per hour more`;
  return (
    `${queries}, in pairs: a query takes ${formatDurationMs(pairedMs)} instead of ${formatDurationMs(plainMs)}; ` +
    `as quick as before it would be at ${formatNumber(sameTimePerSecond)} queries/s instead of ${formatNumber(limitPerSecond)}${price}.`
  );
}

/** Calm, metastable or lost, at each user count; nothing without retries. */
export function retriesText(entries: readonly GrowthEntry[]): string | undefined {
  const lines = entries.flatMap(({ users, retryStorm }) =>
    retryStorm === undefined ? [] : [`${formatNumber(users)} users: ${stormSentence(retryStorm)}`],
  );
  return lines.length === 0 ? undefined : lines.join("\n");
}

function stormSentence(storm: RetryStorm): string {
  const { version, requestsPerSecond, calmPerSecond, stormyPerSecond, capacityPerSecond, fromUsers } = storm;
  const calm =
    calmPerSecond > requestsPerSecond * 1.0005
      ? `${formatNumber(requestsPerSecond)} requests/s make ${formatNumber(calmPerSecond)} attempts/s at ${version}`
      : `${formatNumber(requestsPerSecond)} requests/s make hardly more attempts at ${version}`;
  if (!storm.metastable) {
    return `${calm}, and an overload ends by itself; from ${formatUsers(fromUsers)} users on it would stay.`;
  }
  return (
    `METASTABLE. ${calm} while all is calm, but once overloaded ${formatNumber(stormyPerSecond)}, ` +
    `more than the ${formatNumber(capacityPerSecond)} it can do, and that stays when the cause is gone, until the load falls below ` +
    `${formatShare(fromUsers / storm.toUsers)} of what it bears (${formatUsers(fromUsers)} users). Allow retries a budget, say 10 % of the requests.`
  );
}
