import type { FromSplitter, ToSplitter } from "../splitter/messages.ts";
import { endProcess, type OwnProcess, type ProcessEnd } from "./child-process.ts";
import { type StartedSplitter, startSplitter } from "./splitter-process.ts";

const host = "127.0.0.1";

type Options = Omit<Parameters<typeof startSplitter>[0], "listen">;

/**
 * The splitter of a run, which may be killed and started again at the same port: with the share and the upstreams
 * that it was last told, and heard by the same listeners. Seen from outside it stays one process.
 */
export class RunningSplitter implements StartedSplitter {
  readonly port: number;
  readonly child: OwnProcess<ToSplitter, FromSplitter>;
  readonly #options: Options;
  readonly #listeners: ((report: FromSplitter) => void)[] = [];
  readonly #upstreams = new Map<string, ToSplitter>();
  readonly #ended = Promise.withResolvers<ProcessEnd>();
  #newPerMillion: number;
  #started: StartedSplitter;
  #isDownOnPurpose = false;

  private constructor(options: Options, started: StartedSplitter) {
    this.#options = options;
    this.#started = started;
    this.#newPerMillion = options.plan.split.newPerMillion;
    this.port = started.port;
    this.child = this.#asOneProcess();
    this.#follow(started);
  }

  /** @throws UserError when it can't listen */
  static async start(options: Options): Promise<RunningSplitter> {
    return new RunningSplitter(options, await startSplitter({ ...options, listen: { host, port: 0 } }));
  }

  get admin(): StartedSplitter["admin"] {
    return this.#started.admin;
  }

  /** Every connection breaks; until `startAgain`, none can be made. */
  async crash(): Promise<void> {
    this.#isDownOnPurpose = true;
    await endProcess<ToSplitter>(this.#started.child, undefined, 0);
  }

  /** @throws UserError when it can't listen any more */
  async startAgain(): Promise<void> {
    const { plan } = this.#options;
    const split = { ...plan.split, newPerMillion: this.#newPerMillion };
    const listen = { host, port: this.port };
    this.#started = await startSplitter({ ...this.#options, plan: { ...plan, split }, listen });
    for (const message of this.#upstreams.values()) this.#started.child.send(message);
    this.#follow(this.#started);
    this.#isDownOnPurpose = false;
  }

  #follow({ child }: StartedSplitter): void {
    child.onReport((report) => {
      if (report.type === "event") this.#newPerMillion = report.toPerMillion ?? this.#newPerMillion;
      for (const listener of this.#listeners) listener(report);
    });
    void child.ended.then((end) => {
      if (child === this.#started.child && !this.#isDownOnPurpose) this.#ended.resolve(end);
    });
  }

  #send(message: ToSplitter): void {
    if (message.type === "set-split") this.#newPerMillion = message.newPerMillion;
    if (message.type === "set-upstreams") this.#upstreams.set(message.version, message);
    if (message.type === "stop" && this.#isDownOnPurpose)
      void this.#started.child.ended.then(this.#ended.resolve);
    this.#started.child.send(message);
  }

  #asOneProcess(): OwnProcess<ToSplitter, FromSplitter> {
    const current = () => this.#started.child;
    return {
      name: current().name,
      role: current().role,
      get pid() {
        return current().pid;
      },
      send: (message) => this.#send(message),
      onReport: (listener) => {
        this.#listeners.push(listener);
      },
      ended: this.#ended.promise,
      get isRunning() {
        return current().isRunning;
      },
      kill: (signal) => current().kill(signal),
    };
  }
}
