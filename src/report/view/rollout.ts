import { harmSentence, isAskedAfterZero } from "../../analysis/reaction.ts";
import { formatDurationMs, formatMomentMs, formatShare } from "../../base/units.ts";
import type { Reaction } from "../../result/reaction-schema.ts";
import type { RunResult } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { evidenceTable } from "./decision-evidence.ts";
import { bounded, numberColumn, type Row, type TableView, textColumn } from "./table.ts";

/** How traffic moved to new, and how the run reacted when new failed. */
export type RolloutView = {
  /** Where the ramp ended; absent without a ramp. */
  readonly phase: string | undefined;
  readonly decisions: TableView | undefined;
  /** The numbers that led to the decisions. */
  readonly evidence: TableView | undefined;
  readonly reaction: TableView | undefined;
};

export function rolloutView(result: RunResult): RolloutView | undefined {
  const { rollout, reaction } = result;
  const isEmpty = rollout === undefined && (reaction === undefined || reaction.length === 0);
  if (isEmpty) return undefined;
  return {
    phase: rollout && plainText(rollout.phase),
    decisions: rollout && decisionsTable(rollout.decisions),
    evidence: rollout && evidenceTable(rollout.decisions),
    reaction: reaction && reactionTable(reaction),
  };
}

function decisionsTable(decisions: NonNullable<RunResult["rollout"]>["decisions"]): TableView | undefined {
  if (decisions.length === 0) return undefined;
  return bounded({
    columns: [textColumn("At"), textColumn("Loop"), textColumn("Decision"), numberColumn("New gets")],
    rows: decisions.map(({ atMs, loop, sentence, newShare }) => ({
      cells: [
        { text: formatMomentMs(atMs) },
        { text: plainText(loop) },
        { text: plainText(sentence) },
        { text: formatShare(newShare) },
      ],
    })),
    notes: [],
  });
}

function reactionTable(reactions: readonly Reaction[]): TableView | undefined {
  if (reactions.length === 0) return undefined;
  return bounded({
    columns: [textColumn("What"), numberColumn("At"), numberColumn("After the fault")],
    rows: reactions.flatMap((reaction, index) => courseRows(reaction, `${index}`)),
    notes: reactions.flatMap(notesOf),
  });
}

function courseRows(reaction: Reaction, group: string): readonly Row[] {
  const { faultAtMs, fault, firstFailedMs, detectedMs, detectedBy, decidedMs, decidedBy } = reaction;
  const { zeroMs, lastSentMs, lastAnsweredMs } = reaction;
  const row = (what: string, atMs: number | undefined): readonly Row[] => {
    if (atMs === undefined) return [];
    const afterMs = Math.max(0, atMs - faultAtMs);
    const cells = [{ text: what }, { text: formatMomentMs(atMs) }, { text: formatDurationMs(afterMs) }];
    return [{ group, cells }];
  };
  return [
    { group, cells: [{ text: `fault: ${fault}` }, { text: formatMomentMs(faultAtMs) }, { text: "" }] },
    ...row("first failed request", firstFailedMs),
    ...row(`detected: ${detectedBy}`, detectedMs),
    ...row(`decided by the ${decidedBy}`, decidedMs),
    ...row("split at 0", zeroMs),
    ...(zeroMs === undefined
      ? []
      : [...row("last request sent to new", lastSentMs), ...row("last answer of new", lastAnsweredMs)]),
  ];
}

function notesOf(reaction: Reaction): readonly string[] {
  const asked = isAskedAfterZero(reaction);
  const after =
    asked === undefined ? [] : [`New was ${asked ? "still" : "not"} asked after the split had reached 0.`];
  return [`After ${reaction.fault}: ${harmSentence(reaction)}.`, ...after];
}
