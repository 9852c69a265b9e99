import { formatCount, formatNumber } from "../../base/units.ts";
import type { GrowthRow } from "../../result/schema.ts";
import type { FigureView } from "./figure.ts";

export type GrowthData = { readonly points: readonly GrowthPoint[] };

export type GrowthPoint = {
  readonly users: number;
  readonly line: "old" | "new" | "total";
  readonly servers: number;
};

/** Servers by users, on logarithmic axes. Absent with fewer than two user counts: a point is not a curve. */
export function growthFigure(rows: readonly GrowthRow[]): FigureView<GrowthData> | undefined {
  if (rows.length < 2) return undefined;
  const inOrder = rows.toSorted((left, right) => left.users - right.users);
  return {
    title: "Servers by users",
    explanation:
      "Both axes are logarithmic: a straight line at 45° means that servers grow in proportion to users.",
    description: `Servers needed: ${inOrder
      .map(({ users, servers }) => `${formatCount(servers.total)} for ${formatNumber(users)} users`)
      .join(", ")}.`,
    legend: [
      { label: "in all", colour: "ink", mark: "solid" },
      { label: "old", colour: "old", mark: "solid" },
      { label: "new", colour: "new", mark: "dashed" },
    ],
    data: { points: inOrder.flatMap(pointsOf) },
  };
}

/** A logarithmic axis has no place for zero, so a version without servers has no point. */
function pointsOf({ users, servers }: GrowthRow): GrowthPoint[] {
  const lines = ["old", "new", "total"] as const;
  return lines.filter((line) => servers[line] > 0).map((line) => ({ users, line, servers: servers[line] }));
}
