import type { RunPlan } from "../../scenario/plan.ts";
import { type ThinkTimes, thinkTimes } from "../../workload/closed-users.ts";
import type { EventHeap } from "./event-heap.ts";
import { kind, rare, rareEvent } from "./event-kind.ts";
import { RequestBook, type RequestBookOptions } from "./request-book.ts";
import { flag, phase } from "./request-table.ts";
import type { RetryDesk } from "./retry-desk.ts";
import { ending } from "./tally.ts";
import type { TimeAverages } from "./time-averages.ts";
import { TimerRing } from "./timer-ring.ts";
import { WaitingLines } from "./waiting-lines.ts";

export type ClientSideOptions = RequestBookOptions & {
  readonly plan: RunPlan;
  readonly seed: number;
  readonly heap: EventHeap;
  readonly averages: TimeAverages;
  /** Takes every request that got a connection. */
  readonly send: (handle: number, nowMs: number) => void;
  /** Told of every request that its user gives up while it is under way. */
  readonly abandon: (handle: number, nowMs: number) => void;
  /** undefined where clients ask once. */
  readonly retries: RetryDesk | undefined;
};

/** Users, their connections and their patience: what a request meets before the splitter, and after it again. */
export class ClientSide {
  readonly timeouts = new TimerRing();
  /** The patience for a request with all its attempts, where clients ask again; else `timeouts` holds it. */
  readonly patience: TimerRing;
  /** Requests that users wait for. */
  awaited = 0;

  readonly #options: ClientSideOptions;
  readonly #thinking: readonly ThinkTimes[];
  readonly #newPerMillion: readonly number[];
  readonly #isRepeatable: readonly boolean[];
  readonly #waiting = new WaitingLines(1);
  readonly #book: RequestBook;
  #connectionsLeft: number;
  #ordinal = 0;
  /** The share of new that a ramp has set; the stage's until it does. */
  #rampedPerMillion: number | undefined;

  constructor(options: ClientSideOptions) {
    this.#options = options;
    this.#book = new RequestBook(options);
    this.patience = options.retries?.patience ?? new TimerRing();
    const { plan, seed } = options;
    const { load, limits } = plan;
    this.#thinking =
      load.kind === "closed"
        ? Array.from({ length: load.users }, (_, user) => thinkTimes(load, seed, user))
        : [];
    this.#newPerMillion = plan.timeline.stages.map(({ newShare }) => Math.round(newShare * 1e6));
    this.#isRepeatable = plan.endpoints.map(({ method }) => idempotentMethods.has(method));
    this.#connectionsLeft = limits.maxConnections;
  }

  setSplit(newPerMillion: number): void {
    this.#rampedPerMillion = newPerMillion;
  }

  /** Lets every closed user begin to think. */
  startThinking(startMs: number): void {
    for (const [user, { firstMs }] of this.#thinking.entries()) {
      this.#options.heap.push(startMs + firstMs, user * 8 + kind.ask);
    }
  }

