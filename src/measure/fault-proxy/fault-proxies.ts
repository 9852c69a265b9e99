import type { FaultPlan } from "../../scenario/fault-plan.ts";
import type { FaultTarget } from "../../scenario/fault-schema.ts";
import { faultWay } from "../../scenario/fault-ways.ts";
import type { RunPlan } from "../../scenario/plan.ts";
import { firstReport, type OwnProcess, startProcess } from "../child-process.ts";
import type { ProcessGroup } from "../process-group.ts";
import type { FromProxy, ProxiedProtocol, ToProxy } from "./messages.ts";
import { upstreamOf, urlThrough } from "./proxied-url.ts";
import { proxyFaultOf } from "./proxy-fault.ts";

const patienceMs = 15_000;
const host = "127.0.0.1";

/** What a proxy may stand before, and by which name it is told apart: `new`, `database-old`. */
export type Proxied = {
  readonly target: FaultTarget;
  readonly name: string;
  readonly protocol: ProxiedProtocol;
  readonly url: string;
};

type Standing = {
  readonly target: FaultTarget;
  readonly child: OwnProcess<ToProxy, FromProxy>;
};

/**
 * The fault proxies of a run: one before each real service and store that has a fault which only a proxy can make. It
 * stands there for the whole run, so that the time without trouble can be compared with the time with it.
 */
export class FaultProxies {
  readonly #plan: RunPlan;
  readonly #group: ProcessGroup;
  readonly #standing: Standing[] = [];

  constructor(plan: RunPlan, group: ProcessGroup) {
    this.#plan = plan;
    this.#group = group;
  }

  /**
   * Puts a proxy in place where the scenario needs one.
   *
   * @returns the url to be used from now on; the same where none is needed
   * @throws UserError when the proxy can't start
   */
  async before({ target, name, protocol, url }: Proxied): Promise<string> {
    if (!this.#isNeeded(target)) return url;
    const child = startProcess<ToProxy, FromProxy>({
      name: `proxy-${name}`,
      role: "proxy",
      entry: "src/measure/fault-proxy/main",
    });
    this.#group.add(child);
    const upstream = upstreamOf(protocol, url);
    const listen = { host, port: 0 };
    child.send({ type: "start", name, seed: this.#plan.seed, protocol, upstream, listen });
    const { port } = await firstReport(child, "listening", patienceMs);
    this.#standing.push({ target, child });
    return urlThrough(protocol, url, { host, port });
  }

  /**
   * Makes of a target what all faults that are active now make of it.
   *
   * @throws UserError when a proxy can't listen again
   */
  async disturb(target: FaultTarget, active: readonly FaultPlan[]): Promise<void> {
    const fault = proxyFaultOf(
      target,
      active.filter((each) => faultWay(this.#plan, each) === "proxy"),
    );
    const hit = this.#standing.filter((proxy) => proxy.target === target);
    await Promise.all(
      hit.map(async ({ child }) => {
        const done = firstReport(child, "disturbed", patienceMs);
        child.send({ type: "fault", fault });
        await done;
      }),
    );
  }

  #isNeeded(target: FaultTarget): boolean {
    return this.#plan.faults.some(
      (fault) => fault.service === target && faultWay(this.#plan, fault) === "proxy",
    );
  }
}
