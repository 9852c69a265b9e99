import { type ChildProcess, fork } from "node:child_process";
import { Server } from "node:net";
import { fileURLToPath } from "node:url";
import { type ErrorCode, UserError } from "../base/errors.ts";
import { invariant } from "../base/invariant.ts";
import type { ProcessResources } from "../result/schema.ts";

/**
 * One of our own processes: forked, spoken to in typed messages, ended in order. All of them exit by
 * themselves when the channel to this process closes, so that none is left behind whatever happens here.
 */
export type OwnProcess<Command, Report> = {
  /** For example `splitter`, `driver-1`, `new-2`. */
  readonly name: string;
  readonly role: ProcessResources["role"];
  readonly pid: number;
  /** Lost silently when the process has ended. @param socket - a listening socket that goes with it */
  send(command: Command, socket?: Server): void;
  /** Calls for every message, in order, until the process ends. */
  onReport(listener: (report: Report, socket?: Server) => void): void;
  /** Resolves when the process has ended, with what it printed last. */
  readonly ended: Promise<ProcessEnd>;
  readonly isRunning: boolean;
  kill(signal: "SIGTERM" | "SIGKILL"): void;
};

/** Any of them, for what needs neither its commands nor its reports. */
export type AnyProcess = OwnProcess<never, unknown>;

export type ProcessEnd = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its stderr. */
  readonly lastWords: string;
};

const lastWordsLength = 4000;

/** Where the entry files lie, relative to the source or to its built twin. */
const root = new URL("../../", import.meta.url);
const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/**
 * Forks `entry`, for example `mock-services/main`, with the Node that runs this process.
 */
export function startProcess<Command extends object, Report extends { readonly type: string }>(options: {
  readonly name: string;
  readonly role: ProcessResources["role"];
  readonly entry: string;
  /** Flags for its Node. */
  readonly nodeFlags?: readonly string[];
}): OwnProcess<Command, Report> {
  const child = fork(fileURLToPath(new URL(options.entry + extension, root)), [], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    execArgv: [...(options.nodeFlags ?? [])],
    serialization: "advanced",
  });
  const ended = collectEnd(child);
  const listeners: ((report: Report, socket?: Server) => void)[] = [];
  child.on("message", (message, handle) => {
    const socket = handle instanceof Server ? handle : undefined;
    for (const listener of listeners) listener(message as Report, socket);
  });
  child.on("error", () => undefined);
  return {
    name: options.name,
    role: options.role,
    pid: child.pid ?? 0,
    send: (command, socket) => {
      if (child.connected) child.send(command, socket, () => undefined);
    },
    onReport: (listener) => listeners.push(listener),
    ended,
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    kill: (signal) => child.kill(signal),
  };
}

/**
 * Waits for the first message of a kind.
 *
 * @throws UserError when the process says it failed, ends first, or takes longer than `patienceMs`
 */
export async function firstReport<Report extends { readonly type: string }, Type extends Report["type"]>(
  child: OwnProcess<never, Report>,
  type: Type,
  patienceMs: number,
): Promise<Extract<Report, { readonly type: Type }>> {
  const report = new Promise<Report>((resolve) => {
    child.onReport((message) => {
      if (message.type === type || message.type === "failed") resolve(message);
    });
  });
  const patience = startPatience(patienceMs);
  const first = await Promise.race([report, child.ended, patience.over]);
  patience.cancel();
  if (first === "over") {
    throw new UserError("process-failed", `${child.name} was not ready after ${patienceMs / 1000} s.`);
  }
  if ("exitCode" in first) throw endedEarly(child.name, first);
  if (first.type === "failed") throw refused(first);
  invariant(first.type === type, "the message is of the awaited kind");
  return first as Extract<Report, { readonly type: Type }>;
}

/** Asks with `stop`, then insists: nothing outlives twice the patience. */
export async function endProcess<Command>(
  child: OwnProcess<Command, unknown>,
  stop: Command | undefined,
  patienceMs: number,
): Promise<ProcessEnd> {
  if (stop !== undefined) child.send(stop);
  for (const signal of stop === undefined ? (["SIGKILL"] as const) : (["SIGTERM", "SIGKILL"] as const)) {
    const patience = startPatience(stop === undefined ? 0 : patienceMs);
    const first = await Promise.race([child.ended, patience.over]);
    patience.cancel();
    if (first !== "over") return first;
    child.kill(signal);
  }
  return await child.ended;
}

function collectEnd(child: ChildProcess): Promise<ProcessEnd> {
  let words = "";
  const keep = (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-lastWordsLength);
  };
  child.stdout?.on("data", keep);
  child.stderr?.on("data", keep);
  return new Promise((resolve) => {
    child.once("exit", (exitCode, signal) => {
      // What was printed last may arrive just after the end.
      setImmediate(() => resolve({ exitCode, signal, lastWords: words.trim() }));
    });
  });
}

function startPatience(ms: number): { readonly over: Promise<"over">; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<"over">((resolve) => {
    timer = setTimeout(() => resolve("over"), ms);
  });
  return { over, cancel: () => clearTimeout(timer) };
}

function endedEarly(name: string, { exitCode, signal, lastWords }: ProcessEnd): UserError {
  const how = signal === null ? `with exit code ${exitCode}` : `by ${signal}`;
  return new UserError(
    "process-failed",
    `${lastWords}\n${name} ended ${how} before it was ready.`.trimStart(),
  );
}

/** Every process of ours refuses with a code of the error table and a sentence. */
function refused(report: object): UserError {
  const { code, sentence } = report as { readonly code?: ErrorCode; readonly sentence?: string };
  return new UserError(code ?? "process-failed", sentence ?? "A process could not start.");
}
