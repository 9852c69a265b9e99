import { formatCount, formatShare } from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { Chains } from "../../result/behind-schema.ts";
import type { RunResult } from "../../result/schema.ts";

/** What the services did beyond answering, a line each. */
export type BehindLine = { readonly title: string; readonly text: string };

export function behindLines({ chains }: RunResult): readonly BehindLine[] {
  return chains === undefined ? [] : [{ title: "Chains", text: chainsSentence(chains) }];
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
