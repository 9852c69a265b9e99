import { UserError } from "../../base/errors.ts";
import { randomStream, type Uniform } from "../../base/random.ts";
import { type Version, versions } from "../../base/version.ts";
import {
  type Profile,
  type ProfileDraw,
  profileSchemaId,
  type VersionProfile,
} from "../../result/profile-schema.ts";
import type { RunResult } from "../../result/schema.ts";
import { calibrateVersion, versionDraw } from "./calibrate-version.ts";
import { estimateFrom, roundedTo6 } from "./draw-estimate.ts";
import { type LoadPoint, loadPoint } from "./load-point.ts";
import { drawAgain } from "./resample.ts";
import { storeDemand } from "./store-demand.ts";
import { storeNotes } from "./store-notes.ts";
import { cpuDemand } from "./utilisation-law.ts";

/** Bootstrap draws kept in a profile. */
const drawCount = 40;
const seed = 1;

/**
 * What runs of one system at several loads say about it, whatever the load: CPU demands, the law of its service times,
 * its slots, the time between user and service; each with a 95 % interval and with draws of what goes together.
 *
 * @param results - measured or simulated; of the same two versions
 * @throws UserError calibration-impossible where they hold too little
 */
export function calibrate(results: readonly RunResult[]): Profile {
  const points = results.map(loadPoint).toSorted((left, right) => left.ratePerSecond - right.ratePerSecond);
  const first = points[0];
  if (first === undefined) throw new UserError("calibration-impossible", "No run was named.");
  checkSameServices(points);
  const models = versions.flatMap((version) => {
    const model = calibrateVersion(points, version, randomStream(seed, `held-back/${version}`));
    return model === undefined ? [] : [model];
  });
  if (models.length === 0)
    throw new UserError(
      "calibration-impossible",
      "No run tells at least 100 service times of a version; services tell them in a Server-Timing header, as mocks do.",
    );
  const stores = storesOf(points, "both");
  const draws = Array.from({ length: drawCount }, (_, index): ProfileDraw => {
    const uniform = randomStream(seed, "bootstrap", index);
    const entries = models.map((model) => [model.version, versionDraw(model, uniform)] as const);
    const ofStores = stores?.draws[index];
    return {
      ...pathOf(points, uniform),
      versions: Object.fromEntries(entries),
      ...(ofStores && { stores: ofStores }),
    };
  });
  const path = pathOf(points);
  const storeCpu = storeCpuDemand(points);
  const profiles = models.map((model): readonly [Version, VersionProfile] => {
    const own = storesOf(points, model.version);
    return [model.version, { ...model.summary(draws), ...(own && { stores: own.demand }) }];
  });
  return {
    schema: profileSchemaId,
    scenario: { name: first.result.scenario.name, hash: first.result.scenario.hash },
    method: points.every(({ result }) => result.method === "simulated") ? "simulated" : "measured",
    runs: points.map(({ result, ratePerSecond }) => ({
      scenarioHash: result.scenario.hash,
      ratePerSecond: roundedTo6(ratePerSecond),
      durationMs: result.totals.durationMs,
      validity: result.validity.state,
    })),
    versions: Object.fromEntries(profiles),
    splitterMs: estimateFrom(path.splitterMs, draws, (draw) => draw.splitterMs),
    networkMs: estimateFrom(path.networkMs, draws, (draw) => draw.networkMs),
    ...(storeCpu !== undefined && { storeCpuMsPerRequest: storeCpu }),
    ...(stores && { stores: stores.demand }),
    draws,
    notes: [...notesOf(points), ...models.flatMap(({ notes }) => notes), ...storeNotes(points)],
  };
}

function checkSameServices(points: readonly LoadPoint[]): void {
  const labels = points.map(
    ({ result: { scenario } }) => `${scenario.labels.old} and ${scenario.labels.new}`,
  );
  const other = labels.find((label) => label !== labels[0]);
  if (other === undefined) return;
  throw new UserError(
    "calibration-impossible",
    `The runs are of different services: ${labels[0]}, but also ${other}.`,
  );
}

/**
 * What lies between user and service: the splitter's CPU demand, and all other time. With a stream, drawn anew from the
 * loads: how much they differ is how little is known.
 */
function pathOf(
  points: readonly LoadPoint[],
  uniform?: Uniform,
): Pick<ProfileDraw, "splitterMs" | "networkMs"> {
  const splitterSeconds = points.map(({ splitterSeconds: seconds }) =>
    uniform === undefined ? seconds : drawAgain(seconds, uniform),
  );
  const splitterMs = cpuDemand(splitterSeconds)?.msPerRequest ?? 0;
  const drawn =
    uniform === undefined
      ? points
      : points.flatMap(() => points.slice(indexBelow(points.length, uniform)).slice(0, 1));
  const requests = drawn.reduce((sum, point) => sum + weightOf(point), 0);
  const pathMs = drawn.reduce((sum, point) => sum + weightOf(point) * point.pathMs, 0) / requests;
  return { splitterMs: roundedTo6(splitterMs), networkMs: roundedTo6(Math.max(0, pathMs - splitterMs)) };
}

function weightOf({ ratePerSecond, result }: LoadPoint): number {
  return ratePerSecond * result.totals.durationMs;
}

function indexBelow(length: number, uniform: Uniform): number {
  return Math.min(length - 1, Math.floor(uniform() * length));
}

function storesOf(points: readonly LoadPoint[], whose: keyof LoadPoint["stores"]) {
  const loads = points.map(({ stores }) => stores[whose]);
  return storeDemand(loads, { seed, stream: whose, count: drawCount });
}

function storeCpuDemand(points: readonly LoadPoint[]) {
  const demand = cpuDemand(points.map(({ storeSeconds }) => storeSeconds))?.msPerRequest;
  if (demand === undefined) return undefined;
  const draws = Array.from({ length: drawCount }, (_, index) => {
    const uniform = randomStream(seed, "stores", index);
    return cpuDemand(points.map(({ storeSeconds }) => drawAgain(storeSeconds, uniform)))?.msPerRequest ?? 0;
  });
  return estimateFrom(roundedTo6(demand), draws, (draw) => draw);
}

function notesOf(points: readonly LoadPoint[]): readonly string[] {
  const doubtful = points.filter(({ result }) => result.validity.state !== "VALID");
  return [
    ...(points.length === 1
      ? ["One load only: what a service uses at rest can't be told from what requests take."]
      : []),
    ...doubtful.map(
      ({ result, ratePerSecond }) =>
        `The run at ${Math.round(ratePerSecond)}/s is ${result.validity.state}: ${result.validity.reasons[0] ?? "no reason given"}`,
    ),
  ];
}
