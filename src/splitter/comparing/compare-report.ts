import type { ComparisonSummary, EndpointSummary, FieldSummary } from "../../compare/tally.ts";

/** How old and new compare since the splitter started. */
export type CompareReport = {
  /** Requests that were to be compared: compared, compared under overload, and not compared. */
  readonly wanted: number;
  /** Old against new, at normal load. */
  readonly compared: number;
  /** Of those, pairs with a difference beyond noise. */
  readonly mismatched: number;
  /** 0–1; absent when nothing was compared. */
  readonly mismatchShare?: number;
  readonly noise: "none" | "old-twice";
  /** Pairs in which a version was overloaded; never judged. */
  readonly overload: { readonly compared: number; readonly different: number };
  readonly notCompared: Readonly<Record<string, number>>;
  readonly endpoints: readonly EndpointSummary[];
  /** Beyond noise first, then by how often. */
  readonly fields: readonly FieldSummary[];
  readonly leftOut: { readonly endpoints: number; readonly fields: number };
};

/** What one report tells at most; all of it is counted. */
const reportLimits = { endpoints: 100, fields: 60 } as const;

/** @param unseen - counts of what never reached the comparison, by reason */
export function compareReport(
  summary: ComparisonSummary,
  unseen: Readonly<Record<string, number>>,
  { wanted, noise }: Pick<CompareReport, "wanted" | "noise">,
): CompareReport {
  const { compared, mismatched, mismatchShare, endpoints, fields } = summary;
  const notCompared: Record<string, number> = { ...unseen };
  for (const endpoint of endpoints) {
    for (const [reason, count] of Object.entries(endpoint.notCompared)) {
      notCompared[reason] = (notCompared[reason] ?? 0) + count;
    }
  }
  const overload = { compared: 0, different: 0 };
  for (const endpoint of endpoints) {
    overload.compared += endpoint.overload.compared;
    overload.different += endpoint.overload.different;
  }
  return {
    wanted,
    compared,
    mismatched,
    ...(mismatchShare !== undefined && { mismatchShare }),
    noise,
    overload,
    notCompared,
    endpoints: endpoints.slice(0, reportLimits.endpoints),
    fields: fields.slice(0, reportLimits.fields),
    leftOut: {
      endpoints: Math.max(0, endpoints.length - reportLimits.endpoints),
      fields: Math.max(0, fields.length - reportLimits.fields),
    },
  };
}
