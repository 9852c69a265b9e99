import { assertNever } from "../../base/invariant.ts";
import {
  formatCount,
  formatDurationMs,
  formatMomentMs,
  formatNumber,
  formatRatePerSecond,
  formatShare,
} from "../../base/units.ts";
import type { DecisionEvidence, MeasuredGate, RolloutDecision } from "../../result/decision-schema.ts";
import { plainText } from "../text/plain-text.ts";
import { bounded, numberColumn, type Row, type TableView, type Tone, textColumn } from "./table.ts";

/** The numbers behind each decision of a rollout; undefined where none is known. */
export function evidenceTable(decisions: readonly RolloutDecision[]): TableView | undefined {
  const rows = decisions.flatMap(({ atMs, loop, evidence }, index) =>
    evidence === undefined ? [] : rowsOf(evidence, { at: formatMomentMs(atMs), loop, group: `${index}` }),
  );
  if (rows.length === 0) return undefined;
  return bounded({
    columns: [
      textColumn("At"),
      textColumn("Loop"),
      textColumn("What was looked at"),
      textColumn("From"),
      numberColumn("Found"),
      numberColumn("Interval"),
      numberColumn("Limit"),
      textColumn("State"),
    ],
    rows,
    notes: isWidened(decisions)
      ? [
          "Where requests hung together, an interval is wider than chance alone would make it; the factor stands behind it.",
        ]
      : [],
  });
}

function isWidened(decisions: readonly RolloutDecision[]): boolean {
  return decisions.some(
    ({ evidence }) =>
      evidence?.kind === "gates" &&
      evidence.measurements.some((measured) => dependenceIn(measured) > negligible),
  );
}

/** Less than half a percent more scatter than that of independent requests is nothing. */
const negligible = 1.005;

/** The largest of the versions' factors. */
function dependenceIn({ dependence, limits }: MeasuredGate): number {
  return limits.some(({ confidence }) => confidence > 0) ? Math.max(1, ...Object.values(dependence)) : 1;
}

type Place = { readonly at: string; readonly loop: string; readonly group: string };

type Found = {
  readonly what: string;
  readonly from?: string;
  readonly found?: string;
  readonly interval?: string;
  readonly limit?: string;
  readonly state?: string;
};

function rowsOf(evidence: DecisionEvidence, place: Place): readonly Row[] {
  return foundIn(evidence).map((found) => rowOf(place, found));
}

function foundIn(evidence: DecisionEvidence): readonly Found[] {
  const { kind } = evidence;
  switch (kind) {
    case "plan":
      return [];
    case "gates":
      return evidence.measurements.flatMap(foundByGate);
    case "guard": {
      const { errorRate, responseTimeP99Ms, samples, badSeconds } = evidence;
      const from = `${formatCount(samples)} requests in the last of ${formatCount(badSeconds)} seconds`;
      const slow = {
        what: "p99 of new in a second",
        from,
        found: formatValue(responseTimeP99Ms ?? null, "ms"),
      };
      return [
        { what: "error rate of new in a second", from, found: formatShare(errorRate) },
        ...(responseTimeP99Ms === undefined ? [] : [slow]),
      ];
    }
    case "outage": {
      const { outMs, limitMs, cause } = evidence;
      const found = formatDurationMs(outMs);
      return [{ what: "new out", from: plainText(cause), found, limit: formatDurationMs(limitMs) }];
    }
    case "breaker": {
      const { cause, failures, calls } = evidence;
      return [
        {
          what: plainText(cause),
          from: `${formatCount(calls)} calls`,
          found: `${formatCount(failures)} failed`,
        },
      ];
    }
    case "requests": {
      const { newEnded, windows, distrusted, oldInFlight } = evidence;
      const doubtful = distrusted === 0 ? "" : `, ${formatCount(distrusted)} of them not to be trusted`;
      const from = `${formatCount(windows)} windows${doubtful}`;
      const busy = { what: "requests that old still works on", found: formatCount(oldInFlight ?? 0) };
      return [
        { what: "requests that new ended", from, found: formatCount(newEnded) },
        ...(oldInFlight === undefined ? [] : [busy]),
      ];
    }
    case "person":
      return [{ what: "a person's command", from: plainText(evidence.by) }];
    default:
      return assertNever(kind);
  }
}

function foundByGate(measured: MeasuredGate): readonly Found[] {
  const { gate, unit, state, reason, samples, limits } = measured;
  const what = plainText(gate);
  if (limits.length === 0) return [{ what, from: plainText(reason), state }];
  const from = Object.entries(samples).map(([version, count]) => `${version} ${formatCount(count)}`);
  const factor = dependenceIn(measured);
  const hungTogether = factor > negligible ? ` (× ${formatNumber(factor)})` : "";
  return limits.map((limit) => {
    const limitUnit = limit.limit === "maxRatio" || limit.limit === "minRatio" ? "ratio" : unit;
    const format = (value: number | null) => formatValue(value, limitUnit);
    return {
      what,
      from: from.join(", "),
      found: format(limit.value),
      ...(limit.confidence > 0 && {
        interval: `${limit.high === null ? `from ${format(limit.low)}` : `${format(limit.low)} to ${format(limit.high)}`}${hungTogether}`,
      }),
      limit: format(limit.limitValue),
      state: limit.state,
    };
  });
}

/** @param value - null: infinite, which requests not sent or a division by zero make it */
function formatValue(value: number | null, unit: MeasuredGate["unit"] | "ratio"): string {
  if (value === null) return "beyond measure";
  switch (unit) {
    case "ms":
      return formatDurationMs(value);
    case "share":
      return formatShare(value);
    case "ratePerSecond":
      return formatRatePerSecond(value);
    case "rows":
      return formatCount(value);
    case "ratio":
      return `${formatNumber(value)} ×`;
    default:
      return assertNever(unit);
  }
}

const tones: Readonly<Record<string, Tone>> = { PASS: "good", FAIL: "bad" };

function rowOf({ at, loop, group }: Place, { what, from, found, interval, limit, state }: Found): Row {
  const tone = state === undefined ? undefined : (tones[state] ?? "unsure");
  const texts = [at, plainText(loop), what, from, found, interval, limit].map((text) => ({
    text: text ?? "",
  }));
  return { group, cells: [...texts, { text: state ?? "", ...(tone !== undefined && { tone }) }] };
}
