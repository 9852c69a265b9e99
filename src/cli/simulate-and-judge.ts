import { judgeRun } from "../analysis/judge.ts";
import { UserError } from "../base/errors.ts";
import type { RunResult } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { SimulationSettings } from "../simulate/settings.ts";
import { type SimulateOptions, simulatePlan } from "../simulate/simulate-plan.ts";

/** Most threads and replications that the command line takes. */
const maxAsked = 10_000;

type Asked = {
  readonly threads: number;
  readonly replications: number | undefined;
  readonly growth: boolean;
  readonly settings?: Partial<SimulationSettings>;
  /** Times of a trace load. */
  readonly trace?: readonly number[] | undefined;
  /** What the plan owes to a profile. */
  readonly sentences?: readonly string[];
};

/**
 * Simulates a plan, judges it as a run would be judged, and lays the growth table beside it. Whether the figures are
 * good ones is the simulation's own word: there is no load generator that could have been late.
 *
 * @throws UserError usage for counts that are no whole numbers, or too large
 */
export async function simulateAndJudge(
  plan: RunPlan,
  { threads, replications, growth, settings, trace, sentences = [] }: Asked,
  signal: AbortSignal,
): Promise<RunResult> {
  checkCount("threads", threads);
  if (replications !== undefined) checkCount("replications", replications);
  const options: SimulateOptions = {
    threads,
    growth,
    trace,
    signal,
    ...(settings && { settings }),
    ...(replications !== undefined && { replications }),
  };
  const simulated = await simulatePlan(plan, options);
  const judged = judgeRun(simulated, plan);
  return {
    ...judged,
    assumptions: [...sentences, ...simulated.assumptions, ...judged.assumptions],
  };
}

export function checkCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= maxAsked) return;
  throw new UserError("usage", `--${name} takes a whole number from 1 to ${maxAsked}.`);
}
