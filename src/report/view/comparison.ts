import { formatCount, formatShare } from "../../base/units.ts";
import type { ComparisonResult } from "../../result/comparison-schema.ts";
import type { RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { bounded, numberColumn, type TableView, type Tone, textColumn } from "./table.ts";
import { versionTitles } from "./versions.ts";

/** What comparing the answers of both versions has shown. */
export type ComparisonView = {
  readonly sentence: string;
  readonly tone: Tone;
  /** By field and kind of difference; absent where nothing differs. */
  readonly fields: TableView | undefined;
  readonly endpoints: TableView;
  /** Some differing answers by field, redacted; only of fields beyond noise. */
  readonly examples: readonly { readonly title: string; readonly table: TableView }[];
};

type FieldResult = ComparisonResult["fields"][number];

/** Fields whose examples are shown. */
const maxExampleFields = 20;

export function comparisonView(result: RunResult): ComparisonView | undefined {
  const { comparison } = result;
  if (comparison === undefined) return undefined;
  return {
    sentence: comparisonSentence(comparison),
    tone: toneOf(result, comparison),
    fields: fieldsTable(comparison),
    endpoints: endpointsTable(comparison),
    examples: examplesOf(result, comparison),
  };
}

function comparisonSentence(comparison: ComparisonResult): string {
  const { compared, mismatched, mismatchShare, noise, overload, notCompared } = comparison;
  const beyond = noise === "old-twice" ? " beyond what old differs from itself" : "";
  const parts =
    mismatchShare === undefined
      ? ["nothing was compared"]
      : [
          `${formatCount(mismatched)} of ${formatCount(compared)} compared answers differ${beyond} (${formatShare(mismatchShare)})`,
        ];
  const noiseFloor = noiseFloorOf(comparison);
  if (noiseFloor !== undefined) parts.push(noiseFloor);
  if (overload.compared > 0) {
    parts.push(
      `under overload ${formatCount(overload.different)} of ${formatCount(overload.compared)}, which are not judged`,
    );
  }
  const missed = Object.entries(notCompared).map(
    ([reason, count]) => `${formatCount(count)} × ${plainText(reason)}`,
  );
  if (missed.length > 0) parts.push(`not compared: ${missed.join(", ")}`);
  return parts.join("; ");
}

/** How much differs before noise is taken out, and how much is noise. */
function noiseFloorOf({ noise, endpoints, leftOut }: ComparisonResult): string | undefined {
  const isKnown =
    leftOut.endpoints === 0 && endpoints.every(({ noiseDifferent }) => noiseDifferent !== undefined);
  if (noise !== "old-twice" || !isKnown) return undefined;
  const sum = (key: "compared" | "different" | "noiseCompared" | "noiseDifferent") =>
    endpoints.reduce((total, endpoint) => total + (endpoint[key] ?? 0), 0);
  if (sum("compared") === 0 || sum("noiseCompared") === 0) return undefined;
  const raw = formatShare(sum("different") / sum("compared"));
  const own = formatShare(sum("noiseDifferent") / sum("noiseCompared"));
  return `before noise is taken out ${raw} differ, and ${own} of what old answers when asked twice`;
}

function toneOf({ verdict }: RunResult, { mismatched, compared }: ComparisonResult): Tone {
  const state = verdict.checks.find(({ kind }) => kind === "compare")?.state;
  if (state === "FAIL") return "bad";
  if (compared === 0 || state === "INCONCLUSIVE") return "unsure";
  return mismatched === 0 ? "good" : "unsure";
}

function fieldsTable({ fields, noise, leftOut }: ComparisonResult): TableView | undefined {
  if (fields.length === 0) return undefined;
  const hasNoise = noise === "old-twice";
  const left = leftOut.fields;
  return bounded({
    columns: [
      textColumn("Endpoint"),
      textColumn("Field"),
      textColumn("Kind"),
      numberColumn("Old ≠ new"),
      ...(hasNoise ? [numberColumn("Old ≠ old")] : []),
      numberColumn("Under overload"),
      textColumn(hasNoise ? "Beyond noise" : "Counts"),
    ],
    rows: fields.map((field) => ({
      group: field.endpoint,
      cells: [
        { text: plainText(field.endpoint) },
        { text: plainText(field.field) },
        { text: field.kind },
        { text: formatCount(field.raw) },
        ...(hasNoise ? [{ text: formatCount(field.noise) }] : []),
        { text: formatCount(field.underOverload) },
        field.isBeyondNoise ? { text: "yes", tone: "bad" as const } : { text: "no", tone: "quiet" as const },
      ],
    })),
    notes: left === 0 ? [] : [`${formatCount(left)} more differing fields are counted and not listed.`],
  });
}

function endpointsTable({ endpoints, noise, leftOut }: ComparisonResult): TableView {
  const left = leftOut.endpoints;
  return bounded({
    columns: [
      textColumn("Endpoint"),
      ...["Compared", "Different", "Mismatched"].map(numberColumn),
      ...(noise === "old-twice" ? [numberColumn("Old ≠ old")] : []),
      numberColumn("Under overload"),
      textColumn("Not compared"),
    ],
    rows: endpoints.map((endpoint) => ({
      cells: [
        { text: plainText(endpoint.endpoint) },
        { text: formatCount(endpoint.compared) },
        { text: formatCount(endpoint.different) },
        { text: formatCount(endpoint.mismatched), tone: endpoint.mismatched > 0 ? "bad" : "quiet" },
        ...(noise === "old-twice" ? [{ text: noiseText(endpoint) }] : []),
        { text: `${formatCount(endpoint.overload.different)} of ${formatCount(endpoint.overload.compared)}` },
        {
          text: Object.entries(endpoint.notCompared)
            .map(([reason, count]) => `${formatCount(count)} × ${plainText(reason)}`)
            .join(", "),
        },
      ],
    })),
    notes: left === 0 ? [] : [`${formatCount(left)} more endpoints are counted and not listed.`],
  });
}

function noiseText({ noiseDifferent, noiseCompared }: ComparisonResult["endpoints"][number]): string {
  const compared = formatCount(noiseCompared);
  return noiseDifferent === undefined ? `of ${compared}` : `${formatCount(noiseDifferent)} of ${compared}`;
}

function examplesOf(result: RunResult, { fields }: ComparisonResult): ComparisonView["examples"] {
  const titles = versionTitles(result);
  return fields
    .filter(({ isBeyondNoise, examples }) => isBeyondNoise && examples.length > 0)
    .slice(0, maxExampleFields)
    .map((field) => ({ title: exampleTitle(field), table: examplesTable(field, titles) }));
}

function exampleTitle({ endpoint, field, kind, examples }: FieldResult): string {
  const count = examples.length === 1 ? "an example" : `${examples.length} examples`;
  return `${plainText(endpoint)}: ${plainText(field)} (${kind}), ${count}`;
}

function examplesTable(
  { examples }: FieldResult,
  titles: { readonly old: string; readonly new: string },
): TableView {
  return {
    columns: [
      textColumn("Request"),
      { ...textColumn(titles.old), colour: "old" },
      { ...textColumn(titles.new), colour: "new" },
    ],
    rows: examples.map(({ request, first, second }) => ({
      cells: [request, first, second].map((text) => ({ text: plainText(text) || "–" })),
    })),
    notes: [],
  };
}
