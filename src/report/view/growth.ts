import { formatBytes, formatCount, formatNumber, formatRatePerSecond } from "../../base/units.ts";
import type { GrowthRow } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { type Column, numberColumn, type TableView, textColumn } from "./table.ts";

/** What each user count takes; absent where the scenario names none. */
export function growthTable(rows: readonly GrowthRow[]): TableView | undefined {
  if (rows.length === 0) return undefined;
  const columns = growthColumns.filter(({ isShown }) => isShown === undefined || rows.some(isShown));
  return {
    columns: columns.map(({ text: _, isShown: __, ...column }) => column),
    rows: rows.map((row) => ({ cells: columns.map(({ text }) => ({ text: text(row) })) })),
    notes: [],
  };
}

type GrowthColumn = Column & {
  readonly text: (row: GrowthRow) => string;
  /** Shown only when it holds for one of the rows. */
  readonly isShown?: (row: GrowthRow) => boolean;
};

const growthColumns: readonly GrowthColumn[] = [
  { ...numberColumn("Users"), short: "Users", text: ({ users }) => formatNumber(users) },
  {
    ...numberColumn("Average rate"),
    text: (row) => formatRatePerSecond(row.averageRatePerSecond),
    isShown: (row) => row.averageRatePerSecond !== row.peakRatePerSecond,
  },
  {
    ...numberColumn("Peak rate"),
    short: "Peak rate",
    text: (row) => formatRatePerSecond(row.peakRatePerSecond),
  },
  {
    ...numberColumn("Users at once"),
    text: (row) => formatNumber(Math.ceil(row.concurrentUsers)),
    isShown: (row) => Math.ceil(row.concurrentUsers) !== row.users,
  },
  {
    ...numberColumn("Servers old"),
    short: "Old",
    isExtra: true,
    text: ({ servers }) => formatCount(servers.old),
  },
  {
    ...numberColumn("Servers new"),
    short: "New",
    isExtra: true,
    text: ({ servers }) => formatCount(servers.new),
  },
  { ...numberColumn("Servers in all"), short: "Servers", text: ({ servers }) => formatCount(servers.total) },
  {
    ...numberColumn("Spare, extra"),
    text: ({ servers }) => formatCount(servers.spare),
    isShown: ({ servers }) => servers.spare > 0,
  },
  { ...textColumn("Set by"), short: "Set by", text: ({ servers }) => plainText(servers.binding) },
  { ...numberColumn("Bandwidth"), text: (row) => `${formatBytes(row.bandwidthBytesPerSecond)}/s` },
  {
    ...numberColumn("Cost per hour"),
    text: ({ costPerHour }) => (costPerHour === undefined ? "–" : formatCost(costPerHour)),
    isShown: ({ costPerHour }) => costPerHour !== undefined,
  },
  {
    ...textColumn("First bottleneck"),
    short: "First bottleneck",
    text: (row) => plainText(row.firstBottleneck),
  },
];

/** Money of the scenario's own kind: two decimals, no currency. */
export function formatCost(amount: number): string {
  return amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
