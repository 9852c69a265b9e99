import { UserError } from "../base/errors.ts";
import { type PerVersion, type Version, versions } from "../base/version.ts";
import type { FaultPlan } from "../scenario/fault-plan.ts";
import { type FaultWay, faultWay } from "../scenario/fault-ways.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { AnyProcess } from "./child-process.ts";
import { FaultProxies } from "./fault-proxy/fault-proxies.ts";
import type { Address, CallSecond, UseQueue } from "./mock-messages.ts";
import { Mocks } from "./mocks.ts";
import { ModelledDatabases } from "./modelled-databases.ts";
import { type OnUnexpectedEnd, ProcessGroup } from "./process-group.ts";
import { RunStores } from "./stores/real-stores.ts";
import type { ResolvedTarget } from "./target.ts";

/** Something that the mocks use, and how they are told where it is. */
export type Behind = { readonly message: CallSecond | UseQueue; stop(): Promise<void> };

/** The services of a run: mocks that were started for it, or real ones that were there; and what stands behind them. */
export class Services {
  readonly mocks: Mocks;
  readonly databases: ModelledDatabases;
  /** Before what isn't ours and has faults. */
  readonly proxies: FaultProxies;
  readonly #plan: RunPlan;
  readonly #group: ProcessGroup;
  /** These end last: whoever is ended may have something to finish by way of them. */
  readonly #proxyGroup: ProcessGroup;
  readonly #realUrls: { [version in Version]?: string } = {};
  #realStores: RunStores | undefined;
  readonly #behind: Behind[] = [];

  private constructor(plan: RunPlan, onEnd: OnUnexpectedEnd) {
    this.#plan = plan;
    this.#group = new ProcessGroup(onEnd);
    this.#proxyGroup = new ProcessGroup(onEnd);
    this.mocks = new Mocks(plan, this.#group);
    this.databases = new ModelledDatabases(this.#group);
    this.proxies = new FaultProxies(plan, this.#proxyGroup);
  }

  /**
   * Starts stores and mocks, and waits until they listen.
   *
   * @param targets - the real services, looked up
   * @throws UserError when one of them can't start; the others are ended first
   */
  static async start(
    plan: RunPlan,
    targets: { readonly [version in Version]?: ResolvedTarget },
    onEnd: OnUnexpectedEnd,
  ): Promise<Services> {
    const services = new Services(plan, onEnd);
    return await services.#startWith(async (databases) => {
      for (const version of versions) {
        const { target } = plan.services[version];
        if (target.kind === "mock") {
          const real = services.#realStores?.placesOf(version);
          await services.mocks.start(version, target.mock, { database: databases[version], real });
          continue;
        }
        const url = targets[version]?.url ?? target.url;
        const proxied = { target: version, name: version, protocol: "http", url } as const;
        services.#realUrls[version] = await services.proxies.before(proxied);
      }
    });
  }

  /**
   * Starts the mock of one version alone, at a given address, with the stores it needs.
   *
   * @throws UserError when the version is a real service, or can't start
   */
  static async startOne(plan: RunPlan, version: Version, listen: Address): Promise<Services> {
    const { target } = plan.services[version];
    if (target.kind === "url") {
      throw new UserError(
        "usage",
        `${version} is a real service at ${target.url}; only mocks can be started.`,
      );
    }
    const services = new Services({ ...plan, faults: [] }, () => undefined);
    return await services.#startWith(async (databases) => {
      const real = services.#realStores?.placesOf(version);
      const mock = { ...target.mock, replicas: 1 };
      await services.mocks.start(version, mock, { database: databases[version], real, listen });
    });
  }

  /** Base URLs by version, one for each replica. */
  get urls(): PerVersion<readonly string[]> {
    const urlsOf = (version: Version) => {
      const real = this.#realUrls[version];
      return real === undefined ? this.mocks.urlsOf(version) : [real];
    };
    return { old: urlsOf("old"), new: urlsOf("new") };
  }

  /** What runs now. */
  get processes(): readonly AnyProcess[] {
    return [...this.#group.running, ...this.#proxyGroup.running];
  }

  /** Undefined where they are modelled. */
  get realStores(): RunStores | undefined {
    return this.#realStores;
  }

  /** Takes a version's mocks away for good, in order: what they have under way, they finish. */
  async retire(version: Version): Promise<void> {
    await this.mocks.retire(version);
  }

  /** How a fault of the scenario is made in what its target is; undefined where it can't be. */
  wayOf(fault: FaultPlan): FaultWay | undefined {
    return faultWay(this.#plan, fault);
  }

  /** Lets the mocks use it; it ends after them. */
  putBehind(behind: Behind): void {
    this.#behind.push(behind);
    this.mocks.putBehind(behind.message);
  }

  async stop(): Promise<void> {
    await this.#group.stop(this.#group.running);
    for (const behind of this.#behind) await behind.stop();
    await this.#proxyGroup.stop(this.#proxyGroup.running);
    await this.#realStores?.stop();
  }

  async #startWith(
    startVersions: (databases: { readonly [version in Version]: Address | undefined }) => Promise<void>,
  ): Promise<this> {
    try {
      this.#realStores = await RunStores.start(this.#plan, this.proxies);
      await startVersions(
        await this.databases.start(this.#plan.stores, this.#plan.capacity.database.replicas),
      );
      return this;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }
}
