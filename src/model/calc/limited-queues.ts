import { UserError } from "../../base/errors.ts";
import { type Explained, quantity } from "../explain/explained.ts";
import { erlangB } from "../queueing/erlang.ts";
import { finitePopulation } from "../queueing/finite-population.ts";
import { mmck } from "../queueing/mmck.ts";
import type { Calculation, Calculator, Given } from "./calculator.ts";
import { closedResponseStep, positive, queueOf, rate, servers, serviceTime } from "./queue-steps.ts";

/** Calculators of queues that can't grow without end: no room to wait, limited room, or limited users. */

export const erlangBCalculator: Calculator = {
  describe: "Share of requests turned away when none may wait",
  example: "erlang-b --erlangs 10 --servers 15",
  options: {
    erlangs: { kind: "number", describe: "Offered load: rate × service time", isOptional: true },
    rate: { ...rate, isOptional: true },
    "service-time": { ...serviceTime, isOptional: true },
    servers,
  },
  calculate: (given) => {
    const erlangs = given.optional("erlangs") ?? (given.number("rate") * given.number("service-time")) / 1000;
    const blocking = erlangB(given.number("servers"), erlangs);
    return {
      steps: [
        {
          name: "share turned away",
          formula: "B(servers, erlangs), B(0) = 1, B(c) = A·B(c − 1) ÷ (c + A·B(c − 1))",
          inputs: [quantity("erlangs", erlangs, "erlangs"), quantity("servers", given.number("servers"))],
          result: quantity("blocking", blocking),
          source: "A. K. Erlang (1917)",
          assumption: "Poisson arrivals; the law of the service time doesn't matter.",
          isRule: true,
        },
      ],
      notes: [],
    };
  },
};

export const mmckCalculator: Calculator = {
  describe: "The same with room for a limited number of requests (M/M/c/K)",
  example: "mmck --rate 40/s --service-time 33.3333ms --servers 3 --capacity 7",
  options: {
    rate,
    "service-time": serviceTime,
    servers,
    capacity: { kind: "count", describe: "Requests in the system at most, those in service included" },
  },
  calculate: calculateMmck,
};

function calculateMmck(given: Given): Calculation {
  const queue = {
    ...queueOf(given),
    servers: given.number("servers"),
    capacity: given.number("capacity"),
  };
  if (queue.capacity < queue.servers) {
    throw new UserError(
      "usage",
      "--capacity counts the requests in service, too; it can't be below --servers.",
    );
  }
  const answer = mmck(queue);
  const inputs = [
    quantity("rate", queue.rate * 1000, "requests/s"),
    quantity("serviceTime", queue.serviceTime, "ms"),
    quantity("servers", queue.servers),
    quantity("capacity", queue.capacity, "requests"),
  ];
  const step = (name: string, result: number, unit: string): Explained => ({
    name,
    formula: "birth–death equations, p(k) ∝ Π erlangs ÷ min(i, servers)",
    inputs,
    result: quantity(name, result, unit),
    source: "Kleinrock, Queueing Systems I, section 3.6",
    isRule: true,
  });
  return {
    steps: [
      step("blocking", answer.blocking, ""),
      step("throughput", answer.throughput * 1000, "requests/s"),
      step("utilisation", answer.utilisation, ""),
      step("meanInSystem", answer.meanInSystem, "requests"),
      step("meanWait", answer.meanWait, "ms"),
      step("meanResponse", answer.meanResponse, "ms"),
    ],
    notes: [],
  };
}

export const finiteCalculator: Calculator = {
  describe: "Users who wait for their answer, then think (M/M/c//N)",
  example: "finite --population 100 --think-time 300s --service-time 630ms --servers 1",
  options: {
    population: { kind: "count", describe: "Users" },
    "think-time": { kind: "duration", describe: "Pause between an answer and the next request" },
    "service-time": serviceTime,
    servers,
  },
  calculate: calculateFinite,
};

function calculateFinite(given: Given): Calculation {
  const queue = {
    population: given.number("population"),
    thinkTime: given.number("think-time"),
    serviceTime: positive(given, "service-time"),
    servers: given.number("servers"),
  };
  const answer = finitePopulation(queue);
  const inputs = Object.entries(queue).map(([name, value]) =>
    quantity(name, value, name.endsWith("Time") ? "ms" : ""),
  );
  const throughput = quantity("throughput", answer.throughput * 1000, "requests/s");
  return {
    steps: [
      {
        name: "throughput",
        formula: "birth–death equations, p(k + 1) ÷ p(k) = (N − k) ÷ Z × S ÷ min(k + 1, c)",
        inputs,
        result: throughput,
        source: "Kleinrock, Queueing Systems I, section 3.8",
        assumption: "Exponential think and service times.",
        isRule: true,
      },
      {
        name: "utilisation",
        formula: "throughput × serviceTime ÷ 1000 ÷ servers",
        inputs: [
          throughput,
          quantity("serviceTime", queue.serviceTime, "ms"),
          quantity("servers", queue.servers),
        ],
        result: quantity("utilisation", answer.utilisation),
        source: "utilisation law",
      },
      closedResponseStep(
        { name: "mean response", result: quantity("meanResponse", answer.meanResponse, "ms") },
        { ...queue, throughput },
      ),
    ],
    notes: [],
  };
}
