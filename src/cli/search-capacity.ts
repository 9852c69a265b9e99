import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  nextStep,
  type SearchEnd,
  type SearchSettings,
  type TrialPlan,
} from "../analysis/capacity-search.ts";
import type { Goal } from "../analysis/goal.ts";
import { judgeTrial } from "../analysis/judge-trial.ts";
import { searchSentence } from "../analysis/search-sentence.ts";
import type { Version } from "../base/version.ts";
import { runScenario } from "../measure/run-scenario.ts";
import { planTrial } from "../measure/search-plan.ts";
import type { SearchTrial, VersionSearch } from "../result/capacity-search-schema.ts";
import { resultFile, writeAtomically } from "../result/store.ts";
import type { RunPlan } from "../scenario/plan.ts";

export type SearchRequest = {
  readonly plan: RunPlan;
  readonly goals: readonly Goal[];
  readonly settings: SearchSettings;
  /** The search's own; each trial gets one below it. */
  readonly directory: string;
  readonly runId: string;
  readonly scenarioDirectory: string;
  readonly allowedHosts: readonly string[];
  readonly twinlaneVersion: string;
  readonly onTrial: (version: Version, trial: SearchTrial) => void;
  readonly signal: AbortSignal;
};

/** After a trial, and after one that overloaded the service: queues of a real one go on draining. */
const coolDownMs = 500;
const coolDownAfterMissMs = 2000;

/** Searches one version's capacity with real trials, one after the other. */
export async function searchVersion(request: SearchRequest, version: Version): Promise<VersionSearch> {
  const trials: SearchTrial[] = [];
  for (;;) {
    const step = nextStep(request.settings, trials);
    if ("end" in step) return versionSearch(request, version, { trials, end: step.end });
    const trial = await runTrial(request, version, { planned: step.next, number: trials.length + 1 });
    if (request.signal.aborted) {
      return versionSearch(request, version, {
        trials,
        end: { state: "not decided", limit: "stopped" },
      });
    }
    trials.push(trial);
    request.onTrial(version, trial);
    const pauseMs = trial.outcome === "met" ? coolDownMs : coolDownAfterMissMs;
    await sleep(pauseMs, undefined, { signal: request.signal }).catch(() => undefined);
  }
}

type NumberedTrial = { readonly planned: TrialPlan; readonly number: number };

async function runTrial(
  request: SearchRequest,
  version: Version,
  { planned, number }: NumberedTrial,
): Promise<SearchTrial> {
  const { plan, goals, runId } = request;
  const name = `${version}-${String(number).padStart(2, "0")}`;
  const directory = join(request.directory, name);
  await mkdir(directory);
  const isFirst = number === 1;
  const result = await runScenario(
    planTrial(plan, { ...planned, version, calibrate: plan.calibrate && isFirst }),
    {
      directory,
      runId: `${runId}-${name}`,
      scenarioDirectory: request.scenarioDirectory,
      allowedHosts: request.allowedHosts,
      twinlaneVersion: request.twinlaneVersion,
      startedAt: new Date(),
      onProgress: () => undefined,
      signal: request.signal,
    },
  );
  const { outcome, isClose, goals: outcomes, validity } = judgeTrial(result, version, goals);
  await writeAtomically(join(directory, resultFile), `${JSON.stringify({ ...result, validity }, null, 2)}\n`);
  return {
    ...planned,
    requests: result.totals.due,
    throughputPerSecond: result.totals.versions[version].throughputPerSecond,
    outcome: result.completeness.state === "complete" ? outcome : "undecided",
    isClose,
    goals: outcomes,
    validity,
    directory: name,
  };
}

function versionSearch(
  { plan, settings }: SearchRequest,
  version: Version,
  { trials, end }: { readonly trials: SearchTrial[]; readonly end: SearchEnd },
): VersionSearch {
  const { label, target } = plan.services[version];
  const bindingGoal = bindingGoalOf(trials, end);
  const search = {
    version,
    label,
    ...end,
    ...(bindingGoal !== undefined && { bindingGoal }),
    ...(target.kind === "mock" && { servers: target.mock.replicas }),
    trials,
  };
  return { ...search, sentence: searchSentence(search, settings.precision) };
}

/** The first goal that the lowest rate above the answer missed. */
function bindingGoalOf(trials: readonly SearchTrial[], { ratePerSecond = 0 }: SearchEnd): string | undefined {
  const above = trials
    .filter((trial) => trial.outcome === "missed" && trial.ratePerSecond >= ratePerSecond)
    .toSorted((left, right) => left.ratePerSecond - right.ratePerSecond);
  return above[0]?.goals.find(({ state }) => state === "missed")?.goal;
}
