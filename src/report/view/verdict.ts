import type { Check, RunResult, VerdictState } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { bounded, type TableView, type Tone, textColumn } from "./table.ts";

export type VerdictView = {
  readonly state: VerdictState;
  readonly tone: Tone;
  readonly sentence: string;
  /** What didn't pass and is not in the sentence. */
  readonly reasons: readonly string[];
};

/** Something to know before reading on: the run is partial, or not to be trusted. */
export type Notice = { readonly tone: Tone; readonly title: string; readonly lines: readonly string[] };

const toneOfState: Readonly<Record<VerdictState, Tone>> = {
  PASS: "good",
  FAIL: "bad",
  INCONCLUSIVE: "unsure",
  "NO DATA": "unsure",
};

export function verdictView({ verdict }: RunResult): VerdictView {
  return {
    state: verdict.state,
    tone: toneOfState[verdict.state],
    sentence: plainText(verdict.sentence),
    reasons: verdict.reasons.filter((reason) => !isTold(reason, verdict)).map(plainText),
  };
}

/** A calculation's only reason is its sentence; a check may begin the sentence with a capital. */
function isTold(reason: string, { sentence, checks }: RunResult["verdict"]): boolean {
  const check = checks.find((each) => `${each.name}: ${each.reason}` === reason);
  return reason === sentence || (check !== undefined && isCheckTold(check, sentence));
}

/** Whether the verdict's sentence has a check's reason in it. */
export function isCheckTold({ reason }: Pick<Check, "reason">, sentence: string): boolean {
  return reason.length > 1 && sentence.includes(reason.slice(1));
}

export function noticesOf(result: RunResult): readonly Notice[] {
  return [...partialNotices(result), ...validityNotices(result)];
}

function partialNotices({ completeness, method }: RunResult): Notice[] {
  if (completeness.state === "complete") return [];
  const reason = plainText(completeness.reason ?? "The run ended before its time.");
  const [title, rest] =
    method === "measured"
      ? ["Partial run", "Everything below was measured until then."]
      : ["Partial simulation", "Everything below comes from the replications that had ended."];
  return [{ tone: "unsure", title, lines: [reason, rest] }];
}

function validityNotices(result: RunResult): Notice[] {
  const { validity, method, simulation } = result;
  const reasons = validity.reasons.map(plainText);
  switch (validity.state) {
    case "VALID":
      return [];
    case "GENERATOR-BOUND": {
      const rest =
        "The response times below include the generator's own delay, so none of them is a headline.";
      const title = "Generator-bound: the load was not what the scenario asked";
      return [{ tone: "bad", title, lines: [...reasons, rest] }];
    }
    case "TAINTED": {
      if (method !== "measured") return [doubtNotice(reasons, (simulation?.overloads ?? []).length > 0)];
      const title = `Tainted: ${taintedPart(result)} not to be trusted`;
      return [{ tone: "unsure", title, lines: [...reasons, taintedRest] }];
    }
  }
}

/** What lateness does to a verdict; a difference of the versions may shrink or grow by it. */
const taintedRest =
  "The figures below include them. Lateness makes response times longer and never shorter: a limit on a response time that held with these moments holds without them.";

/** `1 of 30 seconds is`, whichever processes were late in it; without named stretches, parts of the run. */
function taintedPart({ validity: { windows = [] }, totals }: RunResult): string {
  if (windows.length === 0) return "parts of this run are";
  const all = Math.max(1, Math.round(totals.durationMs / 1000));
  let ms = 0;
  let untilMs = 0;
  for (const { startMs, endMs } of windows.toSorted((left, right) => left.startMs - right.startMs)) {
    ms += Math.max(0, endMs - Math.max(startMs, untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  const tainted = Math.min(all, Math.max(1, Math.round(ms / 1000)));
  return `${tainted} of ${all} seconds ${tainted === 1 ? "is" : "are"}`;
}

/** A simulation has no instrument that could be late: what is doubtful lies in the scenario, or in its length. */
function doubtNotice(reasons: readonly string[], isOverloaded: boolean): Notice {
  if (!isOverloaded) return { tone: "unsure", title: "To be read with care", lines: reasons };
  return {
    tone: "bad",
    title: "More work is offered than can be done",
    lines: [
      ...reasons,
      "Response times below depend on how long the overload lasts and on the bounds of the queues.",
    ],
  };
}

/** Every condition of the scenario and how it came out; absent where the scenario has none. */
export function checksTable(checks: readonly Check[]): TableView | undefined {
  if (checks.length === 0) return undefined;
  return bounded({
    columns: [textColumn("Check"), textColumn("Result"), textColumn("Why")],
    rows: checks.map(({ name, state, reason, kind }) => ({
      cells: [
        { text: `${plainText(name)}${kind === "" ? "" : ` · ${plainText(kind)}`}` },
        { text: state, tone: toneOfState[state] },
        { text: plainText(reason) },
      ],
    })),
    notes: [],
  });
}
