import type { RunPlan } from "../scenario/plan.ts";
import type { FromSplitter, ToSplitter } from "../splitter/messages.ts";
import { endProcess, type OwnProcess, type ProcessEnd } from "./child-process.ts";
import type { Address } from "./mock-messages.ts";
import { type StartedSplitter, startSplitter } from "./splitter-process.ts";

const anyPort = { host: "127.0.0.1", port: 0 };
/** How long connections of the process before may take to bring their last request. */
const handOverDrainMs = 10_000;

type Options = Omit<Parameters<typeof startSplitter>[0], "listen" | "before">;

/**
 * The splitter of a run, which may be killed and started again at the same port: with the share and the upstreams
 * that it was last told, and heard by the same listeners. Seen from outside it stays one process.
 */
export class RunningSplitter implements StartedSplitter {
  readonly port: number;
  readonly child: OwnProcess<ToSplitter, FromSplitter>;
  readonly #options: Options;
  readonly #host: string;
  /** Those that have handed over and still serve their last connections. */
  readonly #leaving = new Set<Promise<ProcessEnd>>();
  readonly #listeners: ((report: FromSplitter) => void)[] = [];
  readonly #upstreams = new Map<string, ToSplitter>();
  readonly #ended = Promise.withResolvers<ProcessEnd>();
  #newPerMillion: number;
  #started: StartedSplitter;
  #isDownOnPurpose = false;

  private constructor(options: Options, host: string, started: StartedSplitter) {
    this.#options = options;
    this.#host = host;
    this.#started = started;
    this.#newPerMillion = options.plan.split.newPerMillion;
    this.port = started.port;
    this.child = this.#asOneProcess();
    this.#follow(started);
  }

  /** @throws UserError when it can't listen */
  static async start(options: Options, listen: Address = anyPort): Promise<RunningSplitter> {
    return new RunningSplitter(options, listen.host, await startSplitter({ ...options, listen }));
  }

  get admin(): StartedSplitter["admin"] {
    return this.#started.admin;
  }

  /** Every connection breaks; until `startAgain`, none can be made. */
  async crash(): Promise<void> {
    this.#isDownOnPurpose = true;
    await endProcess<ToSplitter>(this.#started.child, undefined, 0);
  }

  /** @throws UserError when it can't listen any more; for everybody else it has then ended for good */
  async startAgain(): Promise<void> {
    const listen = { host: this.#host, port: this.port };
    try {
      this.#started = await startSplitter({ ...this.#options, plan: this.#planNow(), listen });
    } catch (error) {
      this.#ended.resolve(await this.#started.child.ended);
      throw error;
    }
    this.#resume(this.#started);
    this.#isDownOnPurpose = false;
  }

  /**
   * Puts a fresh process in the place of the running one without a failed request: it takes over the listening
   * socket, and the one before serves what it has and one last request of each idle connection.
   *
   * @throws UserError when the new process can't start; the one before then goes on
   */
  async replace(): Promise<void> {
    const before = this.#started;
    const plan = this.#planNow();
    const listen = { host: this.#host, port: this.port };
    const next = await startSplitter({ ...this.#options, plan, listen, before });
    this.#started = next;
    this.#resume(next);
    if (this.#newPerMillion !== plan.split.newPerMillion) {
      const change = { newPerMillion: this.#newPerMillion, caller: "twinlane", reason: "set meanwhile" };
      next.child.send({ type: "set-split", ...change });
    }
    const end = endProcess<ToSplitter>(
      before.child,
      { type: "stop", drainMs: handOverDrainMs, idleConnections: "serve once" },
      handOverDrainMs * 2,
    );
    this.#leaving.add(end);
    void end.then(() => this.#leaving.delete(end));
  }

  /** Waits for those that have handed over. */
  async left(): Promise<void> {
    await Promise.all(this.#leaving);
  }

  #planNow(): RunPlan {
    const { plan } = this.#options;
    return { ...plan, split: { ...plan.split, newPerMillion: this.#newPerMillion } };
  }

  #resume(started: StartedSplitter): void {
    for (const message of this.#upstreams.values()) started.child.send(message);
    this.#follow(started);
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
