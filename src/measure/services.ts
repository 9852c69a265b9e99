import { UserError } from "../base/errors.ts";
import { invariant } from "../base/invariant.ts";
import { type PerVersion, type Version, versions } from "../base/version.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { MockPlan } from "../scenario/service-plan.ts";
import { type AnyProcess, endProcess, firstReport, type OwnProcess, startProcess } from "./child-process.ts";
import {
  type Address,
  type FromDatabase,
  type FromMock,
  type HangProcess,
  type MockStats,
  needsDatabaseProcess,
  type SetDatabaseFault,
  type SetMockFault,
  type StartDatabase,
  type StartMock,
  type StopProcess,
  type ToDatabase,
  type ToMock,
} from "./mock-messages.ts";
import { RunStores } from "./stores/real-stores.ts";
import type { StorageFault } from "./stores/storage-messages.ts";
import type { ResolvedTarget } from "./target.ts";

const startPatienceMs = 15_000;
const stopPatienceMs = 2000;
const drainMs = 500;
const host = "127.0.0.1";

type RunningDatabase = {
  readonly child: OwnProcess<ToDatabase, FromDatabase>;
  /** With the port that it got. */
  readonly start: StartDatabase;
};

/** Called when a process ends that nobody here ended. */
export type OnUnexpectedEnd = (process: AnyProcess) => void;

/** What a version's process is told, by its number from 0. */
type FaultOfReplica = (replica: number) => Omit<SetMockFault, "type">;

type OnMockStats = (stats: MockStats, mock: AnyProcess) => void;

/** The services of a run: mocks that were started for it, or real ones that were there. */
export class Services {
  readonly #plan: RunPlan;
  readonly #onEnd: OnUnexpectedEnd;
  readonly #running = new Set<OwnProcess<StopProcess, unknown>>();
  /** Those that ended are among them; what is sent to them is lost. */
  readonly #mockProcesses = new Map<OwnProcess<ToMock, FromMock>, StartMock>();
  readonly #mocks: { [version in Version]: readonly StartMock[] } = { old: [], new: [] };
  /** What each version's mocks were last told, for those that start later. */
  readonly #faults: { [version in Version]?: FaultOfReplica } = {};
  readonly #databases: RunningDatabase[] = [];
  readonly #realUrls: { [version in Version]?: string } = {};
  #realStores: RunStores | undefined;
  #storageFault: StorageFault | undefined;
  #onMockStats: OnMockStats = () => undefined;

  private constructor(plan: RunPlan, onEnd: OnUnexpectedEnd) {
    this.#plan = plan;
    this.#onEnd = onEnd;
  }

  /**
   * Starts stores and mocks, and waits until they listen.
   *
   * @param targets - the real services, looked up
   * @throws UserError when one of them can't start; the others are ended first
   */
  static async start(
    plan: RunPlan,
    targets: { readonly [version in Version]?: ResolvedTarget },
    onEnd: OnUnexpectedEnd,
  ): Promise<Services> {
    const services = new Services(plan, onEnd);
    try {
      services.#realStores = await RunStores.start(plan);
      const databases = await services.#startDatabases();
      for (const version of versions) {
        const { target } = plan.services[version];
        if (target.kind === "url") {
          services.#realUrls[version] = targets[version]?.url ?? target.url;
          continue;
        }
        const starts = services.#startMessages(version, target.mock, databases[version]);
        services.#mocks[version] = await Promise.all(starts.map((start) => services.#startMock(start)));
      }
      return services;
    } catch (error) {
      await services.stop();
      throw error;
    }
  }

  /**
   * Starts the mock of one version alone, at a given address, with the stores it needs.
   *
   * @throws UserError when the version is a real service, or can't start
   */
  static async startOne(plan: RunPlan, version: Version, listen: Address): Promise<Services> {
    const { target } = plan.services[version];
    if (target.kind === "url") {
      throw new UserError(
        "usage",
        `${version} is a real service at ${target.url}; only mocks can be started.`,
      );
    }
    const services = new Services(plan, () => undefined);
    try {
      services.#realStores = await RunStores.start(plan);
      const databases = await services.#startDatabases();
      const [first] = services.#startMessages(version, target.mock, databases[version]);
      invariant(first !== undefined, "a mock has at least one replica");
      services.#mocks[version] = [await services.#startMock({ ...first, listen })];
      return services;
    } catch (error) {
      await services.stop();
      throw error;
    }
  }

  /** Base URLs by version, one for each replica. */
  get urls(): PerVersion<readonly string[]> {
    const urlsOf = (version: Version) => {
      const real = this.#realUrls[version];
      return real === undefined
        ? this.#mocks[version].map(({ listen }) => `http://${listen.host}:${listen.port}`)
        : [real];
    };
    return { old: urlsOf("old"), new: urlsOf("new") };
  }

