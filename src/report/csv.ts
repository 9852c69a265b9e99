import { versions } from "../base/version.ts";
import type { RunResult } from "../result/schema.ts";
import { plainText } from "./text/plain-text.ts";

type Value = string | number | null | undefined;

const secondFields = ["scheduled", "completed", "failed", "timedOut", "notSent"] as const;
const secondTimes = ["p50Ms", "p90Ms", "p99Ms", "maxMs"] as const;

/**
 * The run second by second, a row for each second and version. Percentiles with too few samples are empty,
 * ones that were not met are `not met`. Lines end with CRLF (RFC 4180).
 */
export function renderSecondsCsv({ seconds, stages }: RunResult): string {
  const header = ["second", "stage", "version", ...secondFields, ...secondTimes];
  const rows = seconds.flatMap(({ second, stage, versions: arms }) =>
    versions.flatMap((version) => {
      const arm = arms[version];
      if (arm === undefined) return [];
      const counts = secondFields.map((field) => arm[field]);
      const times = secondTimes.map((field) => arm[field]);
      return [[second, stages[stage]?.name ?? "", version, ...counts, ...times]];
    }),
  );
  return csv([header, ...rows]);
}

/** The growth table, a row for each user count. */
export function renderGrowthCsv({ growth }: RunResult): string {
  const header = [
    "users",
    "averageRatePerSecond",
    "peakRatePerSecond",
    "concurrentUsers",
    "serversTotal",
    "serversOld",
    "serversNew",
    "serversSpare",
    "binding",
    "bandwidthBytesPerSecond",
    "costPerHour",
    "firstBottleneck",
  ];
  const rows = growth.map(({ servers, ...row }) => [
    row.users,
    row.averageRatePerSecond,
    row.peakRatePerSecond,
    row.concurrentUsers,
    servers.total,
    servers.old,
    servers.new,
    servers.spare,
    servers.binding,
    row.bandwidthBytesPerSecond,
    row.costPerHour,
    row.firstBottleneck,
  ]);
  return csv([header, ...rows]);
}

function csv(rows: readonly (readonly Value[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(value: Value): string {
  if (value === undefined) return "";
  if (value === null) return "not met";
  if (typeof value === "number") return String(value);
  const text = guarded(plainText(value));
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A spreadsheet would run a text that starts like a formula. */
function guarded(text: string): string {
  return /^[=+\-@]/.test(text) ? `'${text}` : text;
}
