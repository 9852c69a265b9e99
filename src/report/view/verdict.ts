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

function validityNotices({ validity, method, simulation }: RunResult): Notice[] {
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
      const rest =
        "Response times of these moments are not the service's alone; the figures below include them.";
      return [
        {
          tone: "unsure",
          title: "Tainted: parts of this run are not to be trusted",
          lines: [...reasons, rest],
        },
      ];
    }
  }
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
