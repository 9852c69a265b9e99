import type { DrawnFigures } from "../charts/panels.ts";
import type { ReportView } from "../view.ts";
import { comparisonHtml } from "./comparison.ts";
import { figureHtml } from "./figure.ts";
import { headHtml } from "./head.ts";
import { type Html, html, trustedHtml } from "./html.ts";
import { instrumentHtml } from "./instrument.ts";
import { assumptionsHtml, bottlenecksHtml, eventsHtml, ledgerHtml, runCardHtml } from "./lists.ts";
import { rolloutHtml } from "./rollout.ts";
import { simulationHtml } from "./simulation.ts";
import { style } from "./style.ts";
import { tableHtml } from "./table.ts";

/** Nothing is fetched and nothing runs: the page is text, tables and drawings. */
const contentSecurityPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** The whole report as one page that opens from disk. */
export function pageHtml(view: ReportView, drawn: DrawnFigures): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${view.verdict.state}: ${view.title} · Twinlane</title>
<style>${trustedHtml(style)}</style>
</head>
<body>
<main>
${headHtml(view)}
${sectionsInOrder(view, drawn)}
</main>
<footer>Written by Twinlane from result.json. The same result gives the same page.</footer>
</body>
</html>
`;
  return page.markup;
}

/** What people ask first comes first: of a calculation that is the growth. */
function sectionsInOrder(view: ReportView, drawn: DrawnFigures): readonly (Html | undefined)[] {
  const growth = growthSection(view, drawn);
  const isCalculated = view.method === "modelled";
  return [
    versionsSection(view),
    section("Simulation", [simulationHtml(view)]),
    isCalculated ? growth : undefined,
    section("Checks", [tableIf(view.checks, "Checks")]),
    overTimeSection(view, drawn),
    distributionSection(view, drawn),
    trafficSection(view, drawn),
    section("Rollout", [rolloutHtml(view.rollout)]),
    section("Compared answers", [comparisonHtml(view.comparison)]),
    section("Resources", [resourcesFigure(view, drawn)]),
    section("Data", [tableIf(view.data, "What became of the data")]),
    section("Instrument", [instrumentHtml(view, drawn)]),
    isCalculated ? undefined : growth,
    section("Requirements", [tableIf(view.requirements, "Requirements")]),
    section("Run card", [runCardHtml(view)]),
  ];
}

function versionsSection(view: ReportView): Html | undefined {
  return section("Old and new", [tableIf(view.versions, "Old and new")]);
}

function overTimeSection(view: ReportView, drawn: DrawnFigures): Html | undefined {
  const { figures } = view;
  return section("Over time", [
    figureHtml(figures.latency, drawn.latency),
    eventsHtml(view),
    figureHtml(figures.rates, drawn.rates),
  ]);
}

function distributionSection(view: ReportView, drawn: DrawnFigures): Html | undefined {
  return section("Response time", [
    figureHtml(view.figures.spectrum, drawn.spectrum),
    figureHtml(view.figures.budget, drawn.budget),
    subsection("By endpoint", tableIf(view.endpoints, "Response time by endpoint")),
  ]);
}

function trafficSection(view: ReportView, drawn: DrawnFigures): Html | undefined {
  return section("Traffic", [
    figureHtml(view.figures.split, drawn.split),
    ledgerHtml(view),
    subsection("What went wrong", tableIf(view.errors, "What went wrong")),
  ]);
}

/** The table stands open under the figure: each process is a figure of its own. */
function resourcesFigure(view: ReportView, drawn: DrawnFigures): Html | undefined {
  const figure = view.figures.resources;
  const table = tableIf(view.resources, "Resources by process");
  if (figure === undefined || drawn.resources.length === 0) return table;
  const { table: _, ...withoutTable } = figure;
  return html`${figureHtml(withoutTable, drawn.resources)}${table}`;
}

function growthSection(view: ReportView, drawn: DrawnFigures): Html | undefined {
  return section(view.growth === undefined ? "Assumptions" : "Growth", [
    tableIf(view.growth, "What each number of users takes"),
    figureHtml(view.figures.growth, drawn.growth),
    subsection("What binds first, and what to do", bottlenecksHtml(view)),
    view.simulation === undefined ? assumptionsHtml(view) : undefined,
  ]);
}

function tableIf(table: Parameters<typeof tableHtml>[0] | undefined, caption: string): Html | undefined {
  return table === undefined ? undefined : tableHtml(table, caption);
}

function section(title: string, contents: readonly (Html | undefined)[]): Html | undefined {
  const present = contents.filter((content) => content !== undefined);
  return present.length === 0
    ? undefined
    : html`<section><h2>${title}</h2>
${present}</section>
`;
}

function subsection(title: string, content: Html | undefined): Html | undefined {
  return content === undefined ? undefined : html`<div class="part"><h3>${title}</h3>${content}</div>`;
}
