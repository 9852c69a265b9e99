import type { StartFailed, StopProcess } from "../mock-messages.ts";

/**
 * What the coordinator and a store's keeper say to one another over IPC. A keeper is forked from
 * `src/measure/stores/main.ts`, one for each server: it starts it in a temporary directory, and ends it and removes
 * the directory when told to stop or when the channel closes.
 */
export type ToStore = StartStore | DisturbStore | StopProcess;
export type FromStore = StoreListening | StoreDisturbed | StartFailed | StoreEnded;

export type StoreKind = "postgres" | "redis";

export type StartStore = {
  readonly type: "start";
  readonly store: StoreKind;
  readonly maxConnections: number;
};

/** `crash` kills the server, `restart` starts it again on its data; `hang` stops it, `resume` lets it go on. */
export type DisturbStore = {
  readonly type: "disturb";
  readonly what: "crash" | "restart" | "hang" | "resume";
};

/** Sent at every start. */
export type StoreListening = {
  readonly type: "listening";
  /** How clients reach it: a postgresql:// url, or the path of Redis's socket. */
  readonly url: string;
  readonly pid: number;
};

/** The last `disturb` is done. */
export type StoreDisturbed = { readonly type: "disturbed" };

/** The server ended and nobody had asked. */
export type StoreEnded = { readonly type: "ended"; readonly lastWords: string };
