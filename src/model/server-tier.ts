import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import type { ModelInputs } from "./inputs.ts";
import type { SystemLoad, VersionLoad } from "./load.ts";
import { attemptsPerRequest } from "./queueing/retries.ts";
import { bindingNeed, type Need, type ServerConstraint, versionNeeds } from "./server-needs.ts";

export type ServerTier = {
  /** Old and new together while both run, spares apart. */
  readonly total: number;
  readonly old: number;
  readonly new: number;
  readonly spare: number;
  /** What old took before, and what new takes after; without the other, spares apart. */
  readonly alone: PerVersion<number>;
  readonly binding: ServerConstraint | "one of each version";
  readonly runnerUp: ServerConstraint | undefined;
  /** Servers of each version by constraint, fractions kept; while both run. */
  readonly needs: PerVersion<readonly Need[]>;
};

/** The tier, or why no number of servers is enough. */
export type ServerTierAnswer = { readonly tier: ServerTier } | { readonly impossible: string };

/**
 * Servers for the time in which both versions run.
 *
 * Each version's need is its largest over all constraints. Only the total is rounded up, because instances of
 * both versions may share a server; old is rounded up first, since a rollback must find it whole.
 */
export function sizeServers(inputs: ModelInputs, load: SystemLoad): ServerTierAnswer {
  const alone = perVersion((version) => versionNeeds(inputs, version, everything(inputs, load)));
  const impossible = alone.old.impossible ?? alone.new.impossible;
  if (impossible !== undefined) return { impossible };
  const both = inputs.capacity.keepRollback
    ? alone
    : perVersion((version) => versionNeeds(inputs, version, versionLoad(inputs, load, version)));
  const needs = perVersion((version) => both[version].needs);
  const binding = perVersion((version) => bindingNeed(needs[version])?.servers ?? 0);
  const needed = wholeServers(binding.old + binding.new);
  const old = Math.max(1, wholeServers(binding.old));
  const total = Math.max(needed, old + 1);
  const [first, second] = rankedConstraints(needs);
  return {
    tier: {
      total,
      old,
      new: total - old,
      spare: spareServers(inputs, total),
      alone: perVersion((version) =>
        Math.max(1, wholeServers(bindingNeed(alone[version].needs)?.servers ?? 0)),
      ),
      binding: isMinimal(binding) || first === undefined ? "one of each version" : first.constraint,
      runnerUp: second?.constraint,
      needs,
    },
  };
}

/** Where neither version needs more than the one server that it must have, nothing else decides. */
function isMinimal(binding: PerVersion<number>): boolean {
  return binding.old <= 1 && binding.new <= 1;
}

/** Rounds up, forgiving the last digits of a quotient that is meant to be whole. */
export function wholeServers(count: number): number {
  return Math.ceil(count - count * 1e-12);
}

/** The load for which a version is planned when it must be able to carry everybody; a retry counts as a request. */
export function everything(inputs: ModelInputs, load: SystemLoad): VersionLoad {
  const more = 1 + inputs.capacity.forecastError;
  return {
    ratePerSecond: load.peakPerSecond * more * attemptsOfARequest(inputs),
    connections: load.connections * more,
  };
}

/** The load for which the version is planned, the forecast's error and retries included. */
export function versionLoad(inputs: ModelInputs, load: SystemLoad, version: Version): VersionLoad {
  if (inputs.capacity.keepRollback) return everything(inputs, load);
  return {
    ratePerSecond: requestRate(inputs, load, version) * attemptsOfARequest(inputs),
    connections: load.versions[version].connections * (1 + inputs.capacity.forecastError),
  };
}

/** Requests per second for which the version is planned, each counted once. */
export function requestRate({ capacity }: ModelInputs, load: SystemLoad, version: Version): number {
  const ratePerSecond = capacity.keepRollback ? load.peakPerSecond : load.versions[version].ratePerSecond;
  return ratePerSecond * (1 + capacity.forecastError);
}

/** Attempts that a request makes while all is calm, with the version that fails more often; 1 without retries. */
export function attemptsOfARequest({ retries }: ModelInputs): number {
  if (retries === undefined) return 1;
  return attemptsPerRequest(Math.max(retries.errorShare.old, retries.errorShare.new), retries.retries);
}

/** Servers in both versions together, by constraint, largest first. */
export function rankedConstraints(needs: PerVersion<readonly Need[]>): readonly Need[] {
  const totals = new Map<ServerConstraint, number>();
  for (const { constraint, servers } of [...needs.old, ...needs.new]) {
    totals.set(constraint, (totals.get(constraint) ?? 0) + servers);
  }
  return [...totals]
    .map(([constraint, servers]) => ({ constraint, servers }))
    .sort((left, right) => right.servers - left.servers);
}

/** Enough to lose the stated number of servers, or a whole zone where there are several. */
function spareServers({ capacity }: ModelInputs, total: number): number {
  const { spareServers: stated, zones } = capacity;
  if (zones < 2) return stated;
  return Math.max(stated, zones * Math.ceil(total / (zones - 1)) - total);
}
