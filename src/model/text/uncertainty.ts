import { formatNumber, formatShare } from "../../base/units.ts";
import type { Limits, Uncertainty } from "../uncertainty.ts";
import { left, right, textTable } from "./table.ts";

/** The limits of the growth table, and which inputs they come from. */
export function uncertaintyText({ rows, inputs, samples }: Uncertainty): string {
  const hasCost = rows.some(({ costPerHour }) => costPerHour !== undefined);
  const table = textTable(
    [
      right("users"),
      right("peak req/s\n5 % … 95 %"),
      right("servers\n5 % … 95 %"),
      ...(hasCost ? [right("cost per hour\n5 % … 95 %")] : []),
      left("decided most by"),
    ],
    rows.map(({ users, peakPerSecond, servers, costPerHour, influences }) => [
      formatNumber(users),
      range(peakPerSecond),
      range(servers),
      ...(hasCost ? [range(costPerHour)] : []),
      influences
        .filter(({ share }) => share >= 0.05)
        .map(({ path, share }) => `${path} ${Math.round(share * 100)} %`)
        .join(", ") || "none of them",
    ]),
  );
  const impossible = rows.flatMap(({ users, impossibleShare }) =>
    impossibleShare === 0
      ? []
      : [
          `In ${formatShare(impossibleShare)} of the cases no number of servers is enough for ${formatNumber(users)} users.`,
        ],
  );
  const said = `${samples} draws of ${inputs.map(({ path }) => path).join(", ")}, each from a triangle, independently.`;
  return [table, said, ...impossible].join("\n\n");
}

function range(limits: Limits | undefined): string {
  if (limits === undefined) return "impossible";
  const { low, high } = limits;
  return `${formatNumber(low)} … ${formatNumber(high)}`;
}
