import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The parts of docs/grafana/twinlane.json that the tests look at. */
export type Dashboard = {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly annotations: { readonly list: readonly { readonly datasource: Source; readonly expr: string }[] };
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
};

type Source = { readonly type: string; readonly uid: string };

type Variable = {
  readonly name: string;
  readonly type: string;
  readonly query: string;
  readonly includeAll?: boolean;
  readonly options?: readonly { readonly value: string }[];
};

type Panel = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: Source;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly datasource: Source;
    readonly expr: string;
    readonly legendFormat: string;
  }[];
};

export function readDashboard(): Dashboard {
  const file = fileURLToPath(new URL("../../docs/grafana/twinlane.json", import.meta.url));
  return JSON.parse(readFileSync(file, "utf8")) as Dashboard;
}

/** Every query of the dashboard, as it is written. */
export function queriesOf({ panels, annotations }: Dashboard): readonly string[] {
  const ofPanels = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  return [...ofPanels, ...annotations.list.map(({ expr }) => expr)];
}

/** As Grafana sends it, with all versions chosen. */
export function filledIn(query: string): string {
  return query.replaceAll("$version", ".*").replaceAll("$__rate_interval", "1m");
}
