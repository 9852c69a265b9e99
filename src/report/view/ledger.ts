import { formatCount, formatNumber, formatShare } from "../../base/units.ts";
import { versions } from "../../base/version.ts";
import type { Arm, MirrorCounts, RunResult, SplitAudit } from "../../result/schema.ts";
import type { Tone } from "./table.ts";
import { hasRequests, versionTitles } from "./versions.ts";

/** One line of the balance: where every scheduled request went. */
export type LedgerLine = {
  readonly title: string;
  readonly equation: string;
  readonly balanced: boolean;
};

/** Per version and in total; empty where a method schedules no single requests. */
export function ledgerLines(result: RunResult): readonly LedgerLine[] {
  if (!hasRequests(result)) return [];
  const { old, new: fresh } = result.totals.versions;
  const titles = versionTitles(result);
  const lines = versions.map((version) => ledgerLine(titles[version], result.totals.versions[version]));
  return [...lines, ledgerLine("both", addLedger(old, fresh))];
}

type Ledger = Pick<Arm, "scheduled" | "completed" | "failed" | "timedOut" | "notSent" | "inFlight">;

function ledgerLine(title: string, ledger: Ledger): LedgerLine {
  const { scheduled, completed, failed, timedOut, notSent, inFlight } = ledger;
  const balanced = scheduled === completed + failed + timedOut + notSent + inFlight;
  const parts = [
    `${formatCount(completed)} completed`,
    `${formatCount(failed)} failed`,
    `${formatCount(timedOut)} timed out`,
    `${formatCount(notSent)} not sent`,
    `${formatCount(inFlight)} in flight`,
  ];
  return {
    title,
    equation: `${formatCount(scheduled)} scheduled ${balanced ? "=" : "≠"} ${parts.join(" + ")}`,
    balanced,
  };
}

function addLedger(left: Ledger, right: Ledger): Ledger {
  return {
    scheduled: left.scheduled + right.scheduled,
    completed: left.completed + right.completed,
    failed: left.failed + right.failed,
    timedOut: left.timedOut + right.timedOut,
    notSent: left.notSent + right.notSent,
    inFlight: left.inFlight + right.inFlight,
  };
}

export type SplitLine = { readonly tone: Tone; readonly text: string };

/** What share new was to get and got, in a sentence; absent where no request says anything about it. */
export function splitLine({ totals }: RunResult): SplitLine | undefined {
  const { split } = totals;
  if (split.realised === undefined) return undefined;
  return {
    tone: split.state === "off" ? "bad" : "good",
    text: splitSentence(split) + rerouted(totals.versions),
  };
}

function splitSentence({ configured, realised = 0, expected, requests, state }: SplitAudit): string {
  const range = `${formatPercent(expected.low)} to ${formatPercent(expected.high)}`;
  const judgement = state === "off" ? "outside" : "within";
  return (
    `${formatShare(configured)} to new configured, ${formatPercent(realised)} realised over ` +
    `${formatCount(requests)} requests: ${judgement} the ${range} that chance allows`
  );
}

/** Requests that the split gave to one version and the other answered. */
function rerouted({ old, new: fresh }: RunResult["totals"]["versions"]): string {
  const count = old.rerouted + fresh.rerouted;
  if (count === 0) return "";
  return `; ${formatCount(count)} of them were answered by the other version, because theirs was out`;
}

/** Two decimals, so that a share and the limits beside it can be told apart. */
function formatPercent(share: number): string {
  return `${formatNumber(Number((share * 100).toFixed(2)))} %`;
}

/** What became of the copies, in a sentence. */
export function mirrorSentence(mirror: MirrorCounts): string {
  const { to, copied, answered, failed, timedOut, dropped, tooLarge } = mirror;
  const parts = [
    `${formatCount(answered)} answered, errors included`,
    `${formatCount(failed)} broken off`,
    `${formatCount(timedOut)} timed out`,
    `${formatCount(dropped)} dropped`,
    `${formatCount(tooLarge)} too large to copy`,
  ];
  return `${formatCount(copied)} requests copied to ${to}: ${parts.join(", ")}`;
}
