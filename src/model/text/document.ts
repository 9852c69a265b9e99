import { explainGrowth } from "../explain/growth.ts";
import type { Modelled } from "../modelled-result.ts";

/** The one JSON document of `twinlane model --json`: the shared result, and beside it all that it has no room for. */
export function modelDocument({ inputs, growth, result }: Modelled, withSteps: boolean) {
  return {
    schema: "twinlane/model@1",
    result,
    growth: growth.entries.map((entry) => ({
      ...entry,
      ...(withSteps ? { steps: explainGrowth(inputs, entry) } : {}),
    })),
    impossible: growth.impossible,
  };
}
