import type { TopLevelSpec } from "vega-lite";
import type { FigureViews } from "../view/figures.ts";
import type { RateData } from "../view/rate-figure.ts";
import { budgetSpec } from "./budget.ts";
import { drawSvg } from "./draw.ts";
import { growthSpec } from "./growth.ts";
import { healthSpec } from "./health.ts";
import { latencySpec } from "./latency.ts";
import { machineSpec } from "./machine.ts";
import { ratesSpec } from "./rates.ts";
import { resourcesSpec } from "./resources.ts";
import { spectrumSpec } from "./spectrum.ts";
import { splitSpec } from "./split.ts";
import type { FigureSize } from "./theme.ts";

/** One drawing of a figure, for wide pages and for telephones. */
export type Panel = {
  readonly heading: string | undefined;
  readonly wideSvg: string;
  readonly narrowSvg: string;
};

export type DrawnFigures = { readonly [name in keyof FigureViews]: readonly Panel[] };

const fullPixels = 1000;
const halfPixels = 485;
const narrowPixels = 350;

type PanelPlan = {
  readonly heading?: string;
  readonly widthPixels: number;
  readonly heightPixels: number;
  readonly spec: (size: FigureSize) => TopLevelSpec;
};

/** Draws every figure that the view has, one after the other: a drawing keeps a core busy anyway. */
export async function drawFigures(figures: FigureViews): Promise<DrawnFigures> {
  const drawn: { -readonly [name in keyof FigureViews]: Panel[] } = {
    latency: [],
    spectrum: [],
    rates: [],
    split: [],
    budget: [],
    resources: [],
    health: [],
    machine: [],
    growth: [],
  };
  for (const name of Object.keys(drawn) as (keyof FigureViews)[]) {
    for (const [index, plan] of panelPlans(figures, name).entries()) {
      drawn[name].push(await drawPanel(plan, `${name}${index}`));
    }
  }
  return drawn;
}

async function drawPanel(
  { heading, spec, widthPixels, heightPixels }: PanelPlan,
  name: string,
): Promise<Panel> {
  const wide = { widthPixels, heightPixels, isNarrow: false };
  const narrow = { widthPixels: narrowPixels, heightPixels: Math.min(220, heightPixels), isNarrow: true };
  return {
    heading,
    wideSvg: await drawSvg(spec(wide), { name, size: wide }),
    narrowSvg: await drawSvg(spec(narrow), { name: `${name}n`, size: narrow }),
  };
}

function panelPlans(figures: FigureViews, name: keyof FigureViews): PanelPlan[] {
  const full = { widthPixels: fullPixels, heightPixels: 290 };
  const half = { widthPixels: halfPixels, heightPixels: 200 };
  const { latency, spectrum, rates, split, budget, resources, health, machine, growth } = figures;
  switch (name) {
    case "latency":
      return latency ? [{ ...full, spec: (size) => latencySpec(latency.data, size) }] : [];
    case "spectrum":
      return spectrum ? [{ ...full, spec: (size) => spectrumSpec(spectrum.data, size) }] : [];
    case "rates":
      return rates ? ratePanels(rates.data) : [];
    case "split":
      return split ? [{ ...full, heightPixels: 200, spec: (size) => splitSpec(split.data, size) }] : [];
    case "budget":
      return budget ? [{ ...full, heightPixels: 130, spec: (size) => budgetSpec(budget.data, size) }] : [];
    case "resources":
      return resources && resources.data.roles.length > 0
        ? (["cpu", "memory"] as const).map((quantity) => ({
            ...half,
            heading: quantity === "cpu" ? "CPU, cores" : "Memory",
            spec: (size) => resourcesSpec(resources.data, size, quantity),
          }))
        : [];
    case "health":
      return health ? [{ ...full, heightPixels: 130, spec: (size) => healthSpec(health.data, size) }] : [];
    case "machine":
      return machine ? [{ ...full, heightPixels: 130, spec: (size) => machineSpec(machine.data, size) }] : [];
    case "growth":
      return growth ? [{ ...full, heightPixels: 300, spec: (size) => growthSpec(growth.data, size) }] : [];
  }
}

function ratePanels(data: RateData): PanelPlan[] {
  return data.shown.map((version) => ({
    widthPixels: data.shown.length === 1 ? fullPixels : halfPixels,
    heightPixels: 200,
    heading: version,
    spec: (size) => ratesSpec(data, size, version),
  }));
}
