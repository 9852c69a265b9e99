import { formatDurationMs, formatNumber, formatRatePerSecond, formatShare } from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { Profile, ProfileEstimate, StoreDemand, VersionProfile } from "../../result/profile-schema.ts";
import { type Cell, type TableView, textColumn } from "../view/table.ts";
import { paintWith } from "./paint.ts";
import { plainText } from "./plain-text.ts";
import type { SummaryOptions } from "./run-summary.ts";
import { textTable } from "./text-table.ts";

/** What `twinlane calibrate` prints: each quantity of the profile with its 95 % interval. */
export function renderProfile(profile: Profile, { colour, widthColumns }: SummaryOptions): string {
  const paint = paintWith(colour);
  const { scenario, runs, notes } = profile;
  const rates = runs.map(({ ratePerSecond }) => formatRatePerSecond(ratePerSecond)).join(", ");
  const lines = [
    `${paint(plainText(scenario.name), "strong")}: ${runs.length === 1 ? "a run" : `${runs.length} runs`} at ${rates}`,
    "",
    ...textTable(profileTable(profile), { paint, widthColumns }),
    ...notes.map((note) => `  ${note}`),
    ...(profile.stores === undefined ? [`  ${withoutStores}`] : []),
  ];
  return `${lines.join("\n")}\n`;
}

const withoutStores =
  "Hit ratio and queries are not told: mocks count what they ask of their stores; these runs had none, or real services.";

type StoreQuantity = {
  readonly title: string;
  readonly of: (stores: StoreDemand) => ProfileEstimate | undefined;
  readonly write: (value: number) => string;
};

const storeQuantities: readonly StoreQuantity[] = [
  { title: "cache hit ratio", of: ({ cacheHitRatio }) => cacheHitRatio, write: formatShare },
  { title: "queries per request", of: ({ queriesPerRequest }) => queriesPerRequest, write: formatNumber },
  { title: "database, time per query", of: ({ msPerQuery }) => msPerQuery, write: formatDurationMs },
  {
    title: "database, time per request",
    of: ({ databaseMsPerRequest }) => databaseMsPerRequest,
    write: formatDurationMs,
  },
];

function profileTable(profile: Profile): TableView {
  const known = versions.flatMap((version) => {
    const found = profile.versions[version];
    return found === undefined ? [] : [found];
  });
  const row = (title: string, text: (found: VersionProfile) => string) => ({
    cells: [{ text: title }, ...known.map((found): Cell => ({ text: text(found) }))],
  });
  return {
    columns: [textColumn(""), ...known.map(({ label }) => textColumn(plainText(label)))],
    rows: [
      row("CPU per request", ({ cpuMsPerRequest }) => written(cpuMsPerRequest, formatDurationMs)),
      row("CPU at rest", ({ idleCpuShare }) => written(idleCpuShare, cores)),
      row("service time, mean", ({ serviceTime }) => written(serviceTime.meanMs, formatDurationMs)),
      row("service time, p99", ({ serviceTime }) => written(serviceTime.p99Ms, formatDurationMs)),
      row("service time, law", ({ serviceTime }) => lawText(serviceTime)),
      row("slots of a server", slotsText),
      ...storeQuantities
        .filter(({ of }) => known.some(({ stores }) => stores && of(stores) !== undefined))
        .map(({ title, of, write }) => row(title, ({ stores }) => written(stores && of(stores), write))),
      {
        cells: [
          { text: "splitter, CPU per request" },
          { text: written(profile.splitterMs, formatDurationMs) },
        ],
      },
      {
        cells: [{ text: "between user and service" }, { text: written(profile.networkMs, formatDurationMs) }],
      },
      ...(profile.storeCpuMsPerRequest === undefined
        ? []
        : [
            {
              cells: [
                { text: "stores, CPU per request" },
                { text: written(profile.storeCpuMsPerRequest, formatDurationMs) },
              ],
            },
          ]),
    ],
    notes: [],
  };
}

function written(estimate: ProfileEstimate | undefined, write: (value: number) => string): string {
  if (estimate === undefined) return "not told";
  const { value, low, high } = estimate;
  if (low === undefined || high === undefined) return `${write(value)}, no interval`;
  return `${write(value)} [${write(low)}, ${write(high)}]`;
}

function cores(value: number): string {
  return `${formatNumber(Number(value.toPrecision(2)))} cores`;
}

function lawText({ law, requests }: VersionProfile["serviceTime"]): string {
  return `${law.law}, from ${formatNumber(requests)} requests`;
}

function slotsText({ slotsPerServer, slotsAtLeast }: VersionProfile): string {
  if (slotsPerServer !== undefined) return written(slotsPerServer, formatNumber);
  return slotsAtLeast === undefined ? "not told" : `no queue seen, so at least ${slotsAtLeast}`;
}
