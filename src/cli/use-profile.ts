import { capacityRatios } from "../analysis/agreement/capacity-ratio.ts";
import { calibratedPlan } from "../analysis/calibrate/calibrated-plan.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { SimulationSettings } from "../simulate/settings.ts";
import { withProvidedFlag } from "../workload/flagged-users.ts";
import { readPlanProfile } from "./read-profile.ts";

/** A plan with what its profile knows in it; the plan itself where it names no profile. */
export type ProfiledPlan = {
  readonly plan: RunPlan;
  readonly settings: Partial<SimulationSettings>;
  /** The same for variants of the plan, with its provider's flag; absent where it has neither. */
  readonly calibrate?: (variant: RunPlan) => RunPlan;
  /** What was taken from the profile, and what it says of new against old; empty without one. */
  readonly sentences: readonly string[];
};

/** @throws UserError result-unreadable where the profile can't be read */
export async function useProfile(plan: RunPlan, scenarioFile: string): Promise<ProfiledPlan> {
  const profile = await readPlanProfile(plan, scenarioFile);
  const { providedFlag } = plan.split;
  const withFlag = (variant: RunPlan) =>
    providedFlag === undefined ? variant : withProvidedFlag(variant, providedFlag);
  if (profile === undefined) {
    return { plan, settings: {}, sentences: [], ...(providedFlag && { calibrate: withFlag }) };
  }
  const calibrated = calibratedPlan(plan, profile);
  return {
    plan: calibrated.plan,
    settings: calibrated.settings,
    calibrate: (variant) => calibratedPlan(withFlag(variant), profile).plan,
    sentences: [
      ...calibrated.assumptions,
      ...capacityRatios(plan, profile).map(({ sentence }) => `Calibrated, ${sentence}`),
    ],
  };
}
