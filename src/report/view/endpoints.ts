import { formatCount, formatDurationMs } from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { EndpointResult, RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { percentileCell } from "./duration.ts";
import { bounded, type Cell, numberColumn, type Row, type TableView, textColumn } from "./table.ts";
import { versionTitles } from "./versions.ts";

type EndpointArm = NonNullable<EndpointResult["versions"]["old"]>;

/**
 * Each endpoint under each version. Percentiles of several stages are never merged, so each measured stage
 * has rows of its own when there is more than one.
 */
export function endpointsTable(result: RunResult): TableView | undefined {
  const measured = result.stages.filter(({ warmUp, endpoints }) => !warmUp && endpoints.length > 0);
  if (measured.length === 0) return undefined;
  const rows = measured.flatMap((stage) =>
    stage.endpoints.flatMap((endpoint) =>
      endpointRows(endpoint, { result, stage: measured.length > 1 ? plainText(stage.name) : undefined }),
    ),
  );
  if (rows.length === 0) return undefined;
  return bounded({
    columns: [
      ...(measured.length > 1 ? [textColumn("Stage")] : []),
      textColumn("Endpoint"),
      textColumn("Version"),
      ...["Offered", "Completed", "Failed", "Timed out", "Not sent", "p50", "p90", "p99", "Longest"].map(
        numberColumn,
      ),
    ],
    rows,
    notes: [],
  });
}

function endpointRows(
  endpoint: EndpointResult,
  { result, stage }: { readonly result: RunResult; readonly stage: string | undefined },
): Row[] {
  const titles = versionTitles(result);
  return versions.flatMap((version) => {
    const arm = endpoint.versions[version];
    if (arm === undefined || arm.scheduled === 0) return [];
    const cells = [{ text: plainText(endpoint.name) }, { text: titles[version] }, ...armCells(arm)];
    const group = `${stage}/${plainText(endpoint.name)}`;
    return [{ group, cells: stage === undefined ? cells : [{ text: stage }, ...cells] }];
  });
}

function armCells(arm: EndpointArm): Cell[] {
  const { responseTimeMs: times, scheduled: samples } = arm;
  return [
    { text: formatCount(arm.scheduled) },
    { text: formatCount(arm.completed) },
    troubleCell(arm.failed),
    troubleCell(arm.timedOut),
    troubleCell(arm.notSent),
    percentileCell({ name: "p50", ms: times.p50, samples, isShort: true }),
    percentileCell({ name: "p90", ms: times.p90, samples, isShort: true }),
    percentileCell({ name: "p99", ms: times.p99, samples, isShort: true }),
    times.max === undefined ? { text: "–", tone: "quiet" } : { text: formatDurationMs(times.max) },
  ];
}

function troubleCell(count: number): Cell {
  return count === 0 ? { text: "0", tone: "quiet" } : { text: formatCount(count), tone: "bad" };
}

/** Failures by class and version, the most frequent first; absent where nothing failed. */
export function errorsTable(result: RunResult): TableView | undefined {
  const titles = versionTitles(result);
  const found = versions.flatMap((version) =>
    Object.entries(result.totals.versions[version].errors).map(([name, count]) => ({ version, name, count })),
  );
  if (found.length === 0) return undefined;
  found.sort((left, right) => right.count - left.count);
  return bounded({
    columns: [textColumn("What went wrong"), textColumn("Version"), numberColumn("Requests")],
    rows: found.map(({ version, name, count }) => ({
      cells: [{ text: plainText(name) }, { text: titles[version] }, { text: formatCount(count) }],
    })),
    notes: [],
  });
}
