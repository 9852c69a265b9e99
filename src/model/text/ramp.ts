import { formatDurationMs, formatNumber, formatShare } from "../../base/units.ts";
import type { Ramp, RampStep } from "../ramp.ts";
import { formatMoney } from "./format-money.ts";
import { right, textTable } from "./table.ts";

/** The ramp step by step: servers and cost, then the database; without and with copies of all that may be copied. */
export function rampText(plain: Ramp, mirrored: Ramp): string {
  const hasStores = plain.steps.some(({ databaseReads }) => databaseReads !== undefined);
  return [
    serverTable(plain, mirrored),
    noteText(plain),
    ...(hasStores ? [databaseTable(plain, mirrored), ...coldText(plain)] : []),
  ].join("\n\n");
}

function serverTable(plain: Ramp, mirrored: Ramp): string {
  const hasCost = plain.steps.some(({ costPerHour }) => costPerHour !== undefined);
  return textTable(
    [
      right("new"),
      right("held"),
      right("servers,\nrollback kept"),
      right("servers,\nshares only"),
      right("… all\ncopied"),
      ...(hasCost ? [right("cost\nper hour"), right("overlap\nof the step")] : []),
    ],
    plain.steps.map((step, index) => [
      formatShare(step.newShare),
      step.holdMs === undefined ? "" : formatDurationMs(step.holdMs),
      formatNumber(step.servers),
      formatNumber(step.serversWithoutRollback),
      formatNumber(copiedStep(mirrored, index, step).serversWithoutRollback),
      ...(hasCost ? [formatMoney(step.costPerHour), formatMoney(step.overlapCost)] : []),
    ]),
  );
}

function copiedStep(mirrored: Ramp, index: number, plain: RampStep): RampStep {
  return mirrored.steps[index] ?? plain;
}

function noteText({ users, peakServers, overlapCost }: Ramp): string {
  const note = `At ${formatNumber(users)} users the ramp needs at most ${formatNumber(peakServers)} servers, spares apart.`;
  if (overlapCost === undefined) return note;
  return `${note} The overlap costs ${formatMoney(overlapCost)} over the whole ramp.`;
}

/** Reads and fullness of the database that is there now, and the time of a query. */
function databaseTable(plain: Ramp, mirrored: Ramp): string {
  const hasLimit = plain.steps.some(({ databaseFullness }) => databaseFullness !== undefined);
  const hasWarmUp = plain.steps.some(({ cacheWarmUpMs }) => cacheWarmUpMs !== undefined);
  return textTable(
    [
      right("new"),
      right("database\nreads/s"),
      right("… new's\ncache cold"),
      right("… all\ncopied"),
      right("writes/s"),
      ...(hasLimit
        ? [
            right("database\nfull"),
            right("… new's\ncache cold"),
            right("… all\ncopied"),
            right("time of\na query"),
            right("… copies\nin pairs"),
          ]
        : []),
      ...(hasWarmUp ? [right("new's cache\nwarm after")] : []),
      right("pooled\nconnections"),
    ],
    plain.steps.map((step, index) => {
      const copied = copiedStep(mirrored, index, step);
      const reads = [step.databaseReads, step.databaseReadsColdCache, copied.databaseReads];
      const full = [step.databaseFullness, step.databaseFullnessColdCache, copied.databaseFullness];
      return [
        formatShare(step.newShare),
        ...[...reads, step.databaseWrites].map((value) => (value === undefined ? "" : formatNumber(value))),
        ...(hasLimit
          ? [
              ...full.map((share) => (share === undefined ? "" : formatFullness(share))),
              ...[step, copied].map(formatQueryTime),
            ]
          : []),
        ...(hasWarmUp ? [step.cacheWarmUpMs === undefined ? "" : formatDurationMs(step.cacheWarmUpMs)] : []),
        step.pooledConnections === undefined ? "" : formatNumber(step.pooledConnections),
      ];
    }),
  );
}

function formatFullness(share: number): string {
  return `${formatNumber(Number((share * 100).toPrecision(3)))} %`;
}

function formatQueryTime({ queryMs, databaseFullness }: RampStep): string {
  if (queryMs !== undefined) return formatDurationMs(queryMs);
  return (databaseFullness ?? 0) >= 1 ? "no end" : "";
}

/** How far new may go at once while a cache of its own is empty. */
function coldText({ largestColdShare }: Ramp): readonly string[] {
  if (largestColdShare === undefined) return [];
  if (largestColdShare === 1) {
    return ["With a cache of new's own that is still empty the database keeps up at every step."];
  }
  if (largestColdShare === 0) {
    return ["The database that is there now is full already; an empty cache of new's own would add to it."];
  }
  const share = Math.floor(largestColdShare * 1000) / 10;
  return [
    `With a cache of new's own that is still empty, the database keeps up to ${formatNumber(share)} % of the traffic on new: go no further until the cache is warm.`,
  ];
}
