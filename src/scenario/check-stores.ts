import { driftKinds } from "./fault-schema.ts";
import type { Report } from "./finding.ts";
import type { Scenario } from "./schema.ts";

const protocols = { database: ["postgresql:", "postgres:"], cache: ["redis:"] } as const;

/** How the stores' own parts must fit together, and which trouble they can be given. */
export function checkStores(scenario: Scenario, report: Report): void {
  checkDatabase(scenario, report);
  checkCache(scenario, report);
  checkDrift(scenario, report);
}

function checkDatabase({ stores: { database }, services }: Scenario, report: Report): void {
  if (database === undefined) return;
  const path = ["stores", "database"];
  if (database.kind !== "postgres") {
    refuseReal("database", database, report);
    return;
  }
  checkSource("database", database, report);
  const { url, topology, rows, content } = database;
  if (typeof url === "object" && topology === "shared")
    report([...path, "url"], "names two databases for one that is shared; set topology: separate");
  if (typeof url === "string" && topology === "separate")
    report([...path, "url"], "names one database for two; give url: { old: …, new: … }");
  for (const each of typeof url === "object" ? [url.old, url.new] : [url]) checkUrl("database", each, report);
  if (content === "bank" && rows < 2) report([...path, "rows"], "a transfer needs two accounts");
  if (rows > mostRows)
    report([...path, "rows"], `a real database is filled for each run, with at most ${mostRows} rows`);
  if (services.old.url !== undefined && services.new.url !== undefined)
    report([...path, "kind"], "stands behind mocks; real services bring their own");
}

/** Filled in some seconds. */
const mostRows = 1_000_000;

function checkCache({ stores: { cache, database } }: Scenario, report: Report): void {
  if (cache === undefined) return;
  if (cache.kind !== "redis") {
    if (database?.kind === "postgres")
      report(["stores", "cache", "kind"], "a modelled cache can't hold rows of a real database; take redis");
    refuseReal("cache", cache, report);
    return;
  }
  checkSource("cache", cache, report);
  checkUrl("cache", cache.url, report);
  if (database?.kind !== "postgres")
    report(["stores", "cache", "kind"], "a real cache holds rows of a real database; set it to postgres");
}

type Source = { readonly url?: unknown; readonly spawn?: boolean | undefined };

function refuseReal(store: "database" | "cache", { url, spawn }: Source, report: Report): void {
  const kind = store === "database" ? "postgres" : "redis";
  for (const [key, value] of Object.entries({ url, spawn }))
    if (value !== undefined) report(["stores", store, key], `is for a real one; set kind: ${kind}`);
}

function checkSource(store: "database" | "cache", { url, spawn }: Source, report: Report): void {
  const path = ["stores", store];
  if (url !== undefined && spawn === true)
    report([...path, "spawn"], "stands beside a url; it is one or the other");
  if (url === undefined && spawn !== true) report(path, "says not where it is; give spawn: true or a url");
}

function checkUrl(store: "database" | "cache", url: string | undefined, report: Report): void {
  if (url === undefined) return;
  const path = ["stores", store, "url"];
  const parsed = URL.parse(url);
  const known: readonly string[] = protocols[store];
  if (parsed === null || !known.includes(parsed.protocol)) report(path, `must start with ${known[0]}//`);
  if (parsed === null || parsed.password === "") return;
  const variable = store === "database" ? "PGPASSWORD" : "REDIS_PASSWORD";
  report(path, `must not hold a password, which would stand in every report; set ${variable}`);
}

function checkDrift({ faults, stores: { database } }: Scenario, report: Report): void {
  for (const [index, { kind }] of faults.entries()) {
    if (!driftKinds.has(kind)) continue;
    if (database?.kind !== "postgres" || database.topology !== "separate")
      report(["faults", index, "kind"], "needs two real databases: kind: postgres, topology: separate");
  }
}
