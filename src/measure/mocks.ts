import type { Version } from "../base/version.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { MockPlan } from "../scenario/service-plan.ts";
import { type AnyProcess, firstReport, type OwnProcess, startProcess } from "./child-process.ts";
import type {
  Address,
  CallSecond,
  FromMock,
  MockStats,
  SetMockFault,
  StartMock,
  ToMock,
  UseQueue,
} from "./mock-messages.ts";
import type { ProcessGroup } from "./process-group.ts";
import type { StorageFault } from "./stores/storage-messages.ts";
import type { RealStores } from "./stores/store-places.ts";

const startPatienceMs = 15_000;
const anyPort: Address = { host: "127.0.0.1", port: 0 };

/** Where a version's mocks find their stores, and themselves are found. */
export type MockSetup = {
  /** The modelled database, where it is a process. */
  readonly database: Address | undefined;
  readonly real: RealStores | undefined;
  readonly listen?: Address;
};

/** What a version's process is told, by its number from 0. */
type FaultOfReplica = (replica: number) => Omit<SetMockFault, "type">;

type OnMockStats = (stats: MockStats, mock: AnyProcess) => void;

/** The mocks of a run, one process a replica. */
export class Mocks {
  readonly #plan: RunPlan;
  readonly #group: ProcessGroup;
  /** Those that ended are among them; what is sent to them is lost. */
  readonly #processes = new Map<OwnProcess<ToMock, FromMock>, StartMock>();
  readonly #started: { [version in Version]: readonly StartMock[] } = { old: [], new: [] };
  /** What each version's mocks were last told, for those that start later. */
  readonly #faults: { [version in Version]?: FaultOfReplica } = {};
  #storageFault: StorageFault | undefined;
  /** What stands behind the mocks, for those that start later. */
  readonly #behind: (CallSecond | UseQueue)[] = [];
  readonly #onStats: OnMockStats[] = [];

  constructor(plan: RunPlan, group: ProcessGroup) {
    this.#plan = plan;
    this.#group = group;
  }

  /**
   * @param setup - `listen`: of the first replica; the others take any free port
   * @throws UserError when one of them can't start
   */
  async start(version: Version, mock: MockPlan, setup: MockSetup): Promise<void> {
    const replicas = Array.from({ length: mock.replicas }, (_, replica) => replica);
    this.#started[version] = await Promise.all(
      replicas.map((replica) =>
        this.#startOne({
          ...this.#message(version, mock, setup),
          replica,
          listen: replica === 0 && setup.listen !== undefined ? setup.listen : anyPort,
        }),
      ),
    );
  }

  /** Base URLs, one for each replica. */
  urlsOf(version: Version): readonly string[] {
    return this.#started[version].map(({ listen }) => `http://${listen.host}:${listen.port}`);
  }

  /** Ends all mocks of a version at once, as a crash would. */
  async crash(version: Version): Promise<void> {
    await this.#group.crash(this.#runningOf(version));
  }

  /** Starts the mocks of a version again, at the addresses they had; `cold`: slow at first. */
  async restart(version: Version, cold?: NonNullable<MockPlan["coldStart"]>): Promise<void> {
    const starts = this.#started[version].map((start) =>
      cold === undefined ? start : { ...start, mock: { ...start.mock, coldStart: cold } },
    );
    await Promise.all(starts.map((start) => this.#startOne(start)));
  }

  /** Takes a version away for good, in order: what it has under way, it finishes. */
  async retire(version: Version): Promise<void> {
    await this.#group.stop(this.#runningOf(version));
  }

  /** The mocks of a version stand still; undefined: until they are ended. */
  hang(version: Version, forMs: number | undefined): void {
    for (const mock of this.#processes.keys()) if (mock.role === version) mock.send({ type: "hang", forMs });
  }

  /** The trouble of a version's mocks from now on, of those started later too; absent values are back to normal. */
  disturb(version: Version, faultOf: FaultOfReplica): void {
    this.#faults[version] = faultOf;
    for (const [mock, start] of this.#processes) {
      if (start.version === version) mock.send({ type: "fault", ...faultOf(start.replica) });
    }
  }

  /** Trouble between the databases of the two versions, for mocks that start later too; absent values are back to normal. */
  disturbStorage(fault: StorageFault): void {
    this.#storageFault = fault;
    for (const mock of this.#processes.keys()) mock.send({ type: "storage-fault", fault });
  }

  /** Called with what every mock tells each second, of those started later too. */
  onStats(listener: OnMockStats): void {
    this.#onStats.push(listener);
  }

  /** Tells all mocks what stands behind them, those started later too. */
  putBehind(message: CallSecond | UseQueue): void {
    this.#behind.push(message);
    for (const mock of this.#processes.keys()) mock.send(message);
  }

  #runningOf(version: Version) {
    return this.#group.running.filter((process) => process.role === version);
  }

  #message(
    version: Version,
    mock: MockPlan,
    { database, real }: MockSetup,
  ): Omit<StartMock, "replica" | "listen"> {
    const { services, seed, stores, secondService, queue } = this.#plan;
    const { label, health } = services[version];
    return {
      type: "start",
      version,
      label,
      seed,
      mock,
      stores,
      healthPath: health.path,
      database,
      ...(real !== undefined && { realStores: real }),
      ...(secondService !== undefined && { second: secondService }),
      ...(queue !== undefined && { queue }),
      headerControl: false,
    };
  }

  /** @returns the message with the port that the mock got, so that it can be started there again */
  async #startOne(start: StartMock): Promise<StartMock> {
    const name = `${start.version}-${start.replica + 1}`;
    const child = startProcess<ToMock, FromMock>({ name, role: start.version, entry: "mock-services/main" });
    this.#processes.set(child, start);
    child.onReport((report) => {
      if (report.type === "stats") for (const listener of this.#onStats) listener(report, child);
    });
    this.#group.add(child);
    child.send(start);
    const { port } = await firstReport(child, "listening", startPatienceMs);
    const faultOf = this.#faults[start.version];
    if (faultOf !== undefined) child.send({ type: "fault", ...faultOf(start.replica) });
    for (const message of this.#behind) child.send(message);
    if (this.#storageFault !== undefined) child.send({ type: "storage-fault", fault: this.#storageFault });
    return { ...start, listen: { ...start.listen, port } };
  }
}
