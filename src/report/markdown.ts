import type { RunResult } from "../result/schema.ts";
import { escapeMarkdown, markdownTable, proseMarkdown } from "./markdown-parts.ts";
import type { TableView } from "./view/table.ts";
import { type ReportView, reportView } from "./view.ts";

/** Comments of code hosts end there; a summary that would be longer is cut at a line and says so. */
export const maxMarkdownBytes = 64_000;

/** The report's twin for pull requests and job summaries: verdict, versions, checks, growth. */
export function renderMarkdown(result: RunResult): string {
  const view = reportView(result);
  const blocks = [
    headingBlock(view),
    ...view.notices.map(({ title, lines }) => [
      `> **${escapeMarkdown(title)}**`,
      ...lines.flatMap((line) => [">", `> ${proseMarkdown(line)}`]),
    ]),
    tableBlock("Versions", view.versions),
    simulationBlock(view),
    tableBlock("Checks", view.checks),
    trafficBlock(view),
    rolloutBlock(view),
    comparisonBlock(view),
    tableBlock("What went wrong", view.errors),
    tableBlock("Data", view.data),
    instrumentBlock(view),
    tableBlock("Growth", view.growth),
    bottleneckBlock(view),
    view.assumptions.length === 0
      ? []
      : ["## Assumptions", "", ...view.assumptions.map((text) => `- ${proseMarkdown(text)}`)],
    view.runCard.map(({ title, text }) => `- ${escapeMarkdown(title)}: ${escapeMarkdown(text)}`),
  ];
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
  return bounded(`${text}\n`);
}

function headingBlock({ verdict, title, subtitle, origin }: ReportView): string[] {
  return [
    `# ${verdict.state}: ${escapeMarkdown(verdict.sentence)}`,
    "",
    `${escapeMarkdown(title)}: ${escapeMarkdown(subtitle)}${origin === undefined ? "" : ` (**${origin}**)`}`,
    ...(verdict.reasons.length === 0
      ? []
      : ["", ...verdict.reasons.map((reason) => `- ${proseMarkdown(reason)}`)]),
  ];
}

function tableBlock(title: string, table: TableView | undefined): string[] {
  return table === undefined ? [] : [`## ${title}`, "", ...markdownTable(table)];
}

function subsection(title: string, table: TableView | undefined): string[] {
  return table === undefined ? [] : ["", `### ${title}`, "", ...markdownTable(table)];
}

function isText(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

function simulationBlock({ simulation }: ReportView): string[] {
  if (simulation === undefined) return [];
  return [
    "## Simulation",
    "",
    escapeMarkdown(simulation.sentences.join(" ")),
    ...subsection("Estimates with their intervals", simulation.estimates),
    ...subsection("Autoscaled servers", simulation.scaling),
    ...subsection("Servers by simulation", simulation.growth),
  ];
}

function trafficBlock({ split, mirror, behind, ledger }: ReportView): string[] {
  const lines = [
    ...(split === undefined ? [] : [`- Split: ${escapeMarkdown(split.text)}`]),
    ...(mirror === undefined ? [] : [`- Mirror: ${escapeMarkdown(mirror)}`]),
    ...behind.map(({ title, text }) => `- ${title}: ${escapeMarkdown(text)}`),
    ...ledger.map(({ title, equation }) => `- Ledger, ${escapeMarkdown(title)}: ${escapeMarkdown(equation)}`),
  ];
  return lines.length === 0 ? [] : ["## Traffic", "", ...lines];
}

function rolloutBlock({ rollout }: ReportView): string[] {
  if (rollout === undefined) return [];
  return [
    "## Rollout",
    ...(rollout.phase === undefined ? [] : ["", `The ramp ended: ${escapeMarkdown(rollout.phase)}.`]),
    ...subsection("Decisions", rollout.decisions),
    ...subsection("What they rest on", rollout.evidence),
    ...subsection("Reaction", rollout.reaction),
  ];
}

function comparisonBlock({ comparison }: ReportView): string[] {
  if (comparison === undefined) return [];
  return [
    "## Compared answers",
    "",
    escapeMarkdown(comparison.sentence),
    ...subsection("Fields that differ", comparison.fields),
  ];
}

function instrumentBlock({ instrument }: ReportView): string[] {
  if (instrument === undefined) return [];
  const { sentence, notes } = instrument;
  return ["## Instrument", ...[sentence, ...notes].flatMap((text) => ["", proseMarkdown(text)])];
}

function bottleneckBlock({ bottlenecks }: ReportView): string[] {
  if (bottlenecks === undefined) return [];
  const { basis, links, beyond } = bottlenecks;
  const lines = links.map(({ resource, at, reason, remedy }, index) => {
    const name = [`**${escapeMarkdown(resource)}**`, escapeMarkdown(at)].filter(isText).join(" ");
    return `${index + 1}. ${name}: ${escapeMarkdown(reason)} → ${escapeMarkdown(remedy)}`;
  });
  const rest = beyond === undefined ? [] : ["", escapeMarkdown(beyond)];
  return ["## Bottlenecks, the first one first", "", escapeMarkdown(basis), "", ...lines, ...rest];
}

function bounded(text: string): string {
  if (Buffer.byteLength(text) <= maxMarkdownBytes) return text;
  const remark = "\n\nCut here; report.html beside this file has the rest.\n";
  const kept = Buffer.from(text)
    .subarray(0, maxMarkdownBytes - Buffer.byteLength(remark))
    .toString("utf8");
  return kept.slice(0, kept.lastIndexOf("\n")) + remark;
}
