import { autocannonEngine } from "./autocannon/autocannon-engine.ts";
import { closedLoopEngine } from "./closed-loop/closed-loop-engine.ts";
import type { EngineOptions, LoadEngine } from "./engine.ts";
import { openLoopEngine } from "./open-loop/open-loop-engine.ts";

/**
 * The engine that the plan asks for.
 *
 * @throws UserError when the plan can't be played with it
 */
export function chooseEngine(options: EngineOptions): LoadEngine {
  if (options.plan.engine === "autocannon") return autocannonEngine(options);
  return options.plan.load.kind === "closed" ? closedLoopEngine(options) : openLoopEngine(options);
}
