import { formatCount, formatMomentMs, formatNumber } from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { RunResult } from "../../result/schema.ts";
import type { SimulationReport } from "../../result/simulation-schema.ts";
import { formatCost } from "./growth.ts";
import { numberColumn, type Row, type TableView, textColumn } from "./table.ts";
import { versionTitles } from "./versions.ts";

type Scaling = NonNullable<NonNullable<SimulationReport["scaling"]>["new"]>;

/** Most changes of a version that are listed; the result holds them all. */
const maxChanges = 12;

/** How many servers an autoscaler had ready, change by change; undefined where no version has one. */
export function scalingTable(result: RunResult): TableView | undefined {
  const scaling = result.simulation?.scaling ?? {};
  const titles = versionTitles(result);
  const scaled = versions.flatMap((version) => {
    const own = scaling[version];
    return own === undefined ? [] : [{ title: titles[version], own }];
  });
  if (scaled.length === 0) return undefined;
  return {
    columns: [textColumn("Version"), numberColumn("From"), numberColumn("Ready"), numberColumn("Wanted")],
    rows: scaled.flatMap(({ title, own }) => changeRows(title, own)),
    notes: [
      ...scaled.map(({ title, own }) => summary(title, own)),
      "Changes are those of the first replication.",
    ],
  };
}

function changeRows(title: string, { steps }: Scaling): Row[] {
  return steps.slice(0, maxChanges).map(({ atMs, ready, wanted }) => ({
    cells: [
      { text: title },
      { text: formatMomentMs(atMs) },
      { text: formatCount(ready) },
      { text: formatCount(wanted) },
    ],
  }));
}

function summary(title: string, { meanServers, fewest, most, costPerHour, steps }: Scaling): string {
  const cost = costPerHour === undefined ? "" : `, at a cost of ${formatCost(costPerHour)} per hour`;
  const left = steps.length - maxChanges;
  const more = left > 0 ? ` ${formatCount(left)} more changes are in result.json.` : "";
  return `${title}: ${formatNumber(meanServers)} servers on average, ${formatCount(fewest)} to ${formatCount(most)}${cost}.${more}`;
}
