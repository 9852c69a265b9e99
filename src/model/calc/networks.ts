import { UserError } from "../../base/errors.ts";
import { formatNumber, parseDurationMs, parsePlainNumber } from "../../base/units.ts";
import { type Explained, quantity } from "../explain/explained.ts";
import { mostExactUsers, mvaApproximate, mvaBounds, mvaExact, type Station } from "../queueing/mva.ts";
import {
  fewestUslPoints,
  fitUsl,
  isBeyondMeasured,
  trustedReach,
  type UslFit,
  uslThroughput,
} from "../queueing/usl.ts";
import type { Calculation, Calculator, Given } from "./calculator.ts";
import { closedResponseStep } from "./queue-steps.ts";

export const mvaCalculator: Calculator = {
  describe: "Closed users over several stations (mean-value analysis)",
  example: "mva --demands 2s,3s,1s --think-time 4s --population 20",
  options: {
    demands: { kind: "text", describe: "Work of one request at each station, for example 2s,3s,1s" },
    "think-time": { kind: "duration", describe: "Pause between an answer and the next request" },
    population: { kind: "count", describe: "Users" },
  },
  calculate: (given) => {
    const stations = given.text("demands").split(",").map(toStation);
    const network = {
      stations,
      thinkTime: given.number("think-time"),
      population: given.number("population"),
    };
    const isExact = network.population <= mostExactUsers;
    const answer = isExact ? mvaExact(network) : mvaApproximate(network);
    const bounds = mvaBounds(network);
    const busiest = answer.utilisations.indexOf(Math.max(...answer.utilisations));
    const inputs = [
      ...stations.map(({ name, demand }) => quantity(name, demand, "ms")),
      quantity("thinkTime", network.thinkTime, "ms"),
      quantity("population", network.population),
    ];
    const throughput = quantity("throughput", answer.throughput * 1000, "requests/s");
    return {
      steps: [
        {
          name: "throughput",
          formula: "R(n) = Σ D·(1 + Q(n − 1)), X = n ÷ (Z + R), Q = X·R, from n = 1 to the population",
          inputs,
          result: throughput,
          source: isExact ? "Reiser and Lavenberg (1980), exact" : "Schweitzer (1979), approximate",
          isRule: true,
        },
        closedResponseStep(
          { name: "response", result: quantity("response", answer.response, "ms") },
          { ...network, throughput },
        ),
        {
          name: "upper bound of the throughput",
          formula: "min(N ÷ (ΣD + Z), 1 ÷ max D)",
          inputs,
          result: quantity("throughputBound", bounds.throughput * 1000, "requests/s"),
          source: "Denning and Buzen (1978)",
          isRule: true,
        },
      ],
      notes: [
        `Station ${busiest + 1} is the bottleneck, ${formatNumber((answer.utilisations[busiest] ?? 0) * 100)} % busy.`,
      ],
    };
  },
};

function toStation(written: string, index: number): Station {
  const demand = parseDurationMs(written);
  if (demand === undefined)
    throw new UserError("usage", `--demands ${written}: must be times such as 2s,300ms.`);
  return { name: `demand${index + 1}`, demand, kind: "queue" };
}

export const uslCalculator: Calculator = {
  describe: "Scalability law through measured throughputs",
  example: "usl --points 1:20,4:78,8:130,12:170,16:190,20:200 --at 48",
  options: {
    points: { kind: "text", describe: "load:throughput pairs, at least six, for example 1:20,4:78" },
    at: { kind: "number", describe: "Load to predict", isOptional: true },
  },
  calculate: calculateUsl,
};

function calculateUsl(given: Given): Calculation {
  const points = given.text("points").split(",").map(toPoint);
  if (points.length < fewestUslPoints) {
    throw new UserError(
      "usage",
      `--points: ${points.length} given; a fit of three coefficients needs at least ${fewestUslPoints}.`,
    );
  }
  const fit = fitUsl(points);
  const inputs = [quantity("points", points.length), quantity("largestLoad", fit.largestMeasuredLoad)];
  const coefficient = (name: "gamma" | "contention" | "coherency"): Explained => ({
    name,
    formula: "least squares of X(N) = gamma·N ÷ (1 + contention·(N − 1) + coherency·N·(N − 1)), all ≥ 0",
    inputs,
    result: quantity(name, fit[name]),
    source: "N. J. Gunther, Guerrilla Capacity Planning (2007); Levenberg–Marquardt",
    isRule: true,
  });
  return {
    steps: [
      coefficient("gamma"),
      coefficient("contention"),
      coefficient("coherency"),
      ...peakSteps(fit),
      ...predictionSteps(fit, given.optional("at")),
    ],
    notes: uslNotes(fit, given.optional("at")),
  };
}

function toPoint(written: string) {
  const [load, throughput] = written.split(":").map((part) => parsePlainNumber(part));
  if (load === undefined || throughput === undefined || !(load > 0 && throughput > 0)) {
    throw new UserError("usage", `--points ${written}: must be load:throughput, both above 0.`);
  }
  return { load, throughput };
}

function peakSteps({ peakLoad, peakThroughput, contention, coherency }: UslFit): readonly Explained[] {
  if (peakLoad === undefined || peakThroughput === undefined) return [];
  return [
    {
      name: "load of the highest throughput",
      formula: "sqrt((1 − contention) ÷ coherency)",
      inputs: [quantity("contention", contention), quantity("coherency", coherency)],
      result: quantity("peakLoad", peakLoad),
      source: "Gunther (2007)",
    },
  ];
}

function predictionSteps(fit: UslFit, load: number | undefined): readonly Explained[] {
  if (load === undefined) return [];
  return [
    {
      name: "predicted throughput",
      formula: "gamma × load ÷ (1 + contention × (load − 1) + coherency × load × (load − 1))",
      inputs: [
        quantity("gamma", fit.gamma),
        quantity("contention", fit.contention),
        quantity("coherency", fit.coherency),
        quantity("load", load),
      ],
      result: quantity("throughput", uslThroughput(fit, load)),
      source: "Gunther (2007)",
      ...(isBeyondMeasured(fit, load) ? { assumption: "EXTRAPOLATED: beyond what was measured." } : {}),
    },
  ];
}

function uslNotes(fit: UslFit, load: number | undefined): readonly string[] {
  const widths = Object.entries(fit.halfWidths).map(([name, half]) =>
    half === undefined ? `${name} at its bound of 0` : `${name} ± ${Number(half.toPrecision(2))}`,
  );
  const notes = [`95 % limits by the curvature of the squares: ${widths.join(", ")}.`];
  if (load !== undefined && isBeyondMeasured(fit, load)) {
    notes.push(
      `EXTRAPOLATED: ${load} is more than ${trustedReach} times the largest measured load, ${fit.largestMeasuredLoad}; on known data such predictions were up to 26 % off.`,
    );
  }
  return notes;
}
