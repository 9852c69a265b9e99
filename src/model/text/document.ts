import { explainGrowth } from "../explain/growth.ts";
import { explainRamp } from "../explain/ramp.ts";
import type { Modelled } from "../modelled-result.ts";
import type { Uncertainty } from "../uncertainty.ts";

/** The one JSON document of `twinlane model --json`: the shared result, and beside it all that it has no room for. */
export function modelDocument(modelled: Modelled, uncertainty: Uncertainty | undefined, withSteps: boolean) {
  const { inputs, growth, result, ramp, migration, errorBudget } = modelled;
  return {
    schema: "twinlane/model@1",
    result,
    growth: growth.entries.map((entry) => ({
      ...entry,
      ...(withSteps ? { steps: explainGrowth(inputs, entry) } : {}),
    })),
    impossible: growth.impossible,
    uncertainty,
    ramp: ramp === undefined || !withSteps ? ramp : { ...ramp, steps: explainRamp(inputs, ramp.plain) },
    migration,
    errorBudget,
  };
}
