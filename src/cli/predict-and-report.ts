import { join } from "node:path";
import { capacityRatios } from "../analysis/agreement/capacity-ratio.ts";
import {
  frozenComparison,
  judgeAgreement,
  measuredComparison,
} from "../analysis/agreement/judge-agreement.ts";
import { planAtLoad } from "../analysis/agreement/plan-at-load.ts";
import { predictByModel } from "../analysis/agreement/predict-by-model.ts";
import { predictBySimulation } from "../analysis/agreement/predict-by-simulation.ts";
import { calibrate } from "../analysis/calibrate/calibrate.ts";
import { type ExitCode, exitCodes, UserError } from "../base/errors.ts";
import { versions } from "../base/version.ts";
import { agreementMarkdown } from "../report/agreement-markdown.ts";
import {
  type Agreement,
  agreementFile,
  agreementSchemaId,
  type LoadComparison,
} from "../result/agreement-schema.ts";
import { type Profile, profileFile } from "../result/profile-schema.ts";
import type { RunResult } from "../result/schema.ts";
import { createRunDirectory, writeAtomically } from "../result/store.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { type MeasureOrder, measureAndReport } from "./measure-and-report.ts";
import { packageVersion } from "./package-version.ts";

export type PredictionOrder = MeasureOrder & {
  /** Awaited before each measured run, for who wants the machine to be quiet. */
  readonly beforeRun?: () => Promise<void>;
};

export type FinishedPrediction = { readonly agreement: Agreement; readonly directory: string };

/**
 * Measures at the loads to calibrate on, writes down what model and simulation make of it for the loads to verify, and
 * only then measures those. Leaves every run, the profile and the agreement in one directory.
 *
 * @throws UserError scenario-invalid for a scenario without `predict`
 */
export async function predictAndReport(order: PredictionOrder): Promise<FinishedPrediction> {
  const { plan, text } = order.loaded;
  const { predict } = plan;
  if (predict === undefined)
    throw new UserError(
      "scenario-invalid",
      `${order.file} doesn't say at which loads: add predict: { calibrateAt: [30%, 60%], verifyAt: [80%] }.`,
    );
  const startedAt = new Date();
  const { directory } = await createRunDirectory(order.out, `${plan.name} prediction`, startedAt);
  await writeAtomically(join(directory, "scenario.yaml"), text);
  const calibratedAt: CalibrationRun[] = [];
  for (const load of predict.calibrateAt)
    calibratedAt.push(await measureAt(order, { load, directory, number: calibratedAt.length + 1 }));
  const profile = calibrate(calibratedAt.map(({ result }) => result));
  await writeAtomically(join(directory, profileFile), `${JSON.stringify(profile, null, 1)}\n`);

  const frozen = await foretell(order, { profile, calibratedAt });
  const runs = calibratedAt.map(({ load, run, result }) => ({ load, run, validity: result.validity.state }));
  const agreementOf = (comparisons: readonly LoadComparison[]): Agreement => ({
    schema: agreementSchemaId,
    scenario: {
      name: plan.name,
      hash: plan.hash,
      labels: { old: plan.services.old.label, new: plan.services.new.label },
    },
    twinlane: packageVersion(),
    startedAt: startedAt.toISOString(),
    calibratedAt: runs,
    comparisons: [...comparisons],
    capacity: [...capacityRatios(plan, profile)],
    verdict: judgeAgreement(comparisons, runs),
    ...(order.signal.aborted && { stopped: `stopped by ${String(order.signal.reason)}` }),
  });
  await writeAgreement(directory, agreementOf(frozen), "prediction.json");

  const comparisons: LoadComparison[] = [];
  for (const [index, load] of predict.verifyAt.entries()) {
    const { result, run } = await measureAt(order, {
      load,
      directory,
      number: calibratedAt.length + index + 1,
    });
    const ofLoad = frozen.filter((comparison) => comparison.load === load);
    for (const comparison of ofLoad)
      comparisons.push(measuredComparison(comparison, { result, run }, predict.tolerance));
  }
  const agreement = agreementOf(comparisons);
  await writeAgreement(directory, agreement, agreementFile);
  await writeAtomically(join(directory, "agreement.md"), agreementMarkdown(agreement));
  return { agreement, directory };
}

export function exitCodeOfAgreement({ verdict, stopped }: Agreement): ExitCode {
  if (stopped !== undefined) return exitCodes.stopped;
  if (verdict.state === "PASS") return exitCodes.pass;
  return verdict.state === "FAIL" ? exitCodes.failed : exitCodes.inconclusive;
}

type CalibrationRun = { readonly load: number; readonly run: string; readonly result: RunResult };

type MeasuredLoad = { readonly load: number; readonly directory: string; readonly number: number };

async function measureAt(
  order: PredictionOrder,
  { load, directory, number }: MeasuredLoad,
): Promise<CalibrationRun> {
  order.signal.throwIfAborted();
  await order.beforeRun?.();
  const { plan } = order.loaded;
  const { result, runId } = await measureAndReport(
    { ...order, out: directory },
    { plan: planForRun(plan, load, number), name: `${plan.name} at ${Math.round(load * 100)}` },
  );
  return { load, run: runId, result };
}

/** Each run has a seed of its own: a load that shared the others' chance would not be an unseen one. */
function planForRun(plan: RunPlan, load: number, number: number): RunPlan {
  return planAtLoad(plan, {
    share: load,
    seed: plan.seed + number,
    calibrate: plan.calibrate && number === 1,
  });
}

async function foretell(
  { loaded: { plan }, signal }: PredictionOrder,
  { profile, calibratedAt }: { readonly profile: Profile; readonly calibratedAt: readonly CalibrationRun[] },
): Promise<readonly LoadComparison[]> {
  const verifyAt = plan.predict?.verifyAt ?? [];
  const highest = Math.max(...calibratedAt.map(({ load }) => load));
  const comparisons: LoadComparison[] = [];
  for (const [index, load] of verifyAt.entries()) {
    const verified = planForRun(plan, load, calibratedAt.length + index + 1);
    const modelled = predictByModel(verified, profile);
    const simulated = await predictBySimulation(verified, profile, signal);
    for (const version of versions) {
      if (profile.versions[version] === undefined) continue;
      const foretold = { load, version, isBeyond: load > highest };
      comparisons.push(
        frozenComparison({ ...foretold, modelled: modelled[version], simulated: simulated[version] }),
      );
    }
  }
  return comparisons;
}

async function writeAgreement(directory: string, agreement: Agreement, file: string): Promise<void> {
  await writeAtomically(join(directory, file), `${JSON.stringify(agreement, null, 2)}\n`);
}
