import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";
import type { Address } from "../src/measure/mock-messages.ts";
import type { CallCounts } from "../src/result/behind-schema.ts";
import type { SecondCallPlan } from "../src/scenario/second-service-plan.ts";
import { headerNames } from "../src/wire/headers.ts";

/** Calls the second service for requests of the first, and counts which of its versions answered. */
export class SecondCaller {
  readonly #plan: SecondCallPlan;
  readonly #agent: Agent;
  readonly #counts = { old: 0, new: 0, failed: 0 };
  #address: Address | undefined;
  #inFlight = 0;

  constructor(plan: SecondCallPlan) {
    this.#plan = plan;
    this.#agent = new Agent({ keepAlive: true, maxSockets: plan.maxInFlight });
  }

  get counts(): CallCounts {
    return { ...this.#counts };
  }

  /** Where it is called from now on; before, every call fails. */
  setAddress(address: Address): void {
    this.#address = address;
  }

  /** @param done - called once, with whether it answered below 500 within the deadline */
  call(caller: IncomingMessage, done: (isOk: boolean) => void): void {
    if (this.#address === undefined || this.#inFlight >= this.#plan.maxInFlight) {
      this.#counts.failed++;
      done(false);
      return;
    }
    this.#inFlight++;
    const signal = AbortSignal.timeout(this.#plan.deadlineMs);
    const settle = once((answered: "old" | "new" | "failed") => {
      this.#inFlight--;
      this.#counts[answered]++;
      done(answered !== "failed");
    });
    const headers = headersToPassOn(caller, this.#plan.passOn);
    const options = { ...this.#address, agent: this.#agent, path: caller.url ?? "/", headers, signal };
    const call = request(options, (answer) => {
      const version = answer.headers[headerNames.version];
      const isGood = (answer.statusCode ?? 500) < 500 && (version === "old" || version === "new");
      answer.on("end", () => settle(isGood ? version : "failed"));
      answer.on("error", () => settle("failed"));
      answer.resume();
    });
    call.on("error", () => settle("failed"));
    call.end();
  }

  close(): void {
    this.#agent.destroy();
  }
}

function headersToPassOn({ headers }: IncomingMessage, names: readonly string[]): OutgoingHttpHeaders {
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
  );
}

function once<T>(settle: (value: T) => void): (value: T) => void {
  let isSettled = false;
  return (value) => {
    if (isSettled) return;
    isSettled = true;
    settle(value);
  };
}
