import type { Version } from "../../src/base/version.ts";
import type { StartMock } from "../../src/measure/mock-messages.ts";
import type { RealStores } from "../../src/measure/stores/store-places.ts";
import type { RealCachePlan, RealDatabasePlan } from "../../src/scenario/stores-plan.ts";

/** What a service must know to keep its data. */
export type StorageSetup = {
  readonly places: RealStores;
  readonly plan: RealDatabasePlan;
  readonly cachePlan: RealCachePlan | undefined;
  readonly readsPerRequest: number;
  readonly writeShare: number;
  readonly version: Version;
  readonly seed: number;
  readonly replica: number;
};

/** @returns undefined where the stores are modelled, or there are none */
export function storageSetup({
  stores,
  realStores,
  version,
  seed,
  replica,
}: StartMock): StorageSetup | undefined {
  const { database, cache } = stores;
  if (realStores === undefined || database?.real === undefined) return undefined;
  return {
    places: realStores,
    plan: database.real,
    cachePlan: cache?.real,
    readsPerRequest: database.readsPerRequest,
    writeShare: database.writeShare,
    version,
    seed,
    replica,
  };
}
