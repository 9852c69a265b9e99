import { assertNever } from "../base/invariant.ts";
import { formatDurationMs, formatNumber } from "../base/units.ts";
import { versions } from "../base/version.ts";
import type { Check, RunResult, VerdictState } from "../result/schema.ts";

/**
 * The verdict in a sentence or two, for people who read nothing else.
 *
 * @param checks - everything the run was held to
 */
export function verdictSentence(state: VerdictState, checks: readonly Check[], result: RunResult): string {
  const unmet = checks.filter((check) => check.state !== "PASS");
  const first = unmet.find((check) => check.state === state);
  const rest = unmet.length > 1 ? ` ${unmet.length - 1} more did not pass.` : "";
  switch (state) {
    case "PASS":
      return `${passed(checks)} ${figures(result)}`;
    case "FAIL":
      return `${first === undefined ? "A limit was missed." : missed(first)}${rest}`;
    case "NO DATA":
      return `No verdict for want of data: ${first?.name ?? ""}: ${first?.reason ?? ""}.${rest}`;
    case "INCONCLUSIVE":
      return first === undefined
        ? `No verdict: ${result.completeness.reason ?? "the run is incomplete"}.`
        : `No verdict: ${first.name}: ${first.reason}.${rest}`;
    default:
      return assertNever(state);
  }
}

/** The ledger and the split are the run's own; only what the scenario asks is a limit. */
function passed(checks: readonly Check[]): string {
  const limits = checks.filter(({ kind }) => kind !== "ledger" && kind !== "split");
  if (limits.length === 0) return "No limit was asked: the scenario has no slo and no gates.";
  const isRamp = limits.some(({ kind }) => kind === "rollout");
  return isRamp ? "The ramp went through and every limit held." : "Every limit held.";
}

function missed({ kind, name, reason }: Check): string {
  if (kind === "rollout") return `The ramp was ${reason}.`;
  return `Not held: ${name}. ${capitalised(reason)}.`;
}

/** A percentile keeps its small letter. */
function capitalised(sentence: string): string {
  return /^p\d/.test(sentence) ? sentence : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}

function figures({ totals, scenario, validity, method }: RunResult): string {
  const p99s = versions.flatMap((version) => {
    const { p99 } = totals.versions[version].responseTimeMs;
    return typeof p99 === "number" ? [`${formatDurationMs(p99)} for ${scenario.labels[version]}`] : [];
  });
  const lost = versions.reduce((sum, version) => {
    const { scheduled, completed } = totals.versions[version];
    return sum + scheduled - completed;
  }, 0);
  const isTainted = method === "measured" && validity.state === "TAINTED";
  const late = isTainted ? ", late seconds included" : "";
  const times = p99s.length === 0 ? "" : `p99 was ${p99s.join(" and ")}${late}; `;
  const failures = lost === 0 ? "no request" : formatNumber(lost);
  return `${times}${failures} of ${formatNumber(totals.due)} failed.`;
}
