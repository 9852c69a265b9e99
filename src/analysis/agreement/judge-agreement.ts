import type { Version } from "../../base/version.ts";
import type {
  Agreement,
  AgreementQuantity,
  AgreementRow,
  JudgedPrediction,
  LoadComparison,
  Prediction,
} from "../../result/agreement-schema.ts";
import type { RunResult } from "../../result/schema.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { ModelPrediction } from "./predict-by-model.ts";
import type { Predictions } from "./predict-by-simulation.ts";
import { agreementQuantities, type Figures, figuresOf } from "./quantity.ts";

type Tolerance = NonNullable<RunPlan["predict"]>["tolerance"];

/** What was foretold for one load and one version, before it was measured. */
export type Foretold = {
  readonly load: number;
  readonly version: Version;
  readonly isBeyond: boolean;
  readonly modelled: ModelPrediction;
  readonly simulated: Predictions;
};

/** The predictions of one load as they are frozen: without anything measured. */
export function frozenComparison({ load, version, isBeyond, modelled, simulated }: Foretold): LoadComparison {
  return {
    load,
    version,
    isBeyond,
    ratePerSecond: modelled.ratePerSecond,
    utilisation: Number.isFinite(modelled.utilisation) ? modelled.utilisation : 0,
    bottleneck: modelled.bottleneck,
    rows: agreementQuantities.map((quantity) => ({
      quantity,
      ...optional("modelled", modelled.predictions[quantity]),
      ...optional("simulated", simulated[quantity]),
      state: "NO DATA",
    })),
  };
}

/** The same, with what was measured beside it and each prediction judged. */
export function measuredComparison(
  frozen: LoadComparison,
  measured: { readonly result: RunResult; readonly run: string },
  tolerance: Tolerance,
): LoadComparison {
  const { result, run } = measured;
  const figures = figuresOf(result, frozen.version);
  const doubt = doubtOf(result);
  return {
    ...frozen,
    run,
    validity: result.validity.state,
    rows: frozen.rows.map((row) => judgeRow(row, { figures, tolerance, doubt })),
  };
}

/** What a run that was generator-bound shows is the generator: nothing that was foretold is held against it. */
export function isUnfitToJudge({ validity }: Pick<LoadComparison, "validity">): boolean {
  return validity === "GENERATOR-BOUND";
}

/** A tainted run may confirm a prediction, but a miss may be its own fault; one cut short decides nothing. */
type Doubt = "none" | "tainted" | "partial" | "unfit";

function doubtOf({ validity, completeness }: RunResult): Doubt {
  if (isUnfitToJudge({ validity: validity.state })) return "unfit";
  if (completeness.state === "partial") return "partial";
  return validity.state === "VALID" ? "none" : "tainted";
}

type Measured = { readonly figures: Figures; readonly tolerance: Tolerance; readonly doubt: Doubt };

function judgeRow(row: AgreementRow, { figures, tolerance, doubt }: Measured): AgreementRow {
  const measured = figures[row.quantity];
  if (measured === undefined) return row;
  const judge = (prediction: Prediction) => (doubt === "unfit" ? prediction : judged(prediction, measured));
  const simulated: JudgedPrediction | undefined = row.simulated && judge(row.simulated);
  const allowed = tolerance[toleranceNames[row.quantity]];
  const isMet = allowed === undefined || Math.abs(simulated?.error ?? 1) <= allowed;
  return {
    quantity: row.quantity,
    measured,
    ...(row.modelled && { modelled: judge(row.modelled) }),
    ...(simulated && { simulated }),
    ...(allowed !== undefined && { tolerance: allowed }),
    state: stateOf(isMet, doubt),
  };
}

function stateOf(isMet: boolean, doubt: Doubt): AgreementRow["state"] {
  if (doubt === "unfit" || doubt === "partial") return "INCONCLUSIVE";
  if (isMet) return "PASS";
  return doubt === "tainted" ? "INCONCLUSIVE" : "FAIL";
}

const toleranceNames = {
  throughputPerSecond: "throughput",
  cpuCores: "cpu",
  responseTimeMeanMs: "responseTimeMean",
  responseTimeP99Ms: "responseTimeP99",
} as const satisfies Record<AgreementQuantity, keyof Tolerance>;

function judged({ value, low, high }: Prediction, measured: number): JudgedPrediction {
  return {
    value,
    low,
    high,
    isInInterval: measured >= low && measured <= high,
    ...(measured > 0 && { error: value / measured - 1 }),
  };
}

function optional<Key extends string>(key: Key, value: Prediction | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { readonly [name in Key]?: Prediction };
}

/**
 * Whether the predictions hold: only what has a tolerance can fail, and only what was calibrated on sound runs.
 *
 * @param calibrated - the runs that the profile rests on
 */
export function judgeAgreement(
  comparisons: readonly LoadComparison[],
  calibrated: Agreement["calibratedAt"],
): Agreement["verdict"] {
  const rows = comparisons.flatMap((comparison) => comparison.rows.map((row) => ({ comparison, row })));
  const limited = rows.filter(({ row }) => row.tolerance !== undefined);
  const failed = rows.find(({ row }) => row.state === "FAIL");
  const unsound = calibrated.find(({ validity }) => validity === "GENERATOR-BOUND");
  if (unsound !== undefined)
    return {
      state: "INCONCLUSIVE",
      sentence: `No verdict: the run at ${percent(unsound.load)} of the load, which the profile rests on, is ${unsound.validity}.`,
    };
  if (failed !== undefined) return { state: "FAIL", sentence: failureSentence(failed) };
  const open = rows.find(({ comparison, row }) => row.state === "INCONCLUSIVE" || isUnfitToJudge(comparison));
  if (open !== undefined)
    return {
      state: "INCONCLUSIVE",
      sentence: `No verdict: the run at ${percent(open.comparison.load)} of the load is ${open.comparison.validity ?? "not measured"}.`,
    };
  const measured = rows.filter(({ row }) => row.measured !== undefined);
  if (measured.length === 0) return { state: "NO DATA", sentence: "Nothing was measured." };
  const held = measured.filter(({ row }) => row.simulated?.isInInterval === true).length;
  const told = measured.filter(({ row }) => row.simulated !== undefined).length;
  const intervals = `${held} of ${told} measured figures lie in the simulation's stated intervals.`;
  const limits =
    limited.length === 0
      ? "The scenario states no tolerance."
      : `All ${limited.length} errors of the simulation are within their tolerance.`;
  return { state: "PASS", sentence: `${limits} ${intervals}` };
}

function failureSentence({
  comparison: { load, version },
  row,
}: {
  readonly comparison: LoadComparison;
  readonly row: AgreementRow;
}): string {
  const error = row.simulated?.error;
  const by = error === undefined ? "was not foretold" : `was foretold ${percent(error)} off`;
  return `${quantityNames[row.quantity]} of ${version} at ${percent(load)} of the load ${by}; ${percent(row.tolerance ?? 0)} is allowed.`;
}

export const quantityNames = {
  throughputPerSecond: "throughput",
  cpuCores: "CPU",
  responseTimeMeanMs: "response time, mean",
  responseTimeP99Ms: "response time, p99",
} as const satisfies Record<AgreementQuantity, string>;

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(Math.abs(share) < 0.0995 ? 1 : 0))} %`;
}
