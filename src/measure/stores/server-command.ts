import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../../base/errors.ts";
import { assertNever } from "../../base/invariant.ts";
import { embeddedPostgresFolders } from "./embedded-postgres.ts";
import { findProgram } from "./find-program.ts";
import type { StartStore } from "./store-messages.ts";
import type { UserIds } from "./unprivileged-user.ts";

const run = promisify(execFile);
const initialisePatienceMs = 60_000;

/** A server ready to be started, any number of times, on what lies in its directory. */
export type ServerCommand = {
  readonly file: string;
  readonly args: readonly string[];
  /** How clients reach it. */
  readonly url: string;
  /** The socket that appears once it listens. */
  readonly socket: string;
  /** Ends it at once, helpers included: what it had under way is lost, what it had promised is kept. */
  readonly crashSignal: NodeJS.Signals;
};

/**
 * Prepares an empty directory, which belongs to `user`, for a server.
 *
 * @throws UserError `store-missing` or `process-failed`
 */
export async function prepareServer(
  { store, maxConnections }: StartStore,
  directory: string,
  user: UserIds | undefined,
): Promise<ServerCommand> {
  switch (store) {
    case "postgres":
      return await preparePostgres({ directory, maxConnections, user });
    case "redis":
      return await prepareRedis(directory, maxConnections);
    default:
      return assertNever(store);
  }
}

type Postgres = {
  readonly directory: string;
  readonly maxConnections: number;
  readonly user: UserIds | undefined;
};

/**
 * PostgreSQL with its own defaults, so that a commit is on the disk when it is answered: fsync, synchronous_commit
 * and full_page_writes stay on. Only the making of the empty cluster is not synced. It listens on a socket in a
 * directory that only its user may enter, and on no port; whoever reaches that needs no password.
 */
async function preparePostgres({ directory, maxConnections, user }: Postgres): Promise<ServerCommand> {
  const embedded = embeddedPostgresFolders();
  const [initdb, postgres] = [await findProgram("initdb", embedded), await findProgram("postgres", embedded)];
  const data = join(directory, "data");
  const args = ["-D", data, "-U", "twinlane", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
  try {
    await run(initdb, args, { ...user, cwd: directory, timeout: initialisePatienceMs });
  } catch (error) {
    const words = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new UserError("process-failed", `${words.trim()}\ninitdb could not make a database in ${data}.`);
  }
  const settings = {
    listen_addresses: "",
    unix_socket_directories: directory,
    unix_socket_permissions: "0700",
    max_connections: String(maxConnections),
    logging_collector: "off",
  };
  return {
    file: postgres,
    args: ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    url: `postgresql://twinlane@localhost/postgres?host=${encodeURIComponent(directory)}`,
    socket: join(directory, ".s.PGSQL.5432"),
    // "Immediate": killed outright, the postmaster would leave its backends to find out by themselves.
    crashSignal: "SIGQUIT",
  };
}

/** Redis as a cache: nothing on the disk, the least recently used goes when its memory is full. */
async function prepareRedis(directory: string, maxConnections: number): Promise<ServerCommand> {
  const socket = join(directory, "redis.sock");
  const settings = {
    port: "0",
    unixsocket: socket,
    unixsocketperm: "700",
    save: "",
    appendonly: "no",
    maxclients: String(maxConnections),
    maxmemory: "256mb",
    "maxmemory-policy": "allkeys-lru",
    dir: directory,
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return { file: await findProgram("redis-server"), args, url: socket, socket, crashSignal: "SIGKILL" };
}
