import { UserError } from "../../base/errors.ts";
import { type Explained, quantity } from "../explain/explained.ts";
import { erlangB } from "../queueing/erlang.ts";
import { finitePopulation } from "../queueing/finite-population.ts";
import { mdcMeanWait } from "../queueing/mdc.ts";
import { mg1MeanWait } from "../queueing/mg1.ts";
import { allenCunneen, mdcMeanWaitCosmetatos, mgcMeanWait } from "../queueing/mgc.ts";
import { mmc, mmcResponseQuantile, mmcWaitQuantile } from "../queueing/mmc.ts";
import { mmck } from "../queueing/mmck.ts";
import { processorSharingResponse } from "../queueing/processor-sharing.ts";
import { type Calculator, demandStable, type Given } from "./calculator.ts";

const rate = { kind: "rate", describe: "Requests per second" } as const;
const serviceTime = { kind: "duration", describe: "Mean service time" } as const;
const servers = { kind: "count", describe: "Servers (slots)" } as const;
const scv = { kind: "number", describe: "Variance / mean² of the service time", default: "1" } as const;

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

export const mmcCalculator: Calculator = {
  describe: "Wait and response of one queue before equal servers (M/M/c, Erlang C)",
  example: "mmc --rate 1000/s --service-time 20ms --servers 23",
  options: { rate, "service-time": serviceTime, servers },
  calculate: (given) => {
    const queue = queueOf(given);
    const answer = mmc(queue);
    const offered = [quantity("erlangs", answer.erlangs, "erlangs"), quantity("servers", queue.servers)];
    const wait = quantity("waitProbability", answer.waitProbability);
    const percentile = (name: string, value: number): Explained => ({
      name,
      formula: "smallest t with P(time > t) ≤ 1 − quantile",
      inputs: [...offered, quantity("serviceTime", queue.serviceTime, "ms")],
      result: quantity(name, value, "ms"),
      source: "M/M/c: exponential wait behind an atom at 0, plus an exponential service",
      isRule: true,
    });
    return {
      steps: [
        ...loadSteps(given),
        {
          name: "share that waits",
          formula: "C = B ÷ (1 − ρ(1 − B)), B by Erlang's loss formula",
          inputs: offered,
          result: wait,
          source: "A. K. Erlang (1917)",
          assumption: "Poisson arrivals, exponential service, one queue for all servers.",
          isRule: true,
        },
        meanWaitStep(wait, given, answer.meanWait),
        responseStep(answer.meanWait, queue.serviceTime),
        percentile("waitP99", mmcWaitQuantile(queue, 0.99)),
        percentile("responseP50", mmcResponseQuantile(queue, 0.5)),
        percentile("responseP99", mmcResponseQuantile(queue, 0.99)),
        percentile("responseP999", mmcResponseQuantile(queue, 0.999)),
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
  calculate: (given) => {
    const queue = {
      ...plainQueue(given),
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
  },
};

export const finiteCalculator: Calculator = {
  describe: "Users who wait for their answer, then think (M/M/c//N)",
  example: "finite --population 100 --think-time 300s --service-time 630ms --servers 1",
  options: {
    population: { kind: "count", describe: "Users" },
    "think-time": { kind: "duration", describe: "Pause between an answer and the next request" },
    "service-time": serviceTime,
    servers,
  },
  calculate: (given) => {
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
        {
          name: "mean response",
          formula: "population ÷ throughput × 1000 − thinkTime",
          inputs: [
            quantity("population", queue.population),
            throughput,
            quantity("thinkTime", queue.thinkTime, "ms"),
          ],
          result: quantity("meanResponse", answer.meanResponse, "ms"),
          source: "Little's law",
        },
      ],
      notes: [],
    };
  },
};

export const mg1Calculator: Calculator = {
  describe: "One server, any service law (M/G/1), and with shared speed (processor sharing)",
  example: "mg1 --rate 40/s --service-time 20ms --scv 4",
  options: { rate, "service-time": serviceTime, scv },
  calculate: (given) => {
    const queue = { ...plainQueue(given), servers: 1, scv: given.number("scv") };
    demandStable(queue.rate * queue.serviceTime, 1);
    const utilisation = quantity("utilisation", queue.rate * queue.serviceTime);
    const service = quantity("serviceTime", queue.serviceTime, "ms");
    const meanWait = mg1MeanWait(queue);
    return {
      steps: [
        {
          name: "mean wait, first come first served",
          formula: "utilisation × serviceTime × (1 + scv) ÷ (2 × (1 − utilisation))",
          inputs: [utilisation, service, quantity("scv", queue.scv)],
          result: quantity("meanWait", meanWait, "ms"),
          source: "Pollaczek–Khinchine (Kleinrock I, 5.6)",
        },
        responseStep(meanWait, queue.serviceTime),
        {
          name: "mean response, speed shared by all requests",
          formula: "serviceTime ÷ (1 − utilisation)",
          inputs: [service, utilisation],
          result: quantity("sharedResponse", processorSharingResponse(queue), "ms"),
          source: "Kleinrock II, section 4.4; the law of the service time doesn't matter",
        },
      ],
      notes: [],
    };
  },
};

export const mgcCalculator: Calculator = {
  describe: "Equal servers, any service law (M/G/c)",
  example: "mgc --rate 400/s --service-time 20ms --servers 10 --scv 4",
  options: { rate, "service-time": serviceTime, servers, scv },
  calculate: (given) => {
    const queue = { ...queueOf(given), scv: given.number("scv") };
    const inputs = [
      quantity("erlangs", queue.rate * queue.serviceTime, "erlangs"),
      quantity("servers", queue.servers),
      quantity("serviceTime", queue.serviceTime, "ms"),
      quantity("scv", queue.scv),
    ];
    const meanWait = mgcMeanWait(queue);
    const constant = mdcMeanWait(queue) ?? mdcMeanWaitCosmetatos(queue);
    const rule = (name: string, value: number, formula: string, source: string): Explained => ({
      name,
      formula,
      inputs,
      result: quantity(name, value, "ms"),
      source,
      isRule: true,
    });
    return {
      steps: [
        ...loadSteps(given),
        rule("constantWait", constant, "wait of constant service times, M/D/c", "Crommelin (1932)"),
        rule(
          "allenCunneenWait",
          allenCunneen(queue),
          "wait of M/M/c × (1 + scv) ÷ 2, for comparison only",
          "Allen–Cunneen; 4 to 23 % high for variable service",
        ),
        rule(
          "meanWait",
          meanWait,
          "(1 + scv) ÷ (2·scv ÷ Wq(M/M/c) + (1 − scv) ÷ Wq(M/D/c))",
          "T. Kimura (1986), within about 2 %",
        ),
        responseStep(meanWait, queue.serviceTime),
      ],
      notes: [],
    };
  },
};

function plainQueue(given: Given) {
  return {
    rate: given.number("rate") / 1000,
    serviceTime: positive(given, "service-time"),
    servers: given.optional("servers") ?? 1,
  };
}

function queueOf(given: Given) {
  const queue = { ...plainQueue(given), servers: given.number("servers") };
  demandStable(queue.rate * queue.serviceTime, queue.servers);
  return queue;
}

function positive(given: Given, name: string): number {
  const value = given.number(name);
  if (value > 0) return value;
  throw new UserError("usage", `--${name} must be above 0.`);
}

function loadSteps(given: Given): readonly Explained[] {
  const { rate: perMs, serviceTime: ms, servers: count } = plainQueue(given);
  const erlangs = quantity("erlangs", perMs * ms, "erlangs");
  return [
    {
      name: "offered load",
      formula: "rate × serviceTime ÷ 1000",
      inputs: [quantity("rate", perMs * 1000, "requests/s"), quantity("serviceTime", ms, "ms")],
      result: erlangs,
      source: "definition",
    },
    {
      name: "utilisation",
      formula: "erlangs ÷ servers",
      inputs: [erlangs, quantity("servers", count)],
      result: quantity("utilisation", (perMs * ms) / count),
      source: "utilisation law",
    },
  ];
}

function meanWaitStep(wait: Explained["result"], given: Given, meanWait: number): Explained {
  const { rate: perMs, serviceTime: ms, servers: count } = plainQueue(given);
  return {
    name: "mean wait",
    formula: "waitProbability × serviceTime ÷ (servers − erlangs)",
    inputs: [
      wait,
      quantity("serviceTime", ms, "ms"),
      quantity("servers", count),
      quantity("erlangs", perMs * ms),
    ],
    result: quantity("meanWait", meanWait, "ms"),
    source: "M/M/c (Kleinrock I, 3.5)",
  };
}

function responseStep(meanWait: number, serviceMs: number): Explained {
  return {
    name: "mean response",
    formula: "meanWait + serviceTime",
    inputs: [quantity("meanWait", meanWait, "ms"), quantity("serviceTime", serviceMs, "ms")],
    result: quantity("meanResponse", meanWait + serviceMs, "ms"),
    source: "definition",
  };
}