  /** What runs now. */
  get processes(): readonly AnyProcess[] {
    return [...this.#running];
  }

  /** Ends all mocks of a version at once, as a crash would. */
  async crash(version: Version): Promise<void> {
    const crashed = [...this.#running].filter((process) => process.role === version);
    await Promise.all(crashed.map((process) => this.#end(process, undefined)));
  }

  /** Starts the mocks of a version again, at the addresses they had; `cold`: slow at first. */
  async restart(version: Version, cold?: NonNullable<MockPlan["coldStart"]>): Promise<void> {
    const starts = this.#mocks[version].map((start) =>
      cold === undefined ? start : { ...start, mock: { ...start.mock, coldStart: cold } },
    );
    await Promise.all(starts.map((start) => this.#startMock(start)));
  }

  /** The mocks of a version stand still; undefined: until they are ended. */
  hang(version: Version, forMs: number | undefined): void {
    for (const mock of this.#mockProcesses.keys())
      if (mock.role === version) mock.send({ type: "hang", forMs });
  }

  /** Ends the modelled databases at once, as a crash would. */
  async crashDatabases(): Promise<void> {
    await Promise.all(this.#databases.map(({ child }) => this.#end(child, undefined)));
  }

  /** Starts them again, at the addresses they had. */
  async restartDatabases(): Promise<void> {
    const crashed = this.#databases.splice(0);
    await Promise.all(crashed.map(({ child, start }) => this.#startDatabase(child.name, start)));
  }

  tellDatabases(message: SetDatabaseFault | HangProcess): void {
    for (const { child } of this.#databases) child.send(message);
  }

  /** Takes a version away for good, in order: what it has under way, it finishes. */
  async retire(version: Version): Promise<void> {
    const retired = [...this.#running].filter((process) => process.role === version);
    await Promise.all(retired.map((process) => this.#end(process, { type: "stop", drainMs })));
  }

  /** The trouble of a version's mocks from now on, of those started later too; absent values are back to normal. */
  disturb(version: Version, faultOf: FaultOfReplica): void {
    this.#faults[version] = faultOf;
    for (const [mock, start] of this.#mockProcesses) {
      if (start.version === version) mock.send({ type: "fault", ...faultOf(start.replica) });
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((process) => this.#end(process, { type: "stop", drainMs })));
    await this.#realStores?.stop();
  }

  /** Undefined where they are modelled. */
  get realStores(): RunStores | undefined {
    return this.#realStores;
  }

  /** Called with what every mock tells each second, of those started later too; there is one listener. */
  onMockStats(listener: OnMockStats): void {
    this.#onMockStats = listener;
  }

  /** Trouble between the databases of the two versions, for mocks that start later too; absent values are back to normal. */
  disturbStorage(fault: StorageFault): void {
    this.#storageFault = fault;
    for (const mock of this.#mockProcesses.keys()) mock.send({ type: "storage-fault", fault });
  }

  /** A shared database is one process for both versions, separate ones are one each. */
  async #startDatabases(): Promise<{ readonly [version in Version]: Address | undefined }> {
    const { database } = this.#plan.stores;
    const limitPerSecond = database?.limitPerSecond;
    if (database === undefined || limitPerSecond === undefined || !needsDatabaseProcess(this.#plan.stores)) {
      return { old: undefined, new: undefined };
    }
    const { readMs, writeMs } = database;
    const listen = { host, port: 0 };
    const message: StartDatabase = { type: "start", limitPerSecond, readMs, writeMs, listen };
    const start = (name: string) => this.#startDatabase(name, message);
    if (database.topology === "separate") {
      return { old: await start("database-old"), new: await start("database-new") };
    }
    const shared = await start("database");
    return { old: shared, new: shared };
  }

  async #startDatabase(name: string, start: StartDatabase): Promise<Address> {
    const entry = "mock-services/database/main";
    const child = startProcess<ToDatabase, FromDatabase>({ name, role: "store", entry });
    this.#watch(child);
    child.send(start);
    const { port } = await firstReport(child, "listening", startPatienceMs);
    const listen = { host, port };
    this.#databases.push({ child, start: { ...start, listen } });
    return listen;
  }

  #startMessages(version: Version, mock: MockPlan, database: Address | undefined): readonly StartMock[] {
    const { label, health } = this.#plan.services[version];
    return Array.from(
      { length: mock.replicas },
      (_, replica): StartMock => ({
        type: "start",
        version,
        label,
        replica,
        seed: this.#plan.seed,
        mock,
        stores: this.#plan.stores,
        healthPath: health.path,
        listen: { host, port: 0 },
        database,
        ...(this.#realStores !== undefined && { realStores: this.#realStores.placesOf(version) }),
        headerControl: false,
      }),
    );
  }

  /** @returns the message with the port that the mock got, so that it can be started there again */
  async #startMock(start: StartMock): Promise<StartMock> {
    const name = `${start.version}-${start.replica + 1}`;
    const child = startProcess<ToMock, FromMock>({ name, role: start.version, entry: "mock-services/main" });
    this.#mockProcesses.set(child, start);
    child.onReport((report) => {
      if (report.type === "stats") this.#onMockStats(report, child);
    });
    this.#watch(child);
    child.send(start);
    const { port } = await firstReport(child, "listening", startPatienceMs);
    const faultOf = this.#faults[start.version];
    if (faultOf !== undefined) child.send({ type: "fault", ...faultOf(start.replica) });
    if (this.#storageFault !== undefined) child.send({ type: "storage-fault", fault: this.#storageFault });
    return { ...start, listen: { ...start.listen, port } };
  }

  #watch(child: OwnProcess<StopProcess, unknown>): void {
    this.#running.add(child);
    child.ended.then(() => {
      if (this.#running.delete(child)) this.#onEnd(child);
    });
  }

  async #end(child: OwnProcess<StopProcess, unknown>, stop: StopProcess | undefined): Promise<void> {
    this.#running.delete(child);
    await endProcess(child, stop, stop === undefined ? 0 : stopPatienceMs);
  }
}
