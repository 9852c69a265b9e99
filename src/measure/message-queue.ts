import { perVersion, type Version } from "../base/version.ts";
import type { Messages, MessageTally } from "../result/behind-schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { type AnyProcess, firstReport, startProcess } from "./child-process.ts";
import type { FromQueue, QueueStats, ToQueue } from "./mock-messages.ts";
import { type OnUnexpectedEnd, ProcessGroup } from "./process-group.ts";
import type { RunLog } from "./run-log.ts";
import type { Services } from "./services.ts";

const startPatienceMs = 15_000;
const host = "127.0.0.1";

/**
 * Puts the plan's queue, where it has one, behind the mocks of both versions. Who took which messages is counted in the
 * log; it ends after the services.
 *
 * @throws UserError when it can't start
 */
export async function startMessageQueue(run: {
  readonly plan: RunPlan;
  readonly services: Services;
  readonly log: RunLog;
  readonly onEnd: OnUnexpectedEnd;
}): Promise<void> {
  const { queue } = run.plan;
  if (queue === undefined) return;
  const entry = "mock-services/queue/main";
  const child = startProcess<ToQueue, FromQueue>({ name: "queue", role: "store", entry });
  const group = new ProcessGroup(run.onEnd);
  group.add(child);
  const stop = () => group.stop(group.running);
  try {
    child.send({ type: "start", maxWaiting: queue.maxWaiting, listen: { host, port: 0 } });
    const { port } = await firstReport(child, "listening", startPatienceMs);
    const book = new MessageBook(run.log);
    child.onReport((report) => {
      if (report.type === "stats") book.queue(report);
    });
    run.services.mocks.onStats(({ messages }, mock) => {
      if (messages !== undefined) book.mock(mock, messages);
    });
    run.services.putBehind({ message: { type: "use-queue", address: { host, port } }, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Adds up what queue and mocks tell; a mock that was started again counts anew, beside what it was. */
class MessageBook {
  readonly #log: RunLog;
  readonly #mocks = new Map<AnyProcess, MessageTally>();

  constructor(log: RunLog) {
    this.#log = log;
  }

  mock(mock: AnyProcess, messages: MessageTally): void {
    this.#mocks.set(mock, messages);
  }

  queue(stats: QueueStats): void {
    this.#log.add({ type: "messages", messages: this.#sum(stats) });
  }

  #sum({ refused, returned, waiting, handedOver, totalWaitMs, longestWaitMs }: QueueStats): Messages {
    return {
      ...perVersion((version) => this.#tallyOf(version)),
      refused,
      returned,
      waiting,
      ...(handedOver > 0 && { meanWaitMs: totalWaitMs / handedOver, longestWaitMs }),
    };
  }

  #tallyOf(version: Version): MessageTally {
    const own = [...this.#mocks].filter(([{ role }]) => role === version).map(([, messages]) => messages);
    const sum = (key: keyof MessageTally) => own.reduce((total, messages) => total + messages[key], 0);
    return { published: sum("published"), lost: sum("lost"), consumed: sum("consumed") };
  }
}
