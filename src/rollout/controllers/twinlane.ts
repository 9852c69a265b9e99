import { assertNever } from "../../base/invariant.ts";
import type { RolloutPlan } from "../../scenario/rollout-plan.ts";
import { startRollout, stepRollout } from "../rollout.ts";
import type { RolloutState } from "../rollout-state.ts";
import type { Controller, ControllerPhase } from "./controller.ts";

/** Our own rollout behind the same interface as the look-alikes. */
export function twinlaneController(plan: RolloutPlan, atMs: number): Controller {
  return controllerOf(startRollout(plan, atMs).state);
}

function controllerOf(state: RolloutState): Controller {
  return {
    name: "Twinlane",
    newShare: state.split.newShare,
    phase: phaseOf(state),
    step: (window) => {
      const stepped = stepRollout(state, { kind: "window", window });
      return {
        controller: controllerOf(stepped.state),
        decisions: stepped.decisions.map(({ loop, sentence }) => `${loop}: ${sentence}`),
      };
    },
  };
}

function phaseOf({ phase }: RolloutState): ControllerPhase {
  switch (phase) {
    case "step":
      return "running";
    case "paused":
    case "frozen":
      return "paused";
    case "rolled back":
      return "rolled back";
    case "baking":
    case "draining":
    case "finished":
    case "ended below 100 %":
      return "promoted";
    default:
      return assertNever(phase);
  }
}
