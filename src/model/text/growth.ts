import { formatBytes, formatNumber } from "../../base/units.ts";
import { formatUsers } from "../format-users.ts";
import type { Growth, GrowthEntry } from "../growth.ts";
import { formatMoney } from "./format-money.ts";
import { left, right, textTable } from "./table.ts";

/** The growth table, what stands around the servers, and what to do first, as plain text. */
export function growthText({ entries, impossible }: Growth): string {
  const tables =
    entries.length === 0
      ? []
      : [
          serverTable(entries),
          surroundings(entries),
          ...entries.map(stateText),
          "━━ What to do first",
          ...entries.map(firstText),
        ];
  return [...tables, ...impossibleTexts(impossible)].join("\n\n");
}

/** One sentence for all user counts that fail for the same reason. */
function impossibleTexts(impossible: Growth["impossible"]): readonly string[] {
  const byReason = Map.groupBy(impossible, (entry) => entry.impossible);
  return [...byReason].map(
    ([reason, entries]) => `${entries.map(({ users }) => formatNumber(users)).join(", ")} users: ${reason}.`,
  );
}

function serverTable(entries: readonly GrowthEntry[]): string {
  return textTable(
    [
      right("users"),
      right("average\nreq/s"),
      right("peak\nreq/s"),
      right("concurrent\nusers"),
      right("old\nalone"),
      right("both"),
      right("= old\n+ new"),
      right("spare"),
      right("new\nalone"),
      left("binding"),
      right("bandwidth"),
      left("first bottleneck"),
    ],
    entries.map(({ point, users, bottlenecks, extrapolated }) => [
      formatNumber(users),
      formatRate(point.load.averagePerSecond),
      formatRate(point.load.peakPerSecond),
      formatNumber(point.load.connections),
      formatNumber(point.servers.alone.old),
      formatNumber(point.servers.total),
      `${formatNumber(point.servers.old)} + ${formatNumber(point.servers.new)}`,
      `+ ${formatNumber(point.servers.spare)}`,
      formatNumber(point.servers.alone.new),
      extrapolated.length === 0 ? point.servers.binding : `${point.servers.binding} (extrapolated)`,
      `${formatBytes(point.bandwidthBytesPerSecond)}/s`,
      bottleneckCell(bottlenecks[0]),
    ]),
  );
}

/** 578.70 rather than 578.7: rates keep two decimals until they are large. */
function formatRate(perSecond: number): string {
  if (perSecond >= 10_000) return formatNumber(perSecond);
  if (perSecond < 1) return String(Number(perSecond.toPrecision(3)));
  return perSecond.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function bottleneckCell(first: GrowthEntry["bottlenecks"][number] | undefined): string {
  if (first === undefined) return "none stated";
  const full = first.utilisation > 1 ? "full since" : "full at";
  return `${first.resource}, ${full} ${formatUsers(first.fullAtUsers)} users`;
}

function surroundings(entries: readonly GrowthEntry[]): string {
  const hasCost = entries.some(({ point }) => point.cost !== undefined);
  return textTable(
    [
      right("users"),
      right("requests\nat once"),
      right("gateways"),
      right("database\nshards × (1 + replicas)"),
      right("cache\nnodes"),
      right("logs\na day"),
      right("metrics\na day"),
      ...(hasCost ? [right("cost\nper hour"), right("of it for\nthe overlap")] : []),
    ],
    entries.map(({ users, point }) => [
      formatNumber(users),
      point.concurrentRequests === undefined ? "unknown" : formatNumber(point.concurrentRequests),
      formatNumber(point.gateways),
      databaseCell(point),
      point.cacheNodes === 0 ? "none" : formatNumber(point.cacheNodes),
      formatBytes(point.telemetry.logBytesPerDay),
      formatBytes(point.telemetry.metricBytesPerDay),
      ...(hasCost ? [formatMoney(point.cost?.perHour), formatMoney(point.cost?.overlapPerHour)] : []),
    ]),
  );
}

function databaseCell({ database, stores }: GrowthEntry["point"]): string {
  if (database !== undefined) return `${formatNumber(database.shards)} × (1 + ${database.replicasPerShard})`;
  return stores === undefined ? "none" : "no limit stated";
}

function stateText({ users, state }: GrowthEntry): string {
  return `${formatNumber(users)} users: ${state.state}.\n  ${state.advice}.\n  Because: ${state.because}.`;
}

function firstText(entry: GrowthEntry): string {
  const { users, bottlenecks } = entry;
  const lines = bottlenecks.slice(0, 3).map(({ resource, fullAtUsers, remedy, utilisation }, index) => {
    const moves =
      remedy.movesToUsers === undefined ? "" : ` (moves it to ${formatUsers(remedy.movesToUsers)} users)`;
    const full = utilisation > 1 ? "full since" : "full at";
    return `  ${index + 1}. ${resource}: ${full} ${formatUsers(fullAtUsers)} users. ${remedy.change}${moves}.`;
  });
  return [`${formatNumber(users)} users:`, ...lines, ...takeOverLines(entry)].join("\n");
}

function takeOverLines({ takeOver, point }: GrowthEntry): readonly string[] {
  if (takeOver === undefined) return [];
  const { constraint, servers, atRequestFactor } = takeOver;
  const now = `The number of servers is decided by ${point.servers.binding}; ${constraint} alone would need ${formatNumber(servers)}`;
  return [
    atRequestFactor === undefined
      ? `  ${now} and never takes over, however often a user asks.`
      : `  ${now} and takes over when each user asks ${formatNumber(Number(atRequestFactor.toPrecision(3)))} times as often.`,
  ];
}
