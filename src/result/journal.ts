import { crc32 } from "node:zlib";
import { invariant } from "../base/invariant.ts";
import type { RunPlan, StagePlan } from "../scenario/plan.ts";
import type { Chains, Messages } from "./behind-schema.ts";
import type { ComparisonResult } from "./comparison-schema.ts";
import type { RolloutDecision } from "./decision-schema.ts";
import type { Divergence, StoreFigures } from "./divergence-schema.ts";
import type {
  Calibration,
  Environment,
  GeneratorHealth,
  MirrorCounts,
  ProcessResources,
  ResourceSample,
  RunEvent,
  RunResult,
  SystemSample,
} from "./schema.ts";
import type { StoreUseDelta } from "./store-use-schema.ts";
import type { WindowDelta } from "./window.ts";

/**
 * The journal of a run, one line each for whatever happens, so that a run cut off at any moment can be read up
 * to its last second. A line is JSON with its number and a checksum of what follows:
 *
 *     {"seq":12,"crc":"8d5f2a01","entry":{"type":"window",…}}
 */

export const journalSchemaId = "twinlane/journal@1";

export type JournalEntry =
  | {
      readonly type: "run";
      readonly schema: typeof journalSchemaId;
      readonly runId: string;
      readonly plan: RunPlan;
      readonly environment: Environment;
    }
  | { readonly type: "window"; readonly window: WindowDelta }
  | {
      readonly type: "resource";
      readonly process: string;
      readonly role: ProcessResources["role"];
      readonly sample: ResourceSample;
    }
  | { readonly type: "event"; readonly event: RunEvent }
  /** From `stage.startMs` on; ends the stage before it. */
  | { readonly type: "stage"; readonly stage: StagePlan }
  | { readonly type: "decision"; readonly phase: string; readonly decision: RolloutDecision }
  | { readonly type: "mirror"; readonly counts: MirrorCounts }
  /** Of the whole run up to now; replaces the one before. */
  | { readonly type: "compare"; readonly comparison: ComparisonResult }
  | { readonly type: "health"; readonly health: GeneratorHealth }
  | { readonly type: "system"; readonly sample: SystemSample }
  | { readonly type: "calibration"; readonly calibration: Calibration }
  /** All that is known until then; the last one counts. */
  | { readonly type: "divergence"; readonly divergence: Divergence }
  | { readonly type: "stores"; readonly stores: readonly StoreFigures[] }
  /** What one process asked of its stores since it last told. */
  | { readonly type: "store-use"; readonly delta: StoreUseDelta }
  /** Of the whole run up to now; replaces the one before. */
  | { readonly type: "chains"; readonly chains: Chains }
  | { readonly type: "messages"; readonly messages: Messages }
  | { readonly type: "end"; readonly atMs: number; readonly completeness: RunResult["completeness"] };

const linePattern = /^\{"seq":(\d+),"crc":"([0-9a-f]{8})","entry":(.*)\}$/s;

/** @returns the line with its newline */
export function encodeLine(sequence: number, entry: JournalEntry): string {
  const text = JSON.stringify(entry);
  const checksum = crc32(text).toString(16).padStart(8, "0");
  return `{"seq":${sequence},"crc":"${checksum}","entry":${text}}\n`;
}

export type JournalReading = {
  readonly entries: readonly JournalEntry[];
  /** Why reading stopped before the end, where it did. */
  readonly torn: string | undefined;
};

/**
 * Reads as far as the journal can be trusted: a torn last line is dropped, and nothing after a line that is
 * damaged or out of sequence is believed.
 */
export function decodeJournal(text: string): JournalReading {
  const entries: JournalEntry[] = [];
  const lines = text.split("\n");
  for (const [index, line] of lines.entries()) {
    if (line === "" && index === lines.length - 1) break;
    const entry = decodeLine(line, entries.length);
    if (typeof entry === "string") return { entries, torn: `line ${index + 1} ${entry}` };
    entries.push(entry);
  }
  return { entries, torn: undefined };
}

function decodeLine(line: string, expected: number): JournalEntry | string {
  const match = linePattern.exec(line);
  if (match === null) return "is incomplete";
  const [, sequence, checksum, text] = match;
  invariant(text !== undefined, "the pattern has three groups");
  if (Number(sequence) !== expected) return `has number ${sequence} where ${expected} was due`;
  if (crc32(text).toString(16).padStart(8, "0") !== checksum) return "is damaged";
  return JSON.parse(text) as JournalEntry;
}
