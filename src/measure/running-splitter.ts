import type { RunPlan, SplitPlan } from "../scenario/plan.ts";
import type { FromSplitter, SplitterEvent, ToSplitter } from "../splitter/messages.ts";
import type { SplitChange } from "../splitter/router.ts";
import { withHeaderRoute } from "../workload/split.ts";
import { endProcess, type OwnProcess, type ProcessEnd } from "./child-process.ts";
import type { Address } from "./mock-messages.ts";
import { type StartedSplitter, startSplitter } from "./splitter-process.ts";

const anyPort = { host: "127.0.0.1", port: 0 };
/** How long connections of the process before may take to bring their last request. */
const handOverDrainMs = 10_000;

type Options = Omit<Parameters<typeof startSplitter>[0], "listen" | "before" | "onProcess">;

/** What was last set, and a process started anew is to begin with. */
type SplitKept = Pick<SplitPlan, "newPerMillion" | "headerRoute"> & Pick<SplitChange, "mirrorPerMillion">;

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
  readonly #leaving = new Map<StartedSplitter["child"], Promise<ProcessEnd>>();
  readonly #listeners: ((report: FromSplitter) => void)[] = [];
  /** What it told before anybody listened: a watched file or key may set the share before the first is ready. */
  readonly #unheard: FromSplitter[] = [];
  readonly #upstreams = new Map<string, ToSplitter>();
  readonly #ended = Promise.withResolvers<ProcessEnd>();
  #split: SplitKept;
  #started: StartedSplitter;
  #isDownOnPurpose = false;

  private constructor(options: Options, host: string, started: StartedSplitter) {
    this.#options = options;
    this.#host = host;
    this.#started = started;
    this.#split = options.plan.split;
    this.port = started.port;
    this.child = this.#asOneProcess();
    this.#follow(started.child);
  }

  /** @throws UserError when it can't listen */
  static async start(options: Options, listen: Address = anyPort): Promise<RunningSplitter> {
    const early: FromSplitter[] = [];
    let running: RunningSplitter | undefined;
    const onProcess = (child: StartedSplitter["child"]) => {
      child.onReport((report) => {
        if (running === undefined) early.push(report);
      });
    };
    const started = await startSplitter({ ...options, listen, onProcess });
    running = new RunningSplitter(options, listen.host, started);
    for (const report of early) running.#hear(started.child, report);
    return running;
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
      this.#started = await startSplitter({ ...this.#optionsNow(), listen });
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
    const split = this.#split;
    const listen = { host: this.#host, port: this.port };
    const next = await startSplitter({ ...this.#optionsNow(), listen, before });
    this.#started = next;
    this.#resume(next);
    if (this.#split !== split) {
      const { headerRoute = null, ...others } = this.#split;
      const change = { ...others, headerRoute, caller: "twinlane", reason: "set meanwhile" };
      next.child.send({ type: "set-split", ...change });
    }
    const end = endProcess<ToSplitter>(
      before.child,
      { type: "stop", drainMs: handOverDrainMs, idleConnections: "serve once" },
      handOverDrainMs * 2,
    );
    this.#leaving.set(before.child, end);
    void end.then(() => this.#leaving.delete(before.child));
  }

  /** Waits for those that have handed over. */
  async left(): Promise<void> {
    await Promise.all(this.#leaving.values());
  }

  #optionsNow(): Omit<Parameters<typeof startSplitter>[0], "listen"> {
    return { ...this.#options, plan: this.#planNow(), onProcess: (child) => this.#follow(child) };
  }

  #planNow(): RunPlan {
    const { plan } = this.#options;
    const { newPerMillion, headerRoute, mirrorPerMillion } = this.#split;
    const { mirror } = plan;
    return {
      ...plan,
      split: withHeaderRoute({ ...plan.split, newPerMillion }, headerRoute ?? null),
      mirror: mirror && { ...mirror, perMillion: mirrorPerMillion ?? mirror.perMillion },
    };
  }

  #resume(started: StartedSplitter): void {
    for (const message of this.#upstreams.values()) started.child.send(message);
  }

  #follow(child: StartedSplitter["child"]): void {
    child.onReport((report) => this.#hear(child, report));
    void child.ended.then((end) => {
      if (child === this.#started.child && !this.#isDownOnPurpose) this.#ended.resolve(end);
    });
  }

  #hear(child: StartedSplitter["child"], report: FromSplitter): void {
    if (report.type === "event" && report.kind === "split") {
      // What those that leave were told by us has been told by their successor.
      if (this.#leaving.has(child)) return;
      this.#keep({ ...report, newPerMillion: report.toPerMillion ?? this.#split.newPerMillion });
      this.#tellLeaving(report);
    }
    if (this.#listeners.length === 0) this.#unheard.push(report);
    for (const listener of this.#listeners) listener(report);
  }

  #send(message: ToSplitter): void {
    if (message.type === "set-split") this.#keep(message);
    if (message.type === "set-upstreams") this.#upstreams.set(message.version, message);
    if (message.type === "stop" && this.#isDownOnPurpose)
      void this.#started.child.ended.then(this.#ended.resolve);
    this.#started.child.send(message);
  }

  /** Their last requests are split as all others are. */
  #tellLeaving({ caller = "", reason }: SplitterEvent): void {
    const { headerRoute = null, ...others } = this.#split;
    const message: ToSplitter = { type: "set-split", ...others, headerRoute, caller, reason };
    for (const child of this.#leaving.keys()) child.send(message);
  }

  #keep({ newPerMillion, headerRoute, mirrorPerMillion }: Omit<SplitChange, "caller" | "reason">): void {
    const route = headerRoute === undefined ? this.#split.headerRoute : (headerRoute ?? undefined);
    const copies = mirrorPerMillion ?? this.#split.mirrorPerMillion;
    this.#split = {
      newPerMillion,
      ...(route !== undefined && { headerRoute: route }),
      ...(copies !== undefined && { mirrorPerMillion: copies }),
    };
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
        for (const report of this.#unheard.splice(0)) listener(report);
      },
      ended: this.#ended.promise,
      get isRunning() {
        return current().isRunning;
      },
      kill: (signal) => current().kill(signal),
    };
  }
}
