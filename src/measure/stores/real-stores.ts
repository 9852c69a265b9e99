import { randomBytes } from "node:crypto";
import { type PerVersion, perVersion, type Version } from "../../base/version.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import type { RealDatabasePlan } from "../../scenario/stores-plan.ts";
import type { FaultProxies } from "../fault-proxy/fault-proxies.ts";
import { contractDatabase, prepareDatabase, removeSchema } from "./prepare-database.ts";
import { type StoreKeeper, startKeeper } from "./store-keeper.ts";
import type { DisturbStore } from "./store-messages.ts";
import type { CachePlace, DatabasePlace, RealStores } from "./store-places.ts";

type StoreParts = Pick<
  RunStores,
  "plan" | "isShared" | "keepers" | "databases" | "cache" | "maxConnections"
> & {
  readonly reached: ReachedStores;
};

/** Where mocks reach the stores: by way of fault proxies, where there are any. What checks the data never does. */
type ReachedStores = { readonly databases: PerVersion<DatabasePlace>; readonly cacheUrl: string | undefined };

/** The real stores of a run: started for it, or reached by url with a schema of its own. */
export class RunStores {
  readonly plan: RealDatabasePlan;
  readonly isShared: boolean;
  readonly keepers: readonly StoreKeeper[];
  readonly databases: PerVersion<DatabasePlace>;
  readonly cache: CachePlace | undefined;
  /** Connections that the smaller server accepts. */
  readonly maxConnections: number;
  readonly #reached: ReachedStores;

  private constructor(stores: StoreParts) {
    this.plan = stores.plan;
    this.isShared = stores.isShared;
    this.keepers = stores.keepers;
    this.databases = stores.databases;
    this.cache = stores.cache;
    this.maxConnections = stores.maxConnections;
    this.#reached = stores.reached;
  }

  /**
   * Starts what is to be started and fills the databases.
   *
   * @param proxies - put before those that have faults which only a proxy can make
   * @returns undefined where the scenario's stores are modelled
   * @throws UserError when one of them can't start or be used; nothing is left running
   */
  static async start(plan: RunPlan, proxies: FaultProxies): Promise<RunStores | undefined> {
    const { database, cache } = plan.stores;
    if (database?.real === undefined) return undefined;
    const { real } = database;
    const isShared = database.topology === "shared";
    const schema = `twinlane_${randomBytes(6).toString("hex")}`;
    const keepers: StoreKeeper[] = [];
    const keep = async (keeper: Promise<StoreKeeper>): Promise<string> => {
      const started = await keeper;
      keepers.push(started);
      return started.url;
    };
    try {
      const urls = await databaseUrls(real, isShared, keep);
      const databases = perVersion((version) => ({ url: urls[version], schema }));
      const limits = await Promise.all(
        (isShared ? [databases.old] : [databases.old, databases.new]).map((place) =>
          prepareDatabase(place, real),
        ),
      );
      const cachePlace = cache?.real && {
        url: await cacheUrl(cache.real.source, keep),
        prefix: `${schema}:`,
      };
      return new RunStores({
        plan: real,
        isShared,
        keepers,
        databases,
        cache: cachePlace,
        reached: {
          databases: await reachedDatabases(databases, isShared, proxies),
          cacheUrl: cachePlace && (await reachedCache(cachePlace, proxies)),
        },
        maxConnections: Math.min(...limits),
      });
    } catch (error) {
      await Promise.all(keepers.map((keeper) => keeper.stop()));
      throw error;
    }
  }

  /** The databases, each once. */
  get distinct(): readonly DatabasePlace[] {
    return this.isShared ? [this.databases.old] : [this.databases.old, this.databases.new];
  }

  placesOf(version: Version): RealStores {
    const { databases, cacheUrl } = this.#reached;
    const other = databases[version === "old" ? "new" : "old"];
    return {
      database: databases[version],
      other: this.isShared ? undefined : other,
      // Rows of two databases are two things, even where they should be the same.
      cache: this.cache && {
        url: cacheUrl ?? this.cache.url,
        prefix: this.isShared ? this.cache.prefix : `${this.cache.prefix}${version}:`,
      },
    };
  }

  /** What happens to the databases or to the cache, where they were started for the run. */
  async disturb(store: "database" | "cache", what: DisturbStore["what"]): Promise<void> {
    const hit = this.keepers.filter(({ name }) => name.startsWith(store));
    await Promise.all(hit.map((keeper) => keeper.disturb(what)));
  }

  /** Finishes the change of schema, for when old is gone; says how that went. */
  async contract(): Promise<string> {
    try {
      await Promise.all(this.distinct.map((place) => contractDatabase(place, this.plan)));
      return "the schema was contracted: what only new writes must be given from now on";
    } catch (error) {
      return `the schema could not be contracted: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  async stop(): Promise<void> {
    if (this.plan.source.kind === "url") {
      // A database that can't be reached any more keeps the schema; its name says whose it was.
      await Promise.all(this.distinct.map((place) => removeSchema(place).catch(() => undefined)));
    }
    await Promise.all(this.keepers.map((keeper) => keeper.stop()));
  }
}

type Keep = (keeper: Promise<StoreKeeper>) => Promise<string>;

async function databaseUrls(
  { source }: RealDatabasePlan,
  isShared: boolean,
  keep: Keep,
): Promise<PerVersion<string>> {
  if (source.kind === "url") return source.urls;
  const { maxConnections } = source;
  const start = (name: string) => keep(startKeeper({ name, store: "postgres", maxConnections }));
  if (!isShared) return { old: await start("database-old"), new: await start("database-new") };
  const shared = await start("database");
  return { old: shared, new: shared };
}

async function reachedDatabases(
  { old, new: young }: PerVersion<DatabasePlace>,
  isShared: boolean,
  proxies: FaultProxies,
): Promise<PerVersion<DatabasePlace>> {
  const reached = async (name: string, { url, schema }: DatabasePlace): Promise<DatabasePlace> => ({
    url: await proxies.before({ target: "database", name, protocol: "postgres", url }),
    schema,
  });
  if (!isShared)
    return { old: await reached("database-old", old), new: await reached("database-new", young) };
  const shared = await reached("database", old);
  return { old: shared, new: shared };
}

async function reachedCache({ url }: CachePlace, proxies: FaultProxies): Promise<string> {
  return await proxies.before({ target: "cache", name: "cache", protocol: "redis", url });
}

type CacheSource = NonNullable<NonNullable<RunPlan["stores"]["cache"]>["real"]>["source"];

async function cacheUrl(source: CacheSource, keep: Keep): Promise<string> {
  if (source.kind === "url") return source.urls;
  return await keep(startKeeper({ name: "cache", store: "redis", maxConnections: source.maxConnections }));
}
