import { formatBytes, formatNumber, formatShare } from "../../base/units.ts";
import { formatUsers } from "../format-users.ts";
import type { MigrationRow, MigrationView } from "../migration/growth.ts";
import type { DatabaseLoad, MigrationStep } from "../migration/steps.ts";
import { left, right, textTable } from "./table.ts";

/** Service by service out of the monolith, then the same system from small to large. */
export function migrationText({ steps, rows, impossible }: MigrationView): string {
  return [
    `Step by step, at ${formatNumber(steps[0]?.users ?? 0)} users`,
    stepTable(steps),
    "All services moved, as users grow",
    rowTable(rows),
    ...rows.map(measureText),
    ...impossible.map((reason) => `${reason}.`),
  ].join("\n\n");
}

function stepTable(steps: readonly MigrationStep[]): string {
  return textTable(
    [
      right("moved"),
      left("last"),
      right("traffic on\nservices"),
      right("calls between\nservices/s"),
      right("bytes of\nthem/s"),
      right("added to a\nrequest, ms"),
      right("servers,\nmonolith"),
      right("servers,\nservices"),
      right("shared\ndatabase"),
      left("own databases"),
    ],
    steps.map((step) => [
      formatNumber(step.moved),
      step.name ?? "",
      formatShare(step.trafficShare),
      formatNumber(step.internalCallsPerSecond),
      formatBytes(step.internalBytesPerSecond),
      formatNumber(step.addedMs),
      formatNumber(step.monolithServers),
      formatNumber(step.serviceServers),
      databaseCell(step.databases.find(({ name }) => name === "shared")),
      step.databases
        .filter(({ name }) => name !== "shared")
        .map((database) => `${database.name} ${databaseCell(database)}`)
        .join(", "),
    ]),
  );
}

function databaseCell(database: DatabaseLoad | undefined): string {
  if (database === undefined) return "none";
  const { reads, writes, utilisation } = database;
  return utilisation === undefined ? `${formatNumber(reads + writes)}/s` : formatShare(utilisation);
}

function rowTable(rows: readonly MigrationRow[]): string {
  return textTable(
    [
      right("users"),
      right("peak\nreq/s"),
      right("monolith\nalone"),
      right("monolith +\nservices"),
      right("calls between\nservices/s"),
      right("fullest\ndatabase"),
      left("first bottleneck of the monolith"),
      left("measures"),
    ],
    rows.map(({ users, peakPerSecond, before, after, firstBottleneck, measures }) => [
      formatNumber(users),
      formatNumber(peakPerSecond),
      formatNumber(before.monolithServers),
      `${formatNumber(after.monolithServers)} + ${formatNumber(after.serviceServers)}`,
      formatNumber(after.internalCallsPerSecond),
      databaseCell(
        after.databases.toSorted((one, other) => other.reads + other.writes - one.reads - one.writes)[0],
      ),
      firstBottleneck === undefined
        ? "none stated"
        : `${firstBottleneck.resource}, full ${firstBottleneck.fullAtUsers < users ? "since" : "at"} ${formatUsers(firstBottleneck.fullAtUsers)} users`,
      measures.map(({ measure }) => measure).join(", ") || "none yet",
    ]),
  );
}

function measureText({ users, measures }: MigrationRow): string {
  if (measures.length === 0)
    return `${formatNumber(users)} users: nothing beyond one database for each step above.`;
  const lines = measures.map(({ measure, because }) => `  ${measure}: ${because}.`);
  return [`${formatNumber(users)} users:`, ...lines].join("\n");
}
