import { deepFreeze } from "../base/deep-freeze.ts";
import { type ExitCode, exitCodes, UserError } from "../base/errors.ts";
import { assertNever } from "../base/invariant.ts";
import { modelPlan } from "../model/modelled-result.ts";
import type { Check, RunResult, VerdictState } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { checkRun } from "./checks.ts";
import { judgeReactions } from "./reaction.ts";
import { judgeRequirements } from "./requirements.ts";
import { judgeValidity } from "./validity.ts";
import { verdictSentence } from "./verdict-sentence.ts";

/**
 * Judges a measured or simulated run and lays the model's growth table beside it.
 *
 * @returns a fresh result with validity, verdict, growth, bottlenecks, assumptions and requirements
 */
export function judgeRun(result: RunResult, plan: RunPlan): RunResult {
  // A simulation says by itself how good it is: it has no load generator that could have been late.
  const validity = result.method === "measured" ? judgeValidity(result, plan.slo) : result.validity;
  const checks = checkRun({ ...result, validity }, plan);
  const reaction = judgeReactions(result, plan);
  const judged = {
    ...result,
    validity,
    verdict: verdictOf(result, checks, validity),
    ...(reaction !== undefined && { reaction: [...reaction] }),
    ...growthOf(plan),
  };
  return deepFreeze({ ...judged, requirements: [...judgeRequirements(judged, plan)] });
}

/** What a finished run tells a shell. */
export function exitCodeOf({ validity, verdict, completeness }: RunResult): ExitCode {
  if (completeness.state === "partial" && completeness.reason?.startsWith("stopped by") === true)
    return exitCodes.stopped;
  if (validity.state === "GENERATOR-BOUND") return exitCodes.generatorBound;
  switch (verdict.state) {
    case "PASS":
      return exitCodes.pass;
    case "FAIL":
      return exitCodes.failed;
    case "INCONCLUSIVE":
    case "NO DATA":
      return exitCodes.inconclusive;
    default:
      return assertNever(verdict.state);
  }
}

function verdictOf(
  result: RunResult,
  checks: readonly Check[],
  validity: RunResult["validity"],
): RunResult["verdict"] {
  const isBound = validity.state === "GENERATOR-BOUND";
  const state = isBound ? "INCONCLUSIVE" : worstOf(result, checks);
  const unmet = checks.filter((check) => check.state !== "PASS");
  return {
    state,
    sentence: isBound
      ? "No verdict: the load generator was the bottleneck, so these latencies describe this machine."
      : verdictSentence(state, checks, { ...result, validity }),
    reasons: unmet.map((check) => `${check.name}: ${check.reason}`),
    checks: [...checks],
  };
}

/** A part that was not measured can't pass, but what has failed has failed. */
function worstOf({ completeness }: RunResult, checks: readonly Check[]): VerdictState {
  const states = new Set(checks.map((check) => check.state));
  if (states.has("FAIL")) return "FAIL";
  // A version that gets nothing has no data because of the split: that is what is to be told.
  const isSplitOff = checks.some(({ kind, state }) => kind === "split" && state === "INCONCLUSIVE");
  if (states.has("NO DATA") && !isSplitOff) return "NO DATA";
  return states.has("INCONCLUSIVE") || completeness.state === "partial" ? "INCONCLUSIVE" : "PASS";
}

/** A trace says nothing about users, so nothing can be sized from it. */
function growthOf(plan: RunPlan): Pick<RunResult, "growth" | "bottlenecks" | "assumptions"> {
  try {
    const { growth, bottlenecks, assumptions } = modelPlan(plan).result;
    return { growth, bottlenecks, assumptions };
  } catch (error) {
    if (error instanceof UserError) return { growth: [], bottlenecks: [], assumptions: [] };
    throw error;
  }
}
