import type { Check, RunResult, VerdictState } from "../../result/schema.ts";
import { plainText } from "../text/plain-text.ts";
import { bounded, type TableView, type Tone, textColumn } from "./table.ts";

export type VerdictView = {
  readonly state: VerdictState;
  readonly tone: Tone;
  readonly sentence: string;
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
    reasons: verdict.reasons.map(plainText).filter((reason) => reason !== plainText(verdict.sentence)),
  };
}

export function noticesOf({ completeness, validity }: RunResult): readonly Notice[] {
  const notices: Notice[] = [];
  if (completeness.state === "partial") {
    const reason = plainText(completeness.reason ?? "The run ended before its time.");
    notices.push({
      tone: "unsure",
      title: "Partial run",
      lines: [reason, "Everything below was measured until then."],
    });
  }
  if (validity.state === "GENERATOR-BOUND") {
    const lines = [
      ...validity.reasons.map(plainText),
      "The response times below include the generator's own delay, so none of them is a headline.",
    ];
    notices.push({ tone: "bad", title: "Generator-bound: the load was not what the scenario asked", lines });
  }
  if (validity.state === "TAINTED") {
    const lines = [
      ...validity.reasons.map(plainText),
      "Response times of these moments are not the service's alone; the figures below include them.",
    ];
    notices.push({ tone: "unsure", title: "Tainted: parts of this run are not to be trusted", lines });
  }
  return notices;
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
