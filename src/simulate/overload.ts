import { type Version, versions } from "../base/version.ts";
import type { SimulationReport } from "../result/simulation-schema.ts";
import { shareOfNew } from "../result/stages.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { serviceTimeMean } from "../workload/service-time.ts";
import { type SimulationSettings, simulatedServices } from "./settings.ts";

type Overload = SimulationReport["overloads"][number];

/**
 * The resources that an open load offers more work than they can do, at its highest rate in the measured part. Such
 * a queue has no steady state: it grows until its bound, and requests are turned away.
 *
 * Closed users slow down by themselves, so they overload nothing in this sense.
 */
export function overloadsOf(plan: RunPlan, settings: SimulationSettings): readonly Overload[] {
  const { load } = plan;
  if (load.kind !== "open") return [];
  const measured = load.curve.filter(({ endMs }) => endMs > 0);
  const ratePerSecond = Math.max(
    0,
    ...measured.flatMap(({ fromPerSecond, toPerSecond }) => [fromPerSecond, toPerSecond]),
  );
  const offered = [
    { resource: "splitter", perSecond: ratePerSecond, busyMs: settings.splitterMs, units: 1 },
    ...versions.flatMap((version) => serverWork(plan, settings, { version, ratePerSecond })),
    ...databaseWork(plan, ratePerSecond),
  ];
  return offered.flatMap(({ resource, perSecond, busyMs, units }) => {
    const utilisation = (perSecond * busyMs) / 1000 / units;
    if (utilisation < 1) return [];
    return [
      {
        resource,
        utilisation,
        excessPerSecond: Math.max(perSecond * (1 - 1 / utilisation), Number.MIN_VALUE),
      },
    ];
  });
}

/** So many times per second, each takes so long of one of so many units. */
type Work = {
  readonly resource: string;
  readonly perSecond: number;
  readonly busyMs: number;
  readonly units: number;
};

function serverWork(
  plan: RunPlan,
  settings: SimulationSettings,
  { version, ratePerSecond }: { readonly version: Version; readonly ratePerSecond: number },
): readonly Work[] {
  const service = simulatedServices(plan)[version];
  const perSecond = ratePerSecond * answeredShare(plan, version);
  const { concurrency, cpuPerRequestMs } = service;
  const replicas = plan.services[version].autoscaler?.maxReplicas ?? service.replicas;
  const workMs = Math.max(serviceTimeMean(service.serviceTime), cpuPerRequestMs) + storesMs(plan);
  const cores = replicas * settings.coresPerServer;
  return [
    { resource: `${version} slots`, perSecond, busyMs: workMs, units: concurrency * replicas },
    { resource: `${version} CPU`, perSecond, busyMs: cpuPerRequestMs, units: cores },
  ];
}

function storesMs({ stores: { database, cache } }: RunPlan): number {
  const { reads, writes, hits } = queriesPerRequest({ database, cache });
  return hits * (cache?.hitMs ?? 0) + reads * (database?.readMs ?? 0) + writes * (database?.writeMs ?? 0);
}

function queriesPerRequest({ database, cache }: RunPlan["stores"]) {
  const asked = database?.readsPerRequest ?? 1;
  const hits = asked * (cache?.hitRatio ?? 0);
  return { hits, reads: database === undefined ? 0 : asked - hits, writes: database?.writeShare ?? 0 };
}

function databaseWork(plan: RunPlan, ratePerSecond: number): readonly Work[] {
  const { database } = plan.stores;
  if (database?.limitPerSecond === undefined) return [];
  const { reads, writes } = queriesPerRequest(plan.stores);
  const busyMs = 1000 / database.limitPerSecond;
  const { replicas } = plan.capacity.database;
  const instances = (name: string, share: number): readonly Work[] => {
    const of = (queries: number) => ({ perSecond: ratePerSecond * share * queries, busyMs, units: 1 });
    if (replicas === 0) return [{ resource: name, ...of(reads + writes) }];
    return [
      { resource: `primary of the ${name}`, ...of(writes) },
      { resource: `read replicas of the ${name}`, ...of(reads / replicas + writes) },
    ];
  };
  if (database.topology === "separate") {
    return versions.flatMap((version) => instances(`database of ${version}`, answeredShare(plan, version)));
  }
  const share = versions.reduce((sum, version) => sum + answeredShare(plan, version), 0);
  return instances("database", share);
}

/** The share of requests that a version works on, copies included. */
export function answeredShare({ timeline, split, mirror, endpoints }: RunPlan, version: Version): number {
  const newShare = Math.max(...timeline.stages.map((stage) => shareOfNew(stage) ?? stage.newShare));
  const flagged = split.flags.reduce((sum, flag) => sum + flag.userShare, 0);
  const flaggedNew = split.flags.reduce((sum, flag) => sum + (flag.to === "new" ? flag.userShare : 0), 0);
  const rules = split.rules ?? [];
  const ruled = rules.reduce((sum, rule) => sum + (rule.requestShare ?? 0), 0);
  const ruledNew = rules.reduce((sum, rule) => sum + (rule.to === "new" ? (rule.requestShare ?? 0) : 0), 0);
  const toNew = Math.min(1, ruledNew + (1 - ruled) * (flaggedNew + (1 - flagged) * newShare));
  const own = version === "new" ? toNew : 1 - toNew;
  if (mirror?.to !== version) return own;
  const copied = endpoints.filter(({ method }) => mirror.methods.includes(method));
  const copiedShare = copied.reduce((sum, { share }) => sum + share, 0) * (mirror.perMillion / 1e6);
  return own + (1 - own) * copiedShare;
}
