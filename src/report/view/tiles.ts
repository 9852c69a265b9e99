import {
  formatCount,
  formatDurationMs,
  formatNumber,
  formatRatePerSecond,
  formatShare,
} from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { formatDifferenceMs } from "./duration.ts";
import { formatCost } from "./growth.ts";
import type { Tone } from "./table.ts";
import { hasRequests } from "./versions.ts";

/** One figure that people look for first. */
export type Tile = {
  readonly title: string;
  readonly value: string;
  readonly note: string;
  readonly tone?: Tone;
};

/** At most six. A run that is not valid gets no response time here: it would be quoted without its banner. */
export function tilesOf(result: RunResult): readonly Tile[] {
  const tiles = [
    ...(result.validity.state === "VALID" ? responseTimeTiles(result) : []),
    ...(hasRequests(result) ? [answeredTile(result), rateTile(result)] : []),
    ...splitTile(result),
    ...growthTiles(result),
  ];
  return tiles.slice(0, maxTiles);
}

const maxTiles = 6;

function responseTimeTiles({ totals: { versions: arms } }: RunResult): Tile[] {
  return versions.flatMap((version) => {
    const { p99 } = arms[version].responseTimeMs;
    if (p99 === undefined) return [];
    const title = `p99 response time, ${version}`;
    if (p99 === null)
      return [{ title, value: "not met", note: "too many requests had no answer", tone: "bad" as const }];
    return [{ title, value: formatDurationMs(p99), note: differenceNote(arms, version) }];
  });
}

function differenceNote(arms: RunResult["totals"]["versions"], version: "old" | "new"): string {
  const { p50 } = arms[version].responseTimeMs;
  const median = typeof p50 === "number" ? `p50 ${formatDurationMs(p50)}` : "";
  const old = arms.old.responseTimeMs.p99;
  const fresh = arms.new.responseTimeMs.p99;
  if (version === "old" || typeof old !== "number" || typeof fresh !== "number") return median;
  return `${formatDifferenceMs(old, fresh)} against old`;
}

function answeredTile({ totals: { versions: arms } }: RunResult): Tile {
  const scheduled = arms.old.scheduled + arms.new.scheduled;
  const completed = arms.old.completed + arms.new.completed;
  return {
    title: "Answered well",
    value: formatShare(completed / scheduled),
    note: `${formatCount(completed)} of ${formatCount(scheduled)} requests`,
  };
}

function rateTile({ totals: { versions: arms } }: RunResult): Tile {
  return {
    title: "Throughput",
    value: formatRatePerSecond(arms.old.throughputPerSecond + arms.new.throughputPerSecond),
    note: `${formatRatePerSecond(arms.old.offeredPerSecond + arms.new.offeredPerSecond)} offered`,
  };
}

function splitTile({ totals: { split } }: RunResult): Tile[] {
  if (split.realised === undefined) return [];
  const value = `${formatNumber(Number((split.realised * 100).toPrecision(3)))} %`;
  const tile = { title: "Share of new", value, note: `${formatShare(split.configured)} configured` };
  return [split.state === "off" ? { ...tile, tone: "bad" } : tile];
}

/** The largest user count, and beside nothing measured also the smaller ones. */
function growthTiles(result: RunResult): Tile[] {
  const largestFirst = result.growth.toSorted((left, right) => right.users - left.users);
  const shown = hasRequests(result) ? largestFirst.slice(0, 1) : largestFirst.slice(0, maxTiles).reverse();
  return shown.map(({ users, servers, costPerHour, firstBottleneck }) => ({
    title: `Servers for ${formatLarge(users)} users`,
    value: formatCount(servers.total),
    note: `${costPerHour === undefined ? "" : `${formatCost(costPerHour)} per hour; `}first bottleneck: ${plainText(firstBottleneck)}`,
  }));
}

/** 100,000,000 → `100 M`: short enough for a tile. */
function formatLarge(count: number): string {
  if (count >= 1e9) return `${formatNumber(count / 1e9)} B`;
  return count >= 1e6 ? `${formatNumber(count / 1e6)} M` : formatNumber(count);
}
