import { expect, test } from "vitest";
import { versions } from "../../src/base/version.ts";
import { type Metric, metricKeys, metricOf } from "../../src/telemetry/metric-table.ts";
import { prometheusLabel, prometheusName } from "../../src/telemetry/prometheus-text.ts";
import { queriesOf, readDashboard } from "./dashboard.ts";

const dashboard = readDashboard();

/** What a series of each name may be asked by. */
const labels = new Map(metricKeys.map(metricOf).flatMap(seriesOf));

function seriesOf(metric: Metric): readonly (readonly [string, readonly string[]])[] {
  const own = metric.attributes.map(prometheusLabel);
  const name = prometheusName(metric);
  if (metric.kind !== "histogram") return [[name, own]];
  return [
    [`${name}_bucket`, [...own, "le"]],
    [`${name}_sum`, own],
    [`${name}_count`, own],
  ];
}

test.each(queriesOf(dashboard))("%s asks only for metrics and labels of the table", (query) => {
  const names = query.match(/\b(?:twinlane|http)_[a-z_]+(?=[{[])/g) ?? [];
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect([...labels.keys()]).toContain(name);
  const known = names.flatMap((name) => labels.get(name) ?? []);
  const listed = [...query.matchAll(/(?:by|ignoring) \(([^)]*)\)/g)].flatMap(
    ([, list]) => list?.split(/, ?/) ?? [],
  );
  const matched = [...query.matchAll(/[{,] ?([a-z_]+)(?==)/g)].map(([, label]) => label);
  for (const label of [...listed, ...matched]) expect(known).toContain(label);
});

test("asks for every metric of the table", () => {
  const text = queriesOf(dashboard).join("\n");
  for (const key of metricKeys) expect(text).toContain(prometheusName(metricOf(key)));
});

test("has an address that stays, and lets people choose data source and version", () => {
  expect(dashboard.uid).toBe("twinlane");
  const [source, version] = dashboard.templating.list;
  expect(source).toMatchObject({ name: "datasource", type: "datasource", query: "prometheus" });
  expect(version).toMatchObject({ name: "version", type: "custom", includeAll: true });
  expect(version?.query).toBe(versions.join(","));
  expect(version?.options?.map(({ value }) => value)).toEqual(["$__all", ...versions]);
});

test("takes everything from the chosen data source", () => {
  const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);
  const sources = [...targets, ...dashboard.annotations.list].map(({ datasource }) => datasource);
  for (const source of sources) expect(source).toEqual({ type: "prometheus", uid: `\${datasource}` });
});

test("has panels that say what they show and don't overlap", () => {
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const cells = new Set<string>();
  for (const { type, description, gridPos, targets } of dashboard.panels) {
    if (type !== "row") {
      expect(description).toMatch(/\.$/);
      expect(targets?.length).toBeGreaterThan(0);
    }
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(x).toBeLessThan(24);
        expect(cells).not.toContain(`${x}/${y}`);
        cells.add(`${x}/${y}`);
      }
    }
  }
});
