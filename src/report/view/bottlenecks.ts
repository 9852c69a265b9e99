import { formatNumber, formatRatePerSecond } from "../../base/units.ts";
import type { Bottleneck, RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";

/** What fills up as users grow, in that order. */
export type BottleneckChain = {
  /** For how many users everything is sized. */
  readonly basis: string;
  readonly links: readonly BottleneckView[];
  /** What fills only beyond the largest user count asked about, in a sentence. */
  readonly beyond: string | undefined;
};

export type BottleneckView = {
  readonly resource: string;
  /** `full at 84,000 users, 420/s`; empty where nothing in the scenario limits it. */
  readonly at: string;
  readonly reason: string;
  readonly remedy: string;
};

/** Absent where the result has none. */
export function bottleneckChain({ bottlenecks, growth, scenario }: RunResult): BottleneckChain | undefined {
  if (bottlenecks.length === 0) return undefined;
  const mostUsers = growth.reduce((most, { users }) => Math.max(most, users), 0);
  const isBeyond = ({ atUsers = 0 }: Bottleneck, index: number) =>
    index > 0 && mostUsers > 0 && atUsers > mostUsers;
  const near = bottlenecks.filter((bottleneck, index) => !isBeyond(bottleneck, index));
  const far = bottlenecks.filter(isBeyond);
  return {
    basis: `Servers, gateways and caches as sized for ${formatNumber(scenario.users)} users, stores as they are.`,
    links: near.map((bottleneck, index) => viewOf(bottleneck, near.slice(0, index))),
    beyond:
      far.length === 0
        ? undefined
        : `Full only beyond ${formatNumber(mostUsers)} users: ${far.map(({ resource, atUsers = 0 }) => `${plainText(resource)} (${formatNumber(Math.floor(atUsers))})`).join(", ")}.`,
  };
}

function viewOf(bottleneck: Bottleneck, before: readonly Bottleneck[]): BottleneckView {
  const { resource, reason, atUsers, atRatePerSecond } = bottleneck;
  return {
    resource: plainText(resource),
    at: [
      ...(atUsers === undefined ? [] : [`full at ${formatNumber(Math.floor(atUsers))} users`]),
      ...(atRatePerSecond === undefined ? [] : [formatRatePerSecond(atRatePerSecond)]),
    ].join(", "),
    reason: plainText(reason),
    remedy: remedyText(bottleneck, before),
  };
}

/** A remedy is told once; what helps against several things is a fact worth seeing. */
function remedyText({ remedy, movesToUsers }: Bottleneck, before: readonly Bottleneck[]): string {
  const told = before.find((bottleneck) => bottleneck.remedy === remedy);
  const change =
    told === undefined ? plainText(remedy).replace(/\.$/, "") : `As for ${plainText(told.resource)}`;
  if (movesToUsers === undefined) return `${change}.`;
  return `${change}; it is full at ${formatNumber(Math.floor(movesToUsers))} users then.`;
}
