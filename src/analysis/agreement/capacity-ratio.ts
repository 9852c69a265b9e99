import { UserError } from "../../base/errors.ts";
import { formatCount, formatDurationMs, formatNumber } from "../../base/units.ts";
import type { Version } from "../../base/version.ts";
import { type ModelInputs, modelInputs } from "../../model/inputs.ts";
import { systemLoad } from "../../model/load.ts";
import { bindingNeed, type Need, versionNeeds } from "../../model/server-needs.ts";
import type { CapacityRatio } from "../../result/agreement-schema.ts";
import type { Profile } from "../../result/profile-schema.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { calibratedPlan } from "../calibrate/calibrated-plan.ts";
import { predictionFrom } from "./prediction-interval.ts";

/**
 * How many servers new takes for each one that old takes, were it to carry everybody alone, at each user count of the
 * growth table: by the capacity model, with the interval of the profile's draws.
 *
 * @returns nothing where the profile doesn't know both versions, or the plan names no rate
 */
export function capacityRatios(plan: RunPlan, profile: Profile): readonly CapacityRatio[] {
  if (profile.versions.old === undefined || profile.versions.new === undefined) return [];
  const best = inputsOf(plan, profile);
  if (best === undefined) return [];
  const draws = profile.draws.flatMap((draw) => inputsOf(plan, profile, draw) ?? []);
  return plan.growth.users.flatMap((users) => ratioAt(users, { best, draws, profile }) ?? []);
}

/** A trace says nothing about users. */
function inputsOf(plan: RunPlan, profile: Profile, draw?: Profile["draws"][number]): ModelInputs | undefined {
  try {
    return modelInputs(calibratedPlan(plan, profile, draw).plan);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

type Basis = {
  readonly best: ModelInputs;
  readonly draws: readonly ModelInputs[];
  readonly profile: Profile;
};

function ratioAt(users: number, { best, draws, profile }: Basis): CapacityRatio | undefined {
  const old = needsAlone(best, "old", users);
  const next = needsAlone(best, "new", users);
  const oldBinding = bindingNeed(old ?? []);
  const newBinding = bindingNeed(next ?? []);
  if (old === undefined || next === undefined || !oldBinding || !newBinding) return undefined;
  if (oldBinding.servers === 0) return undefined;
  const ratios = draws.flatMap((inputs) => {
    const under = bindingNeed(needsAlone(inputs, "old", users) ?? []);
    const over = bindingNeed(needsAlone(inputs, "new", users) ?? []);
    return under === undefined || over === undefined || under.servers === 0
      ? []
      : [over.servers / under.servers];
  });
  const value = newBinding.servers / oldBinding.servers;
  const interval = ratios.length < 2 ? undefined : predictionFrom(ratios, { onLogarithms: true });
  const ratio = {
    value,
    low: Math.min(value, interval?.low ?? value),
    high: Math.max(value, interval?.high ?? value),
  };
  return {
    users,
    servers: { old: Math.ceil(oldBinding.servers), new: Math.ceil(newBinding.servers) },
    ratio,
    binding: { old: oldBinding.constraint, new: newBinding.constraint },
    byConstraint: Object.fromEntries(constraintRatios(old, next)),
    sentence: sentenceOf(users, {
      ratio,
      oldBinding,
      newBinding,
      profile,
      constraints: constraintRatios(old, next),
    }),
  };
}

/** What a version needs with all of the users, copies apart. */
function needsAlone(inputs: ModelInputs, version: Version, users: number): readonly Need[] | undefined {
  const { peakPerSecond, connections } = systemLoad(inputs, users);
  const { needs, impossible } = versionNeeds(inputs, version, { ratePerSecond: peakPerSecond, connections });
  return impossible === undefined ? needs : undefined;
}

function constraintRatios(
  old: readonly Need[],
  next: readonly Need[],
): readonly (readonly [string, number])[] {
  return old.flatMap(({ constraint, servers }) => {
    const other = next.find((need) => need.constraint === constraint);
    return other === undefined || servers === 0 ? [] : [[constraint, other.servers / servers] as const];
  });
}

type Said = {
  readonly ratio: CapacityRatio["ratio"];
  readonly oldBinding: Need;
  readonly newBinding: Need;
  readonly profile: Profile;
  readonly constraints: readonly (readonly [string, number])[];
};

function sentenceOf(users: number, { ratio, oldBinding, newBinding, profile, constraints }: Said): string {
  const times = `new needs ${twoDigits(ratio.value)} times [${twoDigits(ratio.low)}, ${twoDigits(ratio.high)}] the servers of old at ${formatCount(users)} users`;
  const counts = `in whole servers ${formatCount(Math.ceil(newBinding.servers))} against ${formatCount(Math.ceil(oldBinding.servers))}`;
  const reason =
    newBinding.constraint === oldBinding.constraint
      ? `decided by ${reasonFor(newBinding.constraint, { profile, isAlike: newBinding.servers === oldBinding.servers })}`
      : `new decided by ${newBinding.constraint}, old by ${oldBinding.constraint}`;
  const cpu = constraints.find(([constraint]) => constraint === "CPU");
  const hidden =
    cpu === undefined || newBinding.constraint === "CPU"
      ? ""
      : `; its CPU alone is ${twoDigits(cpu[1])} times old's`;
  return `${times} (${counts}), ${reason}${hidden}.`;
}

function reasonFor(
  constraint: Need["constraint"],
  { profile, isAlike }: { readonly profile: Profile; readonly isAlike: boolean },
): string {
  const before = profile.versions.old;
  const after = profile.versions.new;
  if (constraint === "CPU")
    return `CPU: a request of new takes ${formatDurationMs(after?.cpuMsPerRequest?.value ?? 0)}, one of old ${formatDurationMs(before?.cpuMsPerRequest?.value ?? 0)}`;
  if (constraint === "utilisation" || constraint === "response time")
    return `${constraint}: a request of new is in service for ${formatDurationMs(after?.serviceTime.meanMs.value ?? 0)}, one of old for ${formatDurationMs(before?.serviceTime.meanMs.value ?? 0)}`;
  return isAlike ? `${constraint}, which both need alike` : constraint;
}

function twoDigits(value: number): string {
  return formatNumber(Number(value.toFixed(2)));
}
