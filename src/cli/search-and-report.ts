import { dirname, join } from "node:path";
import { lowestJudgedRate, type SearchSettings } from "../analysis/capacity-search.ts";
import { type Goal, parseGoal, requestsNeededFor } from "../analysis/goal.ts";
import { UserError } from "../base/errors.ts";
import { parseDurationMs, parseRatePerSecond, parseShare } from "../base/units.ts";
import type { Version } from "../base/version.ts";
import { meanRatePerSecond } from "../measure/search-plan.ts";
import {
  type CapacitySearch,
  capacitySearchFile,
  capacitySearchSchemaId,
  type SearchTrial,
} from "../result/capacity-search-schema.ts";
import { createRunDirectory, writeAtomically } from "../result/store.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { LoadedPlan } from "./load-plan.ts";
import { packageVersion } from "./package-version.ts";
import { searchVersion } from "./search-capacity.ts";

/** As the command line gives them. */
export type SearchArguments = {
  readonly goal: readonly string[];
  readonly min: string | undefined;
  readonly max: string | undefined;
  readonly precision: string;
  readonly trial: string;
};

export type SearchOrder = {
  readonly loaded: LoadedPlan;
  readonly file: string;
  readonly out: string;
  readonly versions: readonly Version[];
  readonly asked: SearchArguments;
  readonly allowedHosts: readonly string[];
  readonly onTrial: (version: Version, trial: SearchTrial) => void;
  readonly signal: AbortSignal;
};

export type FinishedSearch = { readonly search: CapacitySearch; readonly directory: string };

const fallbackRatePerSecond = 100;
const highestRatePerSecond = 1_000_000;
const finestPrecision = 0.01;
const shortestTrialMs = 1000;

/** Searches each version's capacity and leaves the answer, with the run of every trial, in a directory of its own. */
export async function searchAndReport(order: SearchOrder): Promise<FinishedSearch> {
  const { loaded, file, out, versions, asked, signal } = order;
  const { plan, text } = loaded;
  const goals = asked.goal.map(parseGoal);
  const settings = settingsOf(plan, goals, asked);
  const startedAt = new Date();
  const { directory, runId } = await createRunDirectory(out, `${plan.name} search`, startedAt);
  await writeAtomically(join(directory, "scenario.yaml"), text);
  const request = {
    ...order,
    plan,
    goals,
    settings,
    directory,
    runId,
    scenarioDirectory: dirname(file),
    twinlaneVersion: packageVersion(),
  };
  const searches: CapacitySearch["searches"] = [];
  for (const version of versions) {
    if (!signal.aborted) searches.push(await searchVersion(request, version));
  }
  const search: CapacitySearch = {
    schema: capacitySearchSchemaId,
    scenario: { name: plan.name, hash: plan.hash },
    seed: plan.seed,
    twinlane: packageVersion(),
    startedAt: startedAt.toISOString(),
    goals: goals.map((goal) => goal.text),
    precision: settings.precision,
    trialMs: settings.trialMs,
    searches,
    ...(signal.aborted && { stopped: `stopped by ${String(signal.reason)}` }),
  };
  await writeAtomically(join(directory, capacitySearchFile), `${JSON.stringify(search, null, 2)}\n`);
  return { search, directory };
}

/** @throws UserError `usage` when a value can't be read or the values contradict one another */
function settingsOf(plan: RunPlan, goals: readonly Goal[], asked: SearchArguments): SearchSettings {
  const requestsNeeded = Math.max(...goals.map(requestsNeededFor));
  const minPerSecond = rate("--min", asked.min) ?? lowestJudgedRate(requestsNeeded);
  const maxPerSecond = rate("--max", asked.max) ?? highestRatePerSecond;
  const precision = parseShare(asked.precision);
  const trialMs = parseDurationMs(asked.trial);
  if (maxPerSecond < minPerSecond)
    throw new UserError("usage", `--max ${maxPerSecond}/s lies below the lowest rate, ${minPerSecond}/s.`);
  if (precision === undefined || !(precision >= finestPrecision && precision <= 1)) {
    throw new UserError("usage", `--precision must lie between 1% and 100%, found ${asked.precision}.`);
  }
  if (trialMs === undefined || trialMs < shortestTrialMs) {
    throw new UserError("usage", `--trial must be a time of at least 1s, found ${asked.trial}.`);
  }
  const wanted = rate("--min", asked.min) ?? meanRatePerSecond(plan) ?? fallbackRatePerSecond;
  const startPerSecond = Math.min(maxPerSecond, Math.max(minPerSecond, wanted));
  return { startPerSecond, minPerSecond, maxPerSecond, precision, trialMs, requestsNeeded };
}

function rate(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ratePerSecond = parseRatePerSecond(text);
  if (ratePerSecond !== undefined && ratePerSecond > 0) return ratePerSecond;
  throw new UserError("usage", `${option} must be a rate such as 200/s, found ${text}.`);
}
