import { formatCount, formatDurationMs, formatNumber, formatShare } from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { Chains, Messages } from "../../result/behind-schema.ts";
import type { RunResult } from "../../result/schema.ts";
import type { StoreUse, StoreUseSection } from "../../result/store-use-schema.ts";

/** What the services did beyond answering, a line each. */
export type BehindLine = { readonly title: string; readonly text: string };

export function behindLines({ chains, messages, storeUse }: RunResult): readonly BehindLine[] {
  return [
    ...(storeUse === undefined ? [] : [{ title: "Stores", text: storesSentence(storeUse) }]),
    ...(chains === undefined ? [] : [{ title: "Chains", text: chainsSentence(chains) }]),
    ...(messages === undefined ? [] : [{ title: "Queue", text: messagesSentence(messages) }]),
  ];
}

function storesSentence({ versions: uses }: StoreUseSection): string {
  return versions
    .flatMap((version) => {
      const use = uses[version];
      return use === undefined ? [] : [`${version} ${useText(use)}`];
    })
    .join("; ");
}

function useText({ requests, cache, database }: StoreUse): string {
  const queries = database === undefined ? 0 : database.reads + database.writes;
  return [
    ...(cache === undefined || cache.lookups === 0
      ? []
      : [`${formatShare(cache.hits / cache.lookups)} of ${formatCount(cache.lookups)} reads hit the cache`]),
    ...(database === undefined ? [] : [`${formatNumber(queries / requests)} database queries per request`]),
    ...(database === undefined || queries === 0
      ? []
      : [`${formatDurationMs(database.ms / queries)} each on average`]),
  ].join(", ");
}

function messagesSentence(messages: Messages): string {
  const { old: before, new: after, refused, waiting, meanWaitMs, longestWaitMs } = messages;
  const consumed = before.consumed + after.consumed;
  const lost = before.lost + after.lost;
  const taken =
    consumed === 0
      ? "no message was worked on"
      : `new took ${formatShare(after.consumed / consumed)} of ${formatCount(consumed)} messages (old ${formatCount(before.consumed)}, new ${formatCount(after.consumed)})`;
  return [
    taken,
    ...(meanWaitMs === undefined || longestWaitMs === undefined
      ? []
      : [
          `they waited ${formatDurationMs(meanWaitMs)} on average, ${formatDurationMs(longestWaitMs)} at most`,
        ]),
    `${formatCount(waiting)} waiting at the end`,
    ...(refused === 0 ? [] : [`${formatCount(refused)} refused, the queue being full`]),
    ...(lost === 0 ? [] : [`${formatCount(lost)} lost, the queue being gone`]),
  ].join("; ");
}

function chainsSentence(chains: Chains): string {
  const pairs = versions.flatMap((from) => versions.map((to) => ({ from, to, calls: chains[from][to] })));
  const sum = (some: typeof pairs) => some.reduce((total, { calls }) => total + calls, 0);
  const answered = sum(pairs);
  const failed = versions.reduce((total, from) => total + chains[from].failed, 0);
  const failures = failed === 0 ? "" : `; ${formatCount(failed)} calls failed`;
  if (answered === 0) return `the second service answered no call${failures}`;
  const mixed = formatShare(sum(pairs.filter(({ from, to }) => from !== to)) / answered);
  const counts = pairs.map(({ from, to, calls }) => `${from} → ${to} ${formatCount(calls)}`).join(", ");
  return `${mixed} of ${formatCount(answered)} calls of the second service mix the versions: ${counts}${failures}`;
}
