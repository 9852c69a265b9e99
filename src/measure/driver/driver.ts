import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../base/clock.ts";
import { UserError } from "../../base/errors.ts";
import { assertNever, invariant } from "../../base/invariant.ts";
import { standStill } from "../../base/stand-still.ts";
import { WindowRecorder } from "../../result/recorder.ts";
import { chooseEngine } from "../engines/choose-engine.ts";
import type { LoadEngine, ObservationSink } from "../engines/engine.ts";
import { HealthProbe } from "./health-probe.ts";
import type { DriverCommand, DriverReport } from "./messages.ts";
import { readInputs } from "./read-inputs.ts";

type Prepare = Extract<DriverCommand, { readonly type: "prepare" }>;

const reportEveryMs = 1000;

/** Plays one driver's part of a load and reports every second. */
export class Driver {
  readonly #report: (report: DriverReport) => void;
  #prepared: Prepare | undefined;
  #engine: LoadEngine | undefined;
  /** The recorder exists from `start` on, when the origin of its axis is known; nothing comes due before. */
  #recorder: WindowRecorder | undefined;

  constructor(report: (report: DriverReport) => void) {
    this.#report = report;
  }

  /** Resolves when the command has been carried out; for `start`, when the load has ended. */
  async handle(command: DriverCommand): Promise<void> {
    switch (command.type) {
      case "prepare":
        return await this.#prepare(command);
      case "start":
        return await this.#run(command.originMs);
      case "set-split":
        this.#engine?.setSplit(command.split);
        this.#recorder?.beginStages(command.stages);
        return;
      case "hang":
        standStill(command.forMs);
        return;
      case "stop":
        this.#engine?.stop();
        return;
      default:
        assertNever(command);
    }
  }

  async #prepare(command: Prepare): Promise<void> {
    const { plan, target, driver, of, directory } = command;
    this.#prepared = command;
    try {
      const inputs = readInputs(plan, directory);
      const engine = chooseEngine({ plan, target, driver, of, inputs, sink: this.#sink() });
      this.#engine = engine;
      await engine.prepare();
      this.#report({ type: "ready" });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#report({ type: "failed", code: error.code, sentence: error.message });
    }
  }

  async #run(originMs: number): Promise<void> {
    invariant(this.#engine !== undefined && this.#prepared !== undefined, "prepare comes before start");
    const { plan, driver } = this.#prepared;
    const engine = this.#engine;
    const recorder = new WindowRecorder({ stages: plan.timeline.stages, originMs, driver });
    this.#recorder = recorder;
    const probe = new HealthProbe(driver, systemClock.nowMs());
    const tell = async () => {
      const nowMs = systemClock.nowMs();
      this.#report({ type: "health", health: probe.take(engine.takeHealth(), nowMs, originMs) });
      this.#report({ type: "window", window: await inTurns(recorder.takeInSteps(nowMs)) });
    };
    const finished = new AbortController();
    const reporting = tellEvery(tell, finished.signal);
    const totals = await engine.run(originMs);
    finished.abort();
    await reporting;
    await tell();
    probe.close();
    this.#report({ type: "done", totals: { driver, ...totals } });
  }

  #sink(): ObservationSink {
    return {
      due: (scheduledMs) => this.#recorder?.due(scheduledMs),
      record: (observation) => this.#recorder?.record(observation),
    };
  }
}

/** Every second, at whole seconds from the first, however long the telling takes. */
async function tellEvery(tell: () => Promise<void>, signal: AbortSignal): Promise<void> {
  const startMs = systemClock.nowMs();
  for (let count = 1; !signal.aborted; count++) {
    const leftMs = startMs + count * reportEveryMs - systemClock.nowMs();
    await sleep(Math.max(0, leftMs), undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await tell();
  }
}

/** One step per turn of the event loop. */
async function inTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    await nextTurn();
  }
}
