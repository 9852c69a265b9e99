import { formatDurationMs, formatNumber, formatShare } from "../../base/units.ts";
import type { Ramp, RampStep } from "../ramp.ts";
import { formatMoney } from "./format-money.ts";
import { right, textTable } from "./table.ts";

/** The ramp step by step, without and with copies of everything that may be copied. */
export function rampText(plain: Ramp, mirrored: Ramp): string {
  const hasStores = plain.steps.some(({ databaseReads }) => databaseReads !== undefined);
  const hasCost = plain.steps.some(({ costPerHour }) => costPerHour !== undefined);
  const table = textTable(
    [
      right("new"),
      right("held"),
      right("servers,\nrollback kept"),
      right("servers,\nshares only"),
      right("… all\ncopied"),
      ...(hasStores
        ? [
            right("database\nreads/s"),
            right("… new's\ncache cold"),
            right("… all\ncopied"),
            right("writes/s"),
            right("pooled\nconnections"),
          ]
        : []),
      ...(hasCost ? [right("cost\nper hour"), right("overlap\nof the step")] : []),
    ],
    plain.steps.map((step, index) => row(step, mirrored.steps[index] ?? step, { hasStores, hasCost })),
  );
  const total =
    plain.overlapCost === undefined
      ? []
      : [`The overlap costs ${formatMoney(plain.overlapCost)} over the whole ramp.`];
  const note = `At ${formatNumber(plain.users)} users the ramp needs at most ${formatNumber(plain.peakServers)} servers, spares apart.`;
  return [table, [note, ...total].join(" ")].join("\n\n");
}

type Columns = { readonly hasStores: boolean; readonly hasCost: boolean };

function row(step: RampStep, copied: RampStep, { hasStores, hasCost }: Columns): readonly string[] {
  return [
    formatShare(step.newShare),
    step.holdMs === undefined ? "" : formatDurationMs(step.holdMs),
    formatNumber(step.servers),
    formatNumber(step.serversWithoutRollback),
    formatNumber(copied.serversWithoutRollback),
    ...(hasStores
      ? [
          step.databaseReads,
          step.databaseReadsColdCache,
          copied.databaseReads,
          step.databaseWrites,
          step.pooledConnections,
        ].map((value) => (value === undefined ? "" : formatNumber(value)))
      : []),
    ...(hasCost ? [formatMoney(step.costPerHour), formatMoney(step.overlapCost)] : []),
  ];
}
