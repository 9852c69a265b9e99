import type { ErrorCode } from "../base/errors.ts";
import type { EventLoopSample } from "../base/event-loop.ts";
import type { Version } from "../base/version.ts";
import type { CallCounts, MessageTally } from "../result/behind-schema.ts";
import type { StoreUse } from "../result/store-use-schema.ts";
import type { QueuePlan } from "../scenario/queue-plan.ts";
import type { SecondCallPlan } from "../scenario/second-service-plan.ts";
import type { MockPlan, StoresPlan } from "../scenario/service-plan.ts";
import type { SetStorageFault, StorageStats } from "./stores/storage-messages.ts";
import type { RealStores } from "./stores/store-places.ts";

/**
 * What the coordinator and its mock processes say to one another over IPC. A mock is forked from
 * `mock-services/main.ts`, a modelled database with a limit from `mock-services/database/main.ts`, a modelled queue
 * from `mock-services/queue/main.ts`; each waits
 * for `start`, and ends when told to stop or when the channel closes.
 */

export type Address = { readonly host: string; readonly port: number };

export type ToMock =
  | StartMock
  | CallSecond
  | UseQueue
  | SetStorageFault
  | SetMockFault
  | HangProcess
  | StopProcess;
export type FromMock = Listening | StartFailed | MockStats;

export type ToDatabase = StartDatabase | SetDatabaseFault | HangProcess | StopProcess;
export type FromDatabase = Listening | StartFailed | DatabaseStats;

export type StartMock = {
  readonly type: "start";
  readonly version: Version;
  readonly label: string;
  /** The health page: 200, or 503 while the database can't be reached. It takes no slot and counts nowhere. */
  readonly healthPath: string;
  /** Which of the version's processes, from 0; each draws from streams of its own. */
  readonly replica: number;
  readonly seed: number;
  readonly mock: MockPlan;
  readonly stores: StoresPlan;
  /** Port 0 takes any free one; `listening` tells which. */
  readonly listen: Address;
  /** Where the limited database listens; given exactly when `needsDatabaseProcess(stores)`. */
  readonly database: Address | undefined;
  /** Given exactly where the stores are real. */
  readonly realStores?: RealStores | undefined;
  /** Given where there is a second service to be called. */
  readonly second?: SecondCallPlan | undefined;
  /** Given where there is a queue to be used. */
  readonly queue?: QueuePlan | undefined;
  /** For tests of the load engines: requests say themselves how they are answered (x-mock-delay-ms, -status, -bytes). */
  readonly headerControl: boolean;
};

/** Where the second service is reached, from now on. */
export type CallSecond = { readonly type: "call-second"; readonly address: Address };

/** Where the queue is, from now on. */
export type UseQueue = { readonly type: "use-queue"; readonly address: Address };

/** Trouble made on purpose, from now on; absent values are back to normal. */
export type SetMockFault = {
  readonly type: "fault";
  /** Service times are this many times longer. */
  readonly slowFactor: number | undefined;
  /** Share of requests answered 500, instead of the plan's. */
  readonly errorShare: number | undefined;
  /** Share of answers with one field of their body wrong. */
  readonly wrongShare?: number | undefined;
  /** Share of requests whose connection is reset in place of an answer. */
  readonly resetShare?: number | undefined;
  /** Answers come this much later, up to `jitterMs` sooner or later than that. */
  readonly latency?: { readonly delayMs: number; readonly jitterMs: number } | undefined;
  /** All answers of the process share a line of this speed. */
  readonly bytesPerSecond?: number | undefined;
  /** Share of a core burned beside the requests, on the thread that answers them. */
  readonly theftShare?: number | undefined;
  /** Memory that grows; what has leaked stays until the process ends. */
  readonly leak?: { readonly bytesPerSecond: number; readonly limitBytes: number } | undefined;
  /** The modelled cache answers nothing: every read goes to the database. */
  readonly isCacheOut?: boolean | undefined;
};

/** Stand still with open connections; undefined: until the process is ended. */
export type HangProcess = { readonly type: "hang"; readonly forMs: number | undefined };

/** As for mocks: absent values are back to normal. */
export type SetDatabaseFault = {
  readonly type: "fault";
  /** Queries take this many times longer, and so many times fewer begin in a second. */
  readonly slowFactor: number | undefined;
  /** Share of requests that fail. */
  readonly errorShare: number | undefined;
};

/** Listen no more, close each connection after its answer, finish what is under way for at most `drainMs`, exit with 0. */
export type StopProcess = { readonly type: "stop"; readonly drainMs: number };

export type ToQueue = StartQueue | StopProcess;
export type FromQueue = Listening | StartFailed | QueueStats;

export type StartQueue = { readonly type: "start"; readonly maxWaiting: number; readonly listen: Address };

/** Sent each second, and when the process is to end: totals since the start, times in ms from put to handed over. */
export type QueueStats = {
  readonly type: "stats";
  readonly put: number;
  readonly refused: number;
  readonly handedOver: number;
  /** Handed over, and put back because whoever worked on it was gone. */
  readonly returned: number;
  readonly waiting: number;
  readonly longestWaitMs: number;
  readonly totalWaitMs: number;
};

export type StartDatabase = {
  readonly type: "start";
  /** Of the primary, and of each replica. */
  readonly limitPerSecond: number;
  readonly readMs: number;
  readonly writeMs: number;
  /** Read replicas; none where it is absent. */
  readonly replicas?: number;
  readonly listen: Address;
};

export type Listening = { readonly type: "listening"; readonly port: number };

/** The process could not start and exits; `code` is a key of the error table. */
export type StartFailed = { readonly type: "failed"; readonly code: ErrorCode; readonly sentence: string };

/** Sent each second, and when the process is to end. Counts and CPU are totals since the start, the rest is as of now or since the last one. */
export type MockStats = {
  readonly type: "stats";
  readonly atMs: number;
  readonly users: AnswerCounts;
  /** The same for mirrored copies, which no user waits for. */
  readonly mirrored: AnswerCounts;
  readonly busy: number;
  readonly queueLength: number;
  /** CPU burned on purpose, out of what the process used. */
  readonly cpuBurnedMs: number;
  readonly eventLoop: EventLoopSample;
  /** Only with real stores. */
  readonly storage?: StorageStats;
  /** Only with stores, modelled or real. */
  readonly storeUse?: StoreUse;
  /** Only where there is a second service: its versions that answered this one's calls. */
  readonly calls?: CallCounts;
  /** Only where there is a queue. */
  readonly messages?: MessageTally;
};

export type AnswerCounts = {
  /** Answered as asked for, with a status below 500. */
  readonly served: number;
  /** Answered 500: the plan's share of errors, or the database failed. */
  readonly errors: number;
  /** Answered 503 at once, because the queue was full. */
  readonly rejected: number;
  /** Of all these, the caller had gone before the answer. */
  readonly abandoned: number;
};

export type DatabaseStats = {
  readonly type: "stats";
  readonly atMs: number;
  readonly reads: number;
  readonly writes: number;
  /** Refused because too many queries were waiting. */
  readonly refused: number;
  readonly waiting: number;
  readonly eventLoop: EventLoopSample;
};

/** A modelled database with a limit is one queue for all its callers, so it is a process; without, it is time only. */
export function needsDatabaseProcess({ database }: StoresPlan): boolean {
  return database?.kind === "modelled" && database.limitPerSecond !== undefined;
}
