import type { NotComparedReason } from "../../compare/answer.ts";
import type { ComparisonSummary } from "../../compare/tally.ts";
import type { ComparePlan } from "../../scenario/compare-plan.ts";
import type { CapturedAnswer } from "./answer-capture.ts";
import type { NamedEndpoint } from "./endpoint-names.ts";

/** What the splitter's thread and the comparing thread say to one another. */

export type CompareSettings = Pick<ComparePlan, "rules" | "thresholds"> & {
  readonly endpoints: readonly NamedEndpoint[];
};

/** One request's answers, or why there are none to compare. */
export type CompareJob = { readonly method: string; readonly target: string } & (
  | {
      readonly old: CapturedAnswer;
      readonly new: CapturedAnswer;
      /** The same request's second answer of old, where noise is learned. */
      readonly oldAgain: CapturedAnswer | undefined;
      readonly isOverloaded: boolean;
    }
  | { readonly reason: NotComparedReason }
);

export type ToComparer =
  | { readonly type: "jobs"; readonly jobs: readonly CompareJob[] }
  | { readonly type: "report" };

/** `done` comes once for each `jobs`, `report` once for each `report`, in their order. */
export type FromComparer =
  | { readonly type: "done" }
  | { readonly type: "report"; readonly summary: ComparisonSummary };
