import { deepFreeze } from "../../base/deep-freeze.ts";
import { formatNumber, formatShare } from "../../base/units.ts";
import { perVersion, type Version, versions } from "../../base/version.ts";
import type { Profile, ProfileDraw, StoreDraw, VersionDraw } from "../../result/profile-schema.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { MockPlan, ServicePlan, StoresPlan } from "../../scenario/service-plan.ts";
import type { SimulationSettings } from "../../simulate/settings.ts";

/** A plan whose services are as a profile found them, for model and simulation; never to be run. */
export type CalibratedPlan = {
  readonly plan: RunPlan;
  readonly settings: Pick<SimulationSettings, "splitterMs" | "networkMs">;
  /** What was taken from the profile, one sentence each. */
  readonly assumptions: readonly string[];
};

/**
 * Puts what a profile knows in the place of what the scenario assumes: service times, CPU demands, the time between
 * user and service; and for a real service, of which the scenario knows nothing, its slots and servers.
 *
 * @param draw - one draw of the profile instead of its best values
 */
export function calibratedPlan(plan: RunPlan, profile: Profile, draw?: ProfileDraw): CalibratedPlan {
  const known = versions.filter((version) => profile.versions[version] !== undefined);
  const services = perVersion((version) => calibratedService(plan, version, { profile, draw }));
  const demand = draw === undefined ? bestDemand(profile) : (draw.stores ?? {});
  const stores = known.length === 0 ? plan.stores : calibratedStores(plan.stores, demand);
  return {
    plan: deepFreeze({ ...plan, services, stores }),
    settings: {
      splitterMs: draw?.splitterMs ?? profile.splitterMs.value,
      networkMs: draw?.networkMs ?? profile.networkMs.value,
    },
    assumptions: [...assumptionsOf(profile, known), ...storeAssumptions(plan.stores, bestDemand(profile))],
  };
}

type Source = { readonly profile: Profile; readonly draw: ProfileDraw | undefined };

function calibratedService(plan: RunPlan, version: Version, { profile, draw }: Source): ServicePlan {
  const service = plan.services[version];
  const found = profile.versions[version];
  if (found === undefined) return service;
  const values: VersionDraw = draw?.versions[version] ?? {
    serviceTime: found.serviceTime.law,
    ...(found.cpuMsPerRequest !== undefined && { cpuMsPerRequest: found.cpuMsPerRequest.value }),
  };
  const base = service.target.kind === "mock" ? service.target.mock : unknownService(plan, version, profile);
  const mock: MockPlan = {
    ...base,
    serviceTime: values.serviceTime,
    cpuPerRequestMs: values.cpuMsPerRequest ?? base.cpuPerRequestMs,
  };
  return { ...service, target: { kind: "mock", mock } };
}

/** The bounds that a mock has where the scenario names none. */
const usualSlots = 64;
const usualQueue = 1000;

/** A real service: what bounds it is told by the profile, or by the scenario's `capacity`. */
function unknownService({ capacity }: RunPlan, version: Version, profile: Profile): MockPlan {
  const found = profile.versions[version];
  const slots = found?.slotsPerServer?.value ?? Math.max(usualSlots, found?.slotsAtLeast ?? 0);
  return {
    serviceTime: { law: "constant", ms: 0 },
    concurrency: capacity.slotsPerServer ?? slots,
    queue: usualQueue,
    replicas: found?.servers ?? 1,
    cpuPerRequestMs: 0,
    errorShare: found?.errorShare ?? 0,
    responseBytes: 0,
    coldStart: undefined,
  };
}

function bestDemand({ stores = {} }: Profile): StoreDraw {
  const { cacheHitRatio, readsPerRequest, writesPerRequest } = stores;
  return {
    ...(cacheHitRatio && { cacheHitRatio: cacheHitRatio.value }),
    ...(readsPerRequest && { readsPerRequest: readsPerRequest.value }),
    ...(writesPerRequest && { writesPerRequest: writesPerRequest.value }),
  };
}

/** Without time of their own: a service's own time, as it is measured, holds the time that its stores take. */
function calibratedStores({ database, cache }: StoresPlan, demand: StoreDraw): StoresPlan {
  return {
    database: database && {
      ...database,
      readMs: 0,
      writeMs: 0,
      readsPerRequest: demand.readsPerRequest ?? database.readsPerRequest,
      writeShare: demand.writesPerRequest ?? database.writeShare,
    },
    cache: cache && { ...cache, hitMs: 0, hitRatio: demand.cacheHitRatio ?? cache.hitRatio },
  };
}

function storeAssumptions({ database, cache }: StoresPlan, demand: StoreDraw): readonly string[] {
  const { cacheHitRatio, readsPerRequest, writesPerRequest } = demand;
  const isCacheKnown = cache !== undefined && cacheHitRatio !== undefined;
  const isDatabaseKnown = database !== undefined && readsPerRequest !== undefined;
  const found = [
    ...(isCacheKnown ? [`${formatShare(cacheHitRatio)} of reads hit the cache`] : []),
    ...(isDatabaseKnown
      ? [
          `a request makes ${formatNumber(readsPerRequest)} reads and ${formatNumber(writesPerRequest ?? 0)} writes`,
        ]
      : []),
  ];
  const assumed = [
    ...(cache === undefined || isCacheKnown ? [] : ["the cache's hit ratio"]),
    ...(database === undefined || isDatabaseKnown ? [] : ["reads and writes of the database"]),
  ];
  return [
    ...(found.length === 0 ? [] : [`As in these runs, ${found.join(", and ")}.`]),
    ...(assumed.length === 0 ? [] : [`No run tells ${assumed.join(", nor ")}: taken from the scenario.`]),
  ];
}

function assumptionsOf({ scenario, runs, notes }: Profile, known: readonly Version[]): readonly string[] {
  const rates = runs.map(({ ratePerSecond }) => Math.round(ratePerSecond));
  const range = rates.length === 1 ? `${rates[0]}/s` : `${rates[0]} to ${rates.at(-1)}/s`;
  return [
    `Service times, with the stores' time in them, and CPU demands of ${known.join(" and ")} are those of ${runs.length} runs of ${scenario.name} at ${range}; beyond that range they are extrapolated.`,
    ...notes.map((note) => `Of the profile: ${note}`),
  ];
}
