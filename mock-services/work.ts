import { systemClock } from "../src/base/clock.ts";
import { randomStream, type Uniform } from "../src/base/random.ts";
import type { SetMockFault, StartMock } from "../src/measure/mock-messages.ts";
import type { StoreUse } from "../src/result/store-use-schema.ts";
import { type ServiceTimeSampler, serviceTimeSampler } from "../src/workload/service-time.ts";
import type { CpuBurner } from "./cpu-burner.ts";
import type { DatabaseClient, QueryOutcome } from "./database/client.ts";
import type { ServiceClock } from "./service-clock.ts";
import type { Storage, StorageRequest } from "./storage/storage.ts";
import { StoreUseCounts } from "./store-use.ts";
import { type StoreVisit, storeVisits } from "./stores.ts";

/** What the work on one request came to. */
export type WorkResult = {
  readonly outcome:
    | "ok"
    | "injected-error"
    | "database-full"
    | "database-failed"
    | "database-lost"
    | "no-connection"
    | "second-failed";
  readonly cache: StoreVisit["cache"];
  /** Time of a real cache. */
  readonly cacheMs?: number | undefined;
  readonly databaseMs: number | undefined;
};

type Tools = {
  readonly serviceClock: ServiceClock;
  readonly burner: CpuBurner;
  readonly database: DatabaseClient | undefined;
  readonly storage: Storage | undefined;
};

const nothingStored: WorkResult = { outcome: "ok", cache: undefined, databaseMs: undefined };

/**
 * What a service does for a request while it holds a slot: its own time by the law, the CPU burned within that
 * time, then its stores. Slowness (after a start, or made on purpose) lengthens its own time and its CPU alike.
 * A process has one thread: the CPU of requests that are worked on at once is burned one after another.
 */
export class Work {
  readonly #start: StartMock;
  readonly #tools: Tools;
  readonly #sampleMs: ServiceTimeSampler;
  readonly #errorDraw: Uniform;
  readonly #wrongDraw: Uniform;
  readonly #visit: (() => StoreVisit) | undefined;
  readonly #storeUse: StoreUseCounts;
  readonly #startedMs = systemClock.nowMs();
  #fault: SetMockFault | undefined;

  constructor(start: StartMock, tools: Tools) {
    const { seed, version, replica, mock } = start;
    this.#start = start;
    this.#tools = tools;
    this.#sampleMs = serviceTimeSampler(
      mock.serviceTime,
      randomStream(seed, `service-time/${version}`, replica),
    );
    this.#errorDraw = randomStream(seed, `errors/${version}`, replica);
    this.#wrongDraw = randomStream(seed, `wrong-answers/${version}`, replica);
    this.#storeUse = new StoreUseCounts(start.stores);
    this.#visit = storeVisits(start.stores, {
      seed,
      stream: version,
      replica,
      isCacheOut: () => this.#fault?.isCacheOut ?? false,
    });
  }

  setFault(fault: SetMockFault): void {
    this.#fault = fault;
  }

  /** Whether the next answer is to have a wrong field. */
  drawWrong(): boolean {
    const share = this.#fault?.wrongShare ?? 0;
    return share > 0 && this.#wrongDraw() <= share;
  }

  /** Whether requests can be served at all. */
  get isHealthy(): boolean {
    return this.#tools.database?.isConnected ?? this.#tools.storage?.isReachable ?? true;
  }

  /** What was asked of the stores since the start; undefined where there are none. */
  get storeUse(): StoreUse | undefined {
    return this.#storeUse.use;
  }

  /** Works on one request; `done` is called at once where there is nothing to wait for. */
  begin(request: StorageRequest, done: (result: WorkResult) => void): void {
    const startMs = systemClock.nowMs();
    const slowness = this.#slowness(startMs);
    const ownMs = this.#sampleMs() * slowness;
    const cpuMs = this.#start.mock.cpuPerRequestMs * slowness;
    if (cpuMs > 0) this.#tools.burner.burn(cpuMs);
    const errorShare = this.#fault?.errorShare ?? this.#start.mock.errorShare;
    const isError = errorShare > 0 && this.#errorDraw() <= errorShare;
    const finish = (result: WorkResult) => done(isError ? { ...result, outcome: "injected-error" } : result);
    const { storage } = this.#tools;
    if (storage !== undefined)
      this.#wait(startMs + ownMs, () => void this.#visitStorage(storage, request).then(finish));
    else if (this.#visit === undefined) this.#wait(startMs + ownMs, () => finish(nothingStored));
    else this.#visitStores(this.#visit(), startMs + ownMs, finish);
  }

  /** Waits exactly as long as the request itself asked for. */
  delay(delayMs: number, done: (result: WorkResult) => void): void {
    this.#wait(systemClock.nowMs() + delayMs, () => done(nothingStored));
  }

  /** Works on a message for that long, beside the requests; longer where the service is slow. */
  onMessage(workMs: number, done: () => void): void {
    const startMs = systemClock.nowMs();
    this.#wait(startMs + workMs * this.#slowness(startMs), done);
  }

  async #visitStorage(storage: Storage, request: StorageRequest): Promise<WorkResult> {
    const { asked, ...result } = await storage.visit(request);
    this.#storeUse.add(asked);
    return result;
  }

  #visitStores(visit: StoreVisit, fromMs: number, finish: (result: WorkResult) => void): void {
    const { cache, cacheMs, reads, writes } = visit;
    const { database } = this.#start.stores;
    const askedMs = fromMs + cacheMs;
    const client = this.#tools.database;
    if (client !== undefined && reads + writes > 0) {
      this.#wait(askedMs, () => {
        const sentMs = systemClock.nowMs();
        client.query(reads, writes, (answer) => {
          const databaseMs = systemClock.nowMs() - sentMs;
          this.#storeUse.add({ ...visit, databaseMs });
          finish({ outcome: databaseOutcome(answer), cache, databaseMs });
        });
      });
      return;
    }
    const databaseMs = database && reads * database.readMs + writes * database.writeMs;
    this.#wait(askedMs + (databaseMs ?? 0), () => {
      this.#storeUse.add({ ...visit, databaseMs: databaseMs ?? 0 });
      finish({ outcome: "ok", cache, databaseMs });
    });
  }

  #wait(untilMs: number, done: () => void): void {
    if (untilMs <= systemClock.nowMs()) done();
    else this.#tools.serviceClock.at(untilMs, done);
  }

  /** After a start the factor falls to 1 in a straight line. */
  #slowness(nowMs: number): number {
    const slow = this.#fault?.slowFactor ?? 1;
    const { coldStart } = this.#start.mock;
    if (coldStart === undefined) return slow;
    const left = 1 - (nowMs - this.#startedMs) / coldStart.forMs;
    return left <= 0 ? slow : slow * (1 + (coldStart.factor - 1) * left);
  }
}

function databaseOutcome(answer: QueryOutcome): WorkResult["outcome"] {
  return answer === "ok" ? "ok" : `database-${answer}`;
}
