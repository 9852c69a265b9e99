import { assertNever } from "../base/invariant.ts";
import { formatNumber, formatShare } from "../base/units.ts";
import type { VersionSearch } from "../result/capacity-search-schema.ts";

/** What a search found, as an answer to "how much can it take?". */
export function searchSentence(search: Omit<VersionSearch, "sentence">, precision: number): string {
  const { label, state, ratePerSecond = 0, lowestMissedPerSecond, bindingGoal, limit } = search;
  const rate = `${formatNumber(ratePerSecond)}/s`;
  const above =
    lowestMissedPerSecond === undefined
      ? ""
      : `; ${formatNumber(lowestMissedPerSecond)}/s missed ${bindingGoal ?? "a goal"}`;
  switch (state) {
    case "found":
      return `${label} takes ${rate} within its goals (to ${formatShare(precision)})${above}.`;
    case "at least":
      return `${label} takes at least ${rate} within its goals; ${enderOf(limit, search)}${above}.`;
    case "below":
      return `${label} misses ${bindingGoal ?? "a goal"} already at ${rate}, the lowest rate asked for.`;
    case "not decided":
      return `What ${label} takes within its goals can't be told: ${enderOf(limit, search)}${above}.`;
    default:
      return assertNever(state);
  }
}

function enderOf(limit: string, { trials }: Pick<VersionSearch, "trials">): string {
  const last = trials.at(-1);
  switch (limit) {
    case "generator": {
      const [reason] = last?.validity.reasons ?? [];
      return `the generator is the limit at ${formatNumber(last?.ratePerSecond ?? 0)}/s${reason === undefined ? "" : ` (${reason.replace(/\.$/, "")})`}`;
    }
    case "highest rate asked for":
      return "no higher rate was asked for";
    case "stopped":
      return "the search was stopped";
    default:
      return "trials at the same rate disagreed";
  }
}
