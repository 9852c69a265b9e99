import { invariant } from "../base/invariant.ts";
import { type PerVersion, perVersion } from "../base/version.ts";
import type { StoresSection } from "./service-schema.ts";

/** A PostgreSQL behind the mocks. */
export type RealDatabasePlan = {
  readonly source: StoreSource<PerVersion<string>>;
  readonly content: "items" | "bank";
  /** Items or accounts. */
  readonly rows: number;
  /** Connections that each process of a version keeps at most. */
  readonly poolSize: number;
};

/** A Redis before it. */
export type RealCachePlan = { readonly source: StoreSource<string>; readonly ttlMs: number };

/** Started for the run, or there already. */
export type StoreSource<Urls> =
  | { readonly kind: "spawn"; readonly maxConnections: number }
  | { readonly kind: "url"; readonly urls: Urls };

/** Connections that a Redis started for the run accepts: far more than all pools together. */
const redisConnections = 1000;

const defaultTtlMs = 60_000;

export function planRealDatabase(database: NonNullable<StoresSection["database"]>): RealDatabasePlan {
  const { url, spawn, content, rows, poolSize, maxConnections } = database;
  invariant((url === undefined) === (spawn === true), "a real database has a url or is started");
  const urls = typeof url === "object" ? url : perVersion(() => url ?? "");
  return {
    source: spawn === true ? { kind: "spawn", maxConnections } : { kind: "url", urls },
    content,
    rows,
    poolSize,
  };
}

export function planRealCache({ url, spawn, ttl }: NonNullable<StoresSection["cache"]>): RealCachePlan {
  invariant((url === undefined) === (spawn === true), "a real cache has a url or is started");
  return {
    source:
      url === undefined ? { kind: "spawn", maxConnections: redisConnections } : { kind: "url", urls: url },
    ttlMs: ttl ?? defaultTtlMs,
  };
}
