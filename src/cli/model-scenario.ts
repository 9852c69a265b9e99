import { type Modelled, modelPlan } from "../model/modelled-result.ts";
import { explanationText } from "../model/text/explanation.ts";
import { modelText } from "../model/text/model.ts";
import { growthLimits, type Uncertainty, uncertainInputs } from "../model/uncertainty.ts";
import { type LoadedPlan, loadPlan } from "./load-plan.ts";
import { readEvidence } from "./read-evidence.ts";
import { useProfile } from "./use-profile.ts";

export type ModelledScenario = {
  readonly loaded: LoadedPlan;
  readonly modelled: Modelled;
  /** Absent where the scenario names no uncertain input. */
  readonly limits: Uncertainty | undefined;
  /** What was taken from a profile of calibration. */
  readonly calibrated: readonly string[];
};

/**
 * Calculates a scenario from its file, its profile, its trace, and what a search has measured.
 *
 * @throws UserError where one of them can't be read
 */
export async function modelScenario(
  file: string,
  { set, measured }: { readonly set: readonly string[]; readonly measured: string | undefined },
): Promise<ModelledScenario> {
  const loaded = await loadPlan(file, set);
  const { scenario, text } = loaded;
  const { plan, calibrate, sentences } = await useProfile(loaded.plan, file);
  const evidence = await readEvidence(plan, { file, measured });
  const uncertain = uncertainInputs(scenario, { text, file, overrides: set });
  const basis = { scenario, evidence, calibrate };
  return {
    loaded,
    modelled: modelPlan(plan, evidence),
    limits: uncertain.length === 0 ? undefined : growthLimits(basis, uncertain, plan.growth.users),
    calibrated: sentences,
  };
}

/** What the terminal shows of it, section by section; with each figure's arithmetic where that is asked for. */
export function modelledScenarioText(
  { modelled, limits, calibrated }: ModelledScenario,
  explain: boolean,
): string {
  return [
    modelText(modelled, limits),
    ...(calibrated.length === 0
      ? []
      : [`━━ Calibrated\n\n${calibrated.map((sentence) => `  ${sentence}`).join("\n")}`]),
    ...(explain ? [explanationText(modelled)] : []),
  ].join("\n\n");
}
