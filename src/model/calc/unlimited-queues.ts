import { type Explained, type Quantity, quantity } from "../explain/explained.ts";
import { mdcMeanWait } from "../queueing/mdc.ts";
import { mg1MeanWait } from "../queueing/mg1.ts";
import { allenCunneen, mdcMeanWaitCosmetatos, mgcMeanWait } from "../queueing/mgc.ts";
import { type Mmc, mmc, mmcResponseQuantile, mmcWaitQuantile } from "../queueing/mmc.ts";
import { processorSharingResponse } from "../queueing/processor-sharing.ts";
import { type Calculation, type Calculator, demandStable, type Given } from "./calculator.ts";
import {
  loadSteps,
  meanResponseStep,
  queueOf,
  rate,
  scv,
  servers,
  serviceTime,
  stableQueueOf,
} from "./queue-steps.ts";

/** Calculators of queues with room for everybody. */

export const mmcCalculator: Calculator = {
  describe: "Wait and response of one queue before equal servers (M/M/c, Erlang C)",
  example: "mmc --rate 1000/s --service-time 20ms --servers 23",
  options: { rate, "service-time": serviceTime, servers },
  calculate: calculateMmc,
};

function calculateMmc(given: Given): Calculation {
  const queue = stableQueueOf(given);
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
      ...loadSteps(queue),
      {
        name: "share that waits",
        formula: "C = B ÷ (1 − ρ(1 − B)), B by Erlang's loss formula",
        inputs: offered,
        result: wait,
        source: "A. K. Erlang (1917)",
        assumption: "Poisson arrivals, exponential service, one queue for all servers.",
        isRule: true,
      },
      meanWaitStep(wait, queue, answer.meanWait),
      meanResponseStep(answer.meanWait, queue.serviceTime),
      percentile("waitP99", mmcWaitQuantile(queue, 0.99)),
      percentile("responseP50", mmcResponseQuantile(queue, 0.5)),
      percentile("responseP99", mmcResponseQuantile(queue, 0.99)),
      percentile("responseP999", mmcResponseQuantile(queue, 0.999)),
    ],
    notes: [],
  };
}

function meanWaitStep(wait: Quantity, { rate, serviceTime, servers }: Mmc, meanWait: number): Explained {
  return {
    name: "mean wait",
    formula: "waitProbability × serviceTime ÷ (servers − erlangs)",
    inputs: [
      wait,
      quantity("serviceTime", serviceTime, "ms"),
      quantity("servers", servers),
      quantity("erlangs", rate * serviceTime),
    ],
    result: quantity("meanWait", meanWait, "ms"),
    source: "M/M/c (Kleinrock I, 3.5)",
  };
}

export const mg1Calculator: Calculator = {
  describe: "One server, any service law (M/G/1), and with shared speed (processor sharing)",
  example: "mg1 --rate 40/s --service-time 20ms --scv 4",
  options: { rate, "service-time": serviceTime, scv },
  calculate: calculateMg1,
};

function calculateMg1(given: Given): Calculation {
  const queue = { ...queueOf(given), servers: 1, scv: given.number("scv") };
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
      meanResponseStep(meanWait, queue.serviceTime),
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
}

export const mgcCalculator: Calculator = {
  describe: "Equal servers, any service law (M/G/c)",
  example: "mgc --rate 400/s --service-time 20ms --servers 10 --scv 4",
  options: { rate, "service-time": serviceTime, servers, scv },
  calculate: calculateMgc,
};

function calculateMgc(given: Given): Calculation {
  const queue = { ...stableQueueOf(given), scv: given.number("scv") };
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
      ...loadSteps(queue),
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
      meanResponseStep(meanWait, queue.serviceTime),
    ],
    notes: [],
  };
}
