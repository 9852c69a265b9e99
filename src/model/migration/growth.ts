import type { ModelInputs } from "../inputs.ts";
import { systemLoad } from "../load.ts";
import { type Measure, storeMeasures } from "./measures.ts";
import { type DatabaseLoad, type MigrationPlan, type MigrationStep, migrationStep } from "./steps.ts";

/** One user count: the monolith, the system with all services moved, and what its size asks for. */
export type MigrationRow = {
  readonly users: number;
  readonly peakPerSecond: number;
  readonly before: MigrationStep;
  readonly after: MigrationStep;
  readonly firstBottleneck: FirstBottleneck | undefined;
  readonly measures: readonly Measure[];
};

/** What is full first as users grow, with the monolith and one database as they are. */
export type FirstBottleneck = { readonly resource: string; readonly fullAtUsers: number };

export type MigrationView = {
  /** At the scenario's own number of users, service by service. */
  readonly steps: readonly MigrationStep[];
  readonly rows: readonly MigrationRow[];
  readonly impossible: readonly string[];
};

/** The incremental-migration view: step by step at the scenario's users, then from end to end at each count. */
export function migrationView(
  inputs: ModelInputs,
  migration: MigrationPlan,
  userCounts: readonly number[],
): MigrationView {
  const impossible: string[] = [];
  const stepAt = (users: number, moved: number): MigrationStep | undefined => {
    const answer = migrationStep(inputs, migration, { users, moved });
    if ("step" in answer) return answer.step;
    impossible.push(`${users} users, ${moved} services moved: ${answer.impossible}`);
    return undefined;
  };
  const all = migration.services.length;
  const steps = Array.from({ length: all + 1 }, (_, moved) => stepAt(inputs.users, moved)).filter(
    (step) => step !== undefined,
  );
  const rows = userCounts.flatMap((users) => {
    const before = stepAt(users, 0);
    const after = stepAt(users, all);
    if (before === undefined || after === undefined) return [];
    return [
      {
        users,
        peakPerSecond: systemLoad(inputs, users).peakPerSecond,
        before,
        after,
        firstBottleneck: firstBottleneck(inputs, before),
        measures: storeMeasures(inputs, migration, after),
      },
    ];
  });
  return { steps, rows, impossible };
}

function firstBottleneck(inputs: ModelInputs, before: MigrationStep): FirstBottleneck | undefined {
  const { users, databases, monolithServers } = before;
  const connections =
    systemLoad(inputs, users).connections / (monolithServers * inputs.capacity.connectionsPerServer);
  const resources = [
    ...databases.map((database: DatabaseLoad) => ({
      resource: "database",
      utilisation: database.utilisation ?? 0,
    })),
    { resource: "connections of the monolith", utilisation: connections },
  ].filter(({ utilisation }) => utilisation > 0);
  const first = resources.toSorted((left, right) => right.utilisation - left.utilisation)[0];
  return first && { resource: first.resource, fullAtUsers: users / first.utilisation };
}
