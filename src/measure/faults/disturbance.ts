import { setTimeout as sleep } from "node:timers/promises";
import { assertNever, invariant } from "../../base/invariant.ts";
import { type Version, versions } from "../../base/version.ts";
import type { FaultPlan } from "../../scenario/fault-plan.ts";
import type { DriverProcess } from "../drivers.ts";
import type { RunningSplitter } from "../running-splitter.ts";
import type { Services } from "../services.ts";
import { mockFaultOf } from "./mock-fault.ts";
import { beginInServer, endInServer, storageFaultOf } from "./real-store-fault.ts";

/** What faults are made in. */
export type Disturbed = {
  readonly services: Services;
  readonly splitter: RunningSplitter;
  readonly drivers: readonly DriverProcess[];
};

/** From being told, the splitter needs a moment to send a version nothing more. */
const takenOutMs = 100;

/** Makes faults and takes them back; several may lie over one another. */
export class Disturbance {
  readonly #on: Disturbed;
  /** In the order in which they began. */
  readonly #active = new Set<FaultPlan>();

  constructor(on: Disturbed) {
    this.#on = on;
  }

  async begin(fault: FaultPlan): Promise<void> {
    this.#active.add(fault);
    await this.#carryOut(fault, "begin");
  }

  async end(fault: FaultPlan): Promise<void> {
    this.#active.delete(fault);
    await this.#carryOut(fault, "end");
  }

  async #carryOut(fault: FaultPlan, edge: "begin" | "end"): Promise<void> {
    const { services } = this.#on;
    const isBegin = edge === "begin";
    const way = services.wayOf(fault);
    switch (way) {
      case "proxy":
        return await services.proxies.disturb(fault.service, [...this.#active]);
      case "server":
        return await (isBegin ? beginInServer : endInServer)(services.realStores, fault);
      case "second writer":
        return services.mocks.disturbStorage(storageFaultOf([...this.#active]));
      case "process":
        return await (isBegin ? this.#beginInProcess(fault) : this.#endInProcess(fault));
      default:
        invariant(way !== undefined, "a scenario has no fault that can't be made");
        assertNever(way);
    }
  }

  async #beginInProcess(fault: FaultPlan): Promise<void> {
    switch (fault.service) {
      case "old":
      case "new":
        return await this.#beginInMocks(fault, fault.service);
      case "splitter":
        return await this.#beginInSplitter(fault);
      case "database":
        return await this.#beginInDatabase(fault);
      case "cache":
        return this.#tellMocks();
      case "driver":
        this.#on.drivers[0]?.send({ type: "hang", forMs: fault.forMs ?? 0 });
    }
  }

  async #endInProcess({ kind, service }: FaultPlan): Promise<void> {
    const { services, splitter } = this.#on;
    if (kind === "crash" && service === "splitter") return await splitter.startAgain();
    if (kind === "crash" && service === "database") return await services.databases.restart();
    if (kind === "crash" && (service === "old" || service === "new"))
      return await services.mocks.restart(service);
    if (service === "database") this.#tellDatabase();
    else this.#tellMocks();
  }

  async #beginInMocks(fault: FaultPlan, version: Version): Promise<void> {
    const { services } = this.#on;
    switch (fault.kind) {
      case "crash":
        return await services.mocks.crash(version);
      case "restart":
        return await this.#restartInOrder(version);
      case "hang":
        return services.mocks.hang(version, fault.forMs);
      case "cold-start": {
        invariant(fault.forMs !== undefined, "a cold start has an end");
        await services.mocks.crash(version);
        return await services.mocks.restart(version, { factor: fault.factor, forMs: fault.forMs });
      }
      default:
        this.#tellMocks();
    }
  }

  /** The other version carries everybody meanwhile. */
  async #restartInOrder(version: Version): Promise<void> {
    const { services, splitter } = this.#on;
    splitter.child.send({ type: "set-upstreams", version, urls: [] });
    await sleep(takenOutMs);
    await services.mocks.retire(version);
    await services.mocks.restart(version);
    splitter.child.send({ type: "set-upstreams", version, urls: services.urls[version] });
  }

  async #beginInSplitter({ kind, forMs }: FaultPlan): Promise<void> {
    if (kind === "crash") return await this.#on.splitter.crash();
    if (kind === "restart") return await this.#on.splitter.replace();
    this.#on.splitter.child.send({ type: "hang", forMs: forMs ?? 0 });
  }

  async #beginInDatabase({ kind, forMs }: FaultPlan): Promise<void> {
    const { services } = this.#on;
    if (kind === "crash") return await services.databases.crash();
    if (kind === "hang") services.databases.tell({ type: "hang", forMs });
    else this.#tellDatabase();
  }

  #tellMocks(): void {
    const active = [...this.#active];
    for (const version of versions)
      this.#on.services.mocks.disturb(version, (replica) => mockFaultOf({ version, replica }, active));
  }

  #tellDatabase(): void {
    let slowFactor: number | undefined;
    let errorShare: number | undefined;
    for (const fault of this.#active) {
      if (fault.service !== "database") continue;
      if (fault.kind === "slow") slowFactor = fault.factor;
      if (fault.kind === "errors") errorShare = fault.share;
    }
    this.#on.services.databases.tell({ type: "fault", slowFactor, errorShare });
  }
}
