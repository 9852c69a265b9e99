import { UserError } from "../../base/errors.ts";
import { type Explained, type Quantity, quantity } from "../explain/explained.ts";
import type { Mmc } from "../queueing/mmc.ts";
import { demandStable, type Given } from "./calculator.ts";

/** Options, queues and steps that several calculators share. Rates are per ms in a queue, per second in a step. */

export const rate = { kind: "rate", describe: "Requests per second" } as const;
export const serviceTime = { kind: "duration", describe: "Mean service time" } as const;
export const servers = { kind: "count", describe: "Servers (slots)" } as const;
export const scv = {
  kind: "number",
  describe: "Variance / mean² of the service time",
  default: "1",
} as const;

/**
 * The queue that the options speak of, of one server unless they say otherwise.
 *
 * @throws UserError `usage` for a service time of 0
 */
export function queueOf(given: Given): Mmc {
  return {
    rate: given.number("rate") / 1000,
    serviceTime: positive(given, "service-time"),
    servers: given.optional("servers") ?? 1,
  };
}

/**
 * The same, where the servers keep up.
 *
 * @throws UserError `usage` where they don't
 */
export function stableQueueOf(given: Given): Mmc {
  const queue = { ...queueOf(given), servers: given.number("servers") };
  demandStable(queue.rate * queue.serviceTime, queue.servers);
  return queue;
}

/** @throws UserError `usage` for a value of 0 */
export function positive(given: Given, name: string): number {
  const value = given.number(name);
  if (value > 0) return value;
  throw new UserError("usage", `--${name} must be above 0.`);
}

/** Erlangs, and how busy they make the servers. */
export function loadSteps(queue: Mmc): readonly Explained[] {
  const offered = offeredLoadStep(queue);
  const { value: erlangs } = offered.result;
  return [
    offered,
    {
      name: "utilisation",
      formula: "erlangs ÷ servers",
      inputs: [offered.result, quantity("servers", queue.servers)],
      result: quantity("utilisation", erlangs / queue.servers),
      source: "utilisation law",
    },
  ];
}

export function offeredLoadStep({ rate, serviceTime }: Pick<Mmc, "rate" | "serviceTime">): Explained {
  return {
    name: "offered load",
    formula: "rate × serviceTime ÷ 1000",
    inputs: [quantity("rate", rate * 1000, "requests/s"), quantity("serviceTime", serviceTime, "ms")],
    result: quantity("erlangs", rate * serviceTime, "erlangs"),
    source: "definition",
  };
}

/** Both times in ms. */
export function meanResponseStep(meanWait: number, serviceTime: number): Explained {
  return {
    name: "mean response",
    formula: "meanWait + serviceTime",
    inputs: [quantity("meanWait", meanWait, "ms"), quantity("serviceTime", serviceTime, "ms")],
    result: quantity("meanResponse", meanWait + serviceTime, "ms"),
    source: "definition",
  };
}

/** Of closed users: what is left of their round once they have thought. */
export function closedResponseStep(
  { name, result }: Pick<Explained, "name" | "result">,
  users: { readonly population: number; readonly thinkTime: number; readonly throughput: Quantity },
): Explained {
  return {
    name,
    formula: "population ÷ throughput × 1000 − thinkTime",
    inputs: [
      quantity("population", users.population),
      users.throughput,
      quantity("thinkTime", users.thinkTime, "ms"),
    ],
    result,
    source: "Little's law",
  };
}