  /** A request comes due; of an open load its user is -1. */
  due(user: number, nowMs: number): void {
    const { table, source, finder, writer, averages } = this.#options;
    const ordinal = this.#ordinal++;
    const cell = finder.at(nowMs);
    source.draw(ordinal);
    const handle = table.take();
    table.scheduledMs[handle] = nowMs;
    const newPerMillion = this.#rampedPerMillion ?? (this.#newPerMillion[finder.stage] as number);
    table.version[handle] = source.versionOf(ordinal, user, newPerMillion);
    table.endpoint[handle] = source.endpoint;
    table.user[handle] = user;
    table.cell[handle] = cell;
    table.server[handle] = -1;
    table.error[handle] = -1;
    table.work[handle] = source.work;
    table.luck[handle] = source.luck;
    table.cacheMs[handle] = source.cacheMs;
    table.reads[handle] = source.reads;
    table.writes[handle] = source.writes;
    table.flags[handle] =
      flag.awaited |
      (source.isCopied(ordinal) ? flag.toCopy : 0) |
      (this.#isRepeatable[source.endpoint] ? flag.repeatable : 0);
    table.ordinal[handle] = ordinal;
    this.#options.retries?.open(handle);
    writer.due(cell);
    averages.changeAwaited(nowMs, 1);
    this.awaited++;
    if (this.#connectionsLeft > 0 && this.#waiting.head(0) < 0) this.#send(handle, nowMs);
    else this.#wait(handle, nowMs);
  }

  /** A request ends for its user: with an answer, or with a broken connection. */
  complete(handle: number, nowMs: number): void {
    const { table } = this.#options;
    const isWell = (table.error[handle] as number) < 0;
    if (!isWell && this.#isTriedAgain(handle, nowMs)) return;
    this.#book.end(handle, isWell ? ending.completed : ending.failed, nowMs);
    this.#book.parts(handle, nowMs);
    const scheduledMs = table.scheduledMs[handle] as number;
    this.#options.writer.series(scheduledMs, nowMs - scheduledMs);
    this.#leave(handle, nowMs, isWell);
    this.#release(nowMs);
  }

  /** The oldest timer ends; most have nobody waiting any more. */
  timeOut(): void {
    const { table, abandon } = this.#options;
    const { handle, serial, nextMs } = this.timeouts;
    this.timeouts.drop();
    const isAwaited = ((table.flags[handle] as number) & flag.awaited) !== 0;
    if (table.serial[handle] !== serial || !isAwaited) return;
    if (this.#isTriedAgain(handle, nextMs)) abandon(handle, nextMs);
    else this.#giveUp(handle, nextMs);
  }

  /** The patience for a request ends, whatever its attempt is at. */
  lose(): void {
    const { nextMs } = this.patience;
    const handle = this.#options.retries?.lose() ?? -1;
    if (handle >= 0) this.#giveUp(handle, nextMs);
  }

  /** A pause is over: the request is asked again, of the version that the split now gives it. */
  askAgain(handle: number, nowMs: number): void {
    const { table, source, send } = this.#options;
    if (((table.flags[handle] as number) & flag.awaited) === 0) {
      table.free(handle);
      return;
    }
    source.drawAgain(table.endpoint[handle] as number);
    table.work[handle] = source.work;
    table.luck[handle] = source.luck;
    table.cacheMs[handle] = source.cacheMs;
    table.reads[handle] = source.reads;
    table.writes[handle] = source.writes;
    table.version[handle] = source.versionOf(
      table.ordinal[handle] as number,
      table.user[handle] as number,
      this.#rampedPerMillion ?? (this.#newPerMillion[this.#options.finder.stage] as number),
    );
    table.phase[handle] = phase.sending;
    this.#options.retries?.sentAgain(handle);
    this.expect(handle, nowMs);
    send(handle, nowMs);
  }

  /** Books everything that is still under way when the replication ends. */
  finish(endMs: number): void {
    const { table } = this.#options;
    for (let handle = 0; handle < table.highWater; handle++) {
      const isOpen =
        table.phase[handle] !== phase.free && ((table.flags[handle] as number) & flag.awaited) !== 0;
      if (!isOpen || ((table.flags[handle] as number) & flag.copy) !== 0) continue;
      const isUnsent = table.phase[handle] === phase.unsent;
      this.#book.end(handle, isUnsent ? ending.notSent : ending.inFlight, endMs);
    }
  }

  /** Begins the patience for an attempt; one that the splitter moves gets it anew. */
  expect(handle: number, nowMs: number): void {
    const { table, plan, retries } = this.#options;
    retries?.replace(handle);
    const timeoutMs = retries === undefined ? plan.limits.timeoutMs : retries.plan.attemptTimeoutMs;
    if (timeoutMs !== undefined)
      this.timeouts.push(nowMs + timeoutMs, handle, table.serial[handle] as number);
  }

  /** After a failed attempt: keeps the request's connection and its place in the books, and pauses. */
  #isTriedAgain(handle: number, nowMs: number): boolean {
    const { table, retries, heap } = this.#options;
    const pauseMs = retries?.pauseAfter(handle) ?? -1;
    if (pauseMs < 0) return false;
    const next = table.double(handle, nowMs);
    const flags = table.flags[handle] as number;
    table.sentMs[next] = table.sentMs[handle] as number;
    table.flags[next] = flags & (flag.awaited | flag.toCopy | flag.repeatable);
    table.flags[handle] = flags & ~flag.awaited;
    table.phase[next] = phase.pausing;
    retries?.replace(next);
    heap.push(nowMs + pauseMs, rareEvent(next, rare.retry));
    return true;
  }

  #giveUp(handle: number, nowMs: number): void {
    const { table, abandon } = this.#options;
    const isPausing = table.phase[handle] === phase.pausing;
    this.#book.end(handle, ending.timedOut, nowMs);
    this.#leave(handle, nowMs);
    if (!isPausing) abandon(handle, nowMs);
    this.#release(nowMs);
  }

  #send(handle: number, nowMs: number): void {
    const { table, send, retries, plan } = this.#options;
    this.#connectionsLeft--;
    table.sentMs[handle] = nowMs;
    retries?.sent(handle, nowMs + plan.limits.timeoutMs);
    table.phase[handle] = phase.sending;
    this.expect(handle, nowMs);
    send(handle, nowMs);
  }

  #wait(handle: number, nowMs: number): void {
    const { table } = this.#options;
    table.phase[handle] = phase.unsent;
    this.#waiting.append(0, handle, table.next);
    this.#dropOld(nowMs);
  }

  #release(nowMs: number): void {
    this.#connectionsLeft++;
    this.#dropOld(nowMs);
    if (this.#waiting.head(0) >= 0) this.#send(this.#waiting.shift(0, this.#options.table.next), nowMs);
  }

  /** Requests that found no connection for too long are not sent any more. */
  #dropOld(nowMs: number): void {
    const { table, plan } = this.#options;
    for (;;) {
      const handle = this.#waiting.head(0);
      if (handle < 0) return;
      if (nowMs - (table.scheduledMs[handle] as number) <= plan.limits.maxQueueAgeMs) return;
      this.#waiting.shift(0, table.next);
      this.#book.end(handle, ending.notSent, nowMs);
      this.#leave(handle, nowMs);
      table.free(handle);
    }
  }

  /** Nobody waits for the request any more; a closed user thinks of the next one. */
  #leave(handle: number, nowMs: number, isWell = false): void {
    const { table, averages, heap, retries } = this.#options;
    retries?.close(handle, isWell);
    table.flags[handle] = (table.flags[handle] as number) & ~flag.awaited;
    averages.changeAwaited(nowMs, -1);
    this.awaited--;
    const user = table.user[handle] as number;
    const think = user < 0 ? undefined : this.#thinking[user];
    if (think !== undefined) heap.push(nowMs + think.nextMs(), user * 8 + kind.ask);
  }
}

/** Source: RFC 9110 section 9.2.2. */
const idempotentMethods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);
