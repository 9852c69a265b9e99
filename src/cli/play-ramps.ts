import type { RunPlan } from "../scenario/plan.ts";
import { studyRamps } from "../simulate/ramp/study-ramps.ts";
import { rampStudyText } from "../simulate/ramp/text.ts";
import type { SimulationSettings } from "../simulate/settings.ts";
import { print, printJson } from "./output.ts";
import { checkCount } from "./simulate-and-judge.ts";
import { stopSignal } from "./stop-signal.ts";

/** `twinlane simulate FILE --ramps 200`: how the rollout plan does, many times over. */
export async function playRamps(
  plan: RunPlan,
  {
    settings,
    ramps,
    trace,
    json,
  }: {
    readonly settings: Partial<SimulationSettings>;
    readonly ramps: number;
    readonly trace: readonly number[] | undefined;
    readonly json: boolean;
  },
): Promise<void> {
  checkCount("ramps", ramps);
  const study = await studyRamps(plan, { ramps, settings, trace, signal: stopSignal() });
  if (json) await printJson(study);
  else await print(rampStudyText(study));
}
