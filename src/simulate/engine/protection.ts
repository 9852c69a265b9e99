import { versions } from "../../base/version.ts";
import type { BreakerChange } from "../../rollout/breaker.ts";
import { type AddressRecord, bookOutcome, freshRecord } from "../../rollout/ejection.ts";
import { breakerEvents, refusedByBreaker, VersionBreaker } from "../../rollout/version-breaker.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { type Balancer, outFor } from "./balancer.ts";
import type { EventHeap } from "./event-heap.ts";
import { rare, rareEvent } from "./event-kind.ts";
import type { EventLog } from "./event-log.ts";
import type { Outage } from "./ramp-watch.ts";
import type { VersionIndex } from "./request-source.ts";
import type { RequestTable } from "./request-table.ts";

export type ProtectionOptions = {
  readonly plan: Pick<RunPlan, "breaker" | "ejection">;
  readonly table: RequestTable;
  readonly heap: EventHeap;
  readonly balancers: readonly [Balancer, Balancer];
  readonly log: EventLog;
  /** Told when the breaker opens or closes. */
  readonly turned: (change: BreakerChange) => void;
};

/** Whether anything watches how requests end. */
export function isProtected({ breaker, ejection }: Pick<RunPlan, "breaker" | "ejection">): boolean {
  return breaker !== undefined || ejection !== undefined;
}

/** The breaker of new and the ejection of single servers, by the very rules of the splitter. */
export class Protection {
  readonly #options: ProtectionOptions;
  readonly #breaker: VersionBreaker | undefined;
  /** By server. */
  readonly #records: (AddressRecord | undefined)[] = [];
  /** By version, since when and why no server of it is left. */
  readonly #outages: [Outage | undefined, Outage | undefined] = [undefined, undefined];
  #nowMs = 0;

  constructor(options: ProtectionOptions) {
    this.#options = options;
    const { plan, log, turned } = options;
    this.#breaker =
      plan.breaker &&
      new VersionBreaker(plan.breaker, (to, sentence, evidence) => {
        log.note({ atMs: this.#nowMs, kind: breakerEvents[to], version: "new", message: sentence });
        if (evidence !== undefined) turned({ to, atMs: this.#nowMs, sentence, evidence });
      });
  }

  /** Whether a version takes this request now; a breaker's trial is used up by asking. */
  admits(version: VersionIndex, handle: number, nowMs: number): boolean {
    const { table, balancers } = this.#options;
    if (!balancers[version].hasServers) return false;
    if (version === 0 || this.#breaker === undefined) return true;
    this.#nowMs = nowMs;
    const epoch = this.#breaker.admit(nowMs);
    table.epoch[handle] = epoch;
    return epoch !== refusedByBreaker;
  }

  /** An attempt of a request ended at its server, well or not. */
  ended(handle: number, nowMs: number, isOk: boolean): void {
    const { table } = this.#options;
    this.#nowMs = nowMs;
    if (table.version[handle] === 1) this.#breaker?.book(nowMs, isOk, table.epoch[handle] as number);
    this.#watch(handle, nowMs, isOk);
  }

  /** Its client went away, or it was moved, before it ended. */
  abandoned(handle: number, nowMs: number): void {
    const { table } = this.#options;
    this.#nowMs = nowMs;
    if (table.version[handle] === 1) this.#breaker?.abandon(nowMs, table.epoch[handle] as number);
  }

  outageOf(version: VersionIndex): Outage | undefined {
    return this.#outages[version];
  }

  /** A server that was left alone is tried again. */
  readmit(server: number, nowMs: number): void {
    const { balancers, log } = this.#options;
    const version = balancers[0].has(server) ? 0 : 1;
    balancers[version].setOut(server, outFor.ejected, false);
    this.#outages[version] = undefined;
    const message = `${balancers[version].nameOf(server)}: its time is over`;
    log.note({ atMs: nowMs, kind: "readmitted", version: versions[version], message });
  }

  #watch(handle: number, nowMs: number, isOk: boolean): void {
    const { plan, table, balancers, heap, log } = this.#options;
    const server = table.server[handle] as number;
    const version = table.version[handle] as VersionIndex;
    const balancer = balancers[version];
    if (plan.ejection === undefined || balancer.isOut(server, outFor.ejected)) return;
    const record = this.#records[server] ?? freshRecord(nowMs);
    this.#records[server] = record;
    const room = () => balancer.ejectionRoom;
    const ejection = bookOutcome(plan.ejection, record, { atMs: nowMs, isFailure: !isOk, room });
    if (ejection === undefined) return;
    const message = `${balancer.nameOf(server)}: ${ejection.sentence}`;
    const event = { atMs: nowMs, version: versions[version], message };
    if (ejection.isSpared) {
      if (ejection.isFirst) log.note({ ...event, kind: "spared" });
      return;
    }
    balancer.setOut(server, outFor.ejected, true);
    if (!balancer.hasServers) this.#outages[version] = { sinceMs: nowMs, cause: message };
    log.note({ ...event, kind: "ejected" });
    heap.push(nowMs + ejection.forMs, rareEvent(server, rare.readmit));
  }
}
