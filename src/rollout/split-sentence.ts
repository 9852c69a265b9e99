import { formatShare } from "../base/units.ts";
import type { HeaderRoute } from "../scenario/rollout-plan.ts";

/** A change of the split as it was made; what it leaves as it was is undefined. */
export type SplitChange = {
  readonly fromShare: number;
  readonly toShare: number;
  readonly mirrorShare?: number | undefined;
  /** null takes the route away. */
  readonly headerRoute?: HeaderRoute | null | undefined;
};

/** `share of new from 10 % to 50 %, all with x-beta: 1 to new`: what the journal says of a change of the split. */
export function splitSentence({ fromShare, toShare, mirrorShare, headerRoute }: SplitChange): string {
  const to = formatShare(toShare);
  const share =
    fromShare === toShare
      ? `share of new stays at ${to}`
      : `share of new from ${formatShare(fromShare)} to ${to}`;
  const copies = mirrorShare === undefined ? "" : `, copies of ${formatShare(mirrorShare)}`;
  if (headerRoute === undefined) return `${share}${copies}`;
  return headerRoute === null
    ? `${share}${copies}, no header's own route`
    : `${share}${copies}, all with ${headerRoute.header}: ${headerRoute.equals} to new`;
}
