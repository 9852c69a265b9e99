import type { Version } from "../base/version.ts";
import type { StoresPlan } from "../scenario/service-plan.ts";
import { firstReport, type OwnProcess, startProcess } from "./child-process.ts";
import {
  type Address,
  type FromDatabase,
  type HangProcess,
  needsDatabaseProcess,
  type SetDatabaseFault,
  type StartDatabase,
  type ToDatabase,
} from "./mock-messages.ts";
import type { ProcessGroup } from "./process-group.ts";

const startPatienceMs = 15_000;
const host = "127.0.0.1";

type RunningDatabase = {
  readonly child: OwnProcess<ToDatabase, FromDatabase>;
  /** With the port that it got. */
  readonly start: StartDatabase;
};

/** The databases of a run that are modelled with a limit, and therefore are processes. */
export class ModelledDatabases {
  readonly #group: ProcessGroup;
  readonly #databases: RunningDatabase[] = [];

  constructor(group: ProcessGroup) {
    this.#group = group;
  }

  /**
   * A shared database is one process for both versions, separate ones are one each.
   *
   * @param replicas - read replicas of each primary, in the same process
   * @returns where each version's listens, undefined where there is no process
   * @throws UserError when one can't start
   */
  async start(
    stores: StoresPlan,
    replicas: number,
  ): Promise<{ readonly [version in Version]: Address | undefined }> {
    const { database } = stores;
    const limitPerSecond = database?.limitPerSecond;
    if (database === undefined || limitPerSecond === undefined || !needsDatabaseProcess(stores)) {
      return { old: undefined, new: undefined };
    }
    const { readMs, writeMs } = database;
    const listen = { host, port: 0 };
    const message: StartDatabase = { type: "start", limitPerSecond, readMs, writeMs, replicas, listen };
    if (database.topology === "separate") {
      return {
        old: await this.#startOne("database-old", message),
        new: await this.#startOne("database-new", message),
      };
    }
    const shared = await this.#startOne("database", message);
    return { old: shared, new: shared };
  }

  /** Ends them at once, as a crash would. */
  async crash(): Promise<void> {
    await this.#group.crash(this.#databases.map(({ child }) => child));
  }

  /** Starts them again, at the addresses they had. */
  async restart(): Promise<void> {
    const crashed = this.#databases.splice(0);
    await Promise.all(crashed.map(({ child, start }) => this.#startOne(child.name, start)));
  }

  tell(message: SetDatabaseFault | HangProcess): void {
    for (const { child } of this.#databases) child.send(message);
  }

  async #startOne(name: string, start: StartDatabase): Promise<Address> {
    const entry = "mock-services/database/main";
    const child = startProcess<ToDatabase, FromDatabase>({ name, role: "store", entry });
    this.#group.add(child);
    child.send(start);
    const { port } = await firstReport(child, "listening", startPatienceMs);
    const listen = { host, port };
    this.#databases.push({ child, start: { ...start, listen } });
    return listen;
  }
}
