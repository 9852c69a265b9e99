import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { UserError } from "../../base/errors.ts";
import type { RealDatabasePlan } from "../../scenario/stores-plan.ts";
import { contraction, creation, expansion } from "./database-schema.ts";
import { clientSettings, type DatabasePlace } from "./store-places.ts";

const connectPatienceMs = 10_000;
const connectAgainMs = 100;

/**
 * Makes this run's own PostgreSQL schema, in the state in which both versions can work with it.
 *
 * @returns how many connections the server accepts
 * @throws UserError `target-unreachable` when it can't be reached or refuses
 */
export async function prepareDatabase(place: DatabasePlace, plan: RealDatabasePlan): Promise<number> {
  return await withClient(place, async (client) => {
    for (const statement of [...creation(plan, place.schema), ...expansion(plan)])
      await client.query(statement);
    const { rows } = await client.query("SHOW max_connections");
    return Number(rows[0]?.max_connections);
  });
}

/** The last step of the change of schema, for when old is gone. */
export async function contractDatabase(place: DatabasePlace, plan: RealDatabasePlan): Promise<void> {
  await withClient(place, async (client) => {
    for (const statement of contraction(plan)) await client.query(statement);
  });
}

/** Removes what the run has made. */
export async function removeSchema(place: DatabasePlace): Promise<void> {
  await withClient(place, (client) => client.query(`DROP SCHEMA IF EXISTS ${place.schema} CASCADE`));
}

async function withClient<T>(place: DatabasePlace, work: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectClient(place);
  try {
    return await work(client);
  } catch (error) {
    throw unreachable(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A server that has just been started refuses for a moment, with class 57 or a reset connection. */
export async function connectClient(place: DatabasePlace): Promise<Client> {
  const deadlineMs = performance.now() + connectPatienceMs;
  for (;;) {
    const client = new Client({ ...clientSettings(place), connectionTimeoutMillis: connectPatienceMs });
    // A connection that breaks later fails the query that is under way, or the next one.
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (performance.now() > deadlineMs || !isStarting(error)) throw unreachable(error);
      await sleep(connectAgainMs);
    }
  }
}

function isStarting(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return code.startsWith("57") || code === "ECONNRESET" || code === "ECONNREFUSED" || code === "ENOENT";
}

function unreachable(error: unknown): UserError {
  const words = error instanceof Error ? error.message : String(error);
  return new UserError("target-unreachable", `The database can't be used: ${words}.`);
}
