import { type ChildProcess, spawn } from "node:child_process";
import { chown, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../base/errors.ts";
import { childrenOf } from "../host/child-processes.ts";
import { prepareServer, type ServerCommand } from "./server-command.ts";
import type { StartStore } from "./store-messages.ts";
import { type UserIds, unprivilegedUser } from "./unprivileged-user.ts";

const startPatienceMs = 30_000;
const stopPatienceMs = 2000;
const lookEveryMs = 20;
const lastWordsLength = 4000;
/** What a path of a Unix socket may have on Linux and macOS, less the longest name put behind it. */
const longestDirectory = 85;

/** A private server in a temporary directory. */
export class StoreServer {
  readonly #command: ServerCommand;
  readonly #directory: string;
  readonly #user: UserIds | undefined;
  readonly #onEnd: (lastWords: string) => void;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  private constructor(
    command: ServerCommand,
    place: { readonly directory: string; readonly user: UserIds | undefined },
    onEnd: (lastWords: string) => void,
  ) {
    this.#command = command;
    this.#directory = place.directory;
    this.#user = place.user;
    this.#onEnd = onEnd;
  }

  /**
   * Makes the directory and prepares the server in it, without starting it.
   *
   * @param onEnd - called when the server ends and nobody asked it to
   * @throws UserError when it is not installed or can't be prepared; no directory is left then
   */
  static async prepare(start: StartStore, onEnd: (lastWords: string) => void): Promise<StoreServer> {
    const directory = await mkdtemp(join(tmpdir(), "twinlane-store-"));
    try {
      if (directory.length > longestDirectory)
        throw new UserError(
          "process-failed",
          `${directory} is too long for a socket's path; set TMPDIR to a shorter one.`,
        );
      const user = await unprivilegedUser();
      if (user !== undefined) await chown(directory, user.uid, user.gid);
      return new StoreServer(await prepareServer(start, directory, user), { directory, user }, onEnd);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  get url(): string {
    return this.#command.url;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** @throws UserError `process-failed` when it doesn't listen in time */
  async start(): Promise<void> {
    const { file, args, socket } = this.#command;
    await rm(socket, { force: true });
    const child = spawn(file, args, {
      ...this.#user,
      cwd: this.#directory,
      stdio: ["ignore", "pipe", "pipe"],
      // Ctrl-C in a terminal is for the coordinator to act on.
      detached: true,
    });
    this.#child = child;
    let words = "";
    const keep = (chunk: Buffer) => {
      words = (words + chunk.toString()).slice(-lastWordsLength);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    this.#ended = new Promise((resolve) => {
      child.once("error", (error) => {
        words += error.message;
        resolve();
      });
      child.once("exit", () => {
        if (this.#child === child) this.#onEnd(words.trim());
        resolve();
      });
    });
    for (let waitedMs = 0; waitedMs < startPatienceMs; waitedMs += lookEveryMs) {
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) break;
      if (await exists(socket)) return;
      await sleep(lookEveryMs);
    }
    await this.crash();
    throw new UserError("process-failed", `${words.trim()}\n${file} did not begin to listen.`.trimStart());
  }

  /** Stops the server in its tracks, its helpers included: connections stay, and nothing answers. */
  async freeze(): Promise<void> {
    await this.#signalAll("SIGSTOP");
  }

  async resume(): Promise<void> {
    await this.#signalAll("SIGCONT");
  }

  /** Ends the server at once, and waits until it is gone. Its data stays. */
  async crash(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.kill(this.#command.crashSignal);
    const late = setTimeout(() => child?.kill("SIGKILL"), stopPatienceMs);
    await this.#ended;
    clearTimeout(late);
  }

  /** Ends the server and removes its directory. */
  async stop(): Promise<void> {
    await this.resume();
    await this.crash();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }

  async #signalAll(signal: "SIGSTOP" | "SIGCONT"): Promise<void> {
    if (this.#child?.pid === undefined) return;
    for (const pid of [this.#child.pid, ...(await childrenOf(this.#child.pid))]) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    }
  }
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    () => false,
  );
}
