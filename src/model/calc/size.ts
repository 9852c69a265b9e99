import { UserError } from "../../base/errors.ts";
import { formatNumber, formatShare } from "../../base/units.ts";
import type { ServiceTimePlan } from "../../scenario/service-plan.ts";
import { type Explained, quantity } from "../explain/explained.ts";
import { serviceLaw } from "../queueing/service-law.ts";
import { squareRootServers } from "../queueing/staffing.ts";
import { wholeServers } from "../server-tier.ts";
import type { LoadBalancing } from "../sizing/balancing.ts";
import { type LatencyTarget, type SlotDemand, serversForLatency } from "../sizing/slots.ts";
import type { Calculation, Calculator, Given } from "./calculator.ts";
import { offeredLoadStep, positive } from "./queue-steps.ts";

const balancings: readonly LoadBalancing[] = [
  "pooled",
  "random",
  "roundRobin",
  "leastConnections",
  "powerOfTwo",
];
const quantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 } as const;

const targetOptions = Object.fromEntries(
  (["response", "wait"] as const).flatMap((of) =>
    Object.keys(quantiles).map((name) => [
      `${of}-${name}`,
      { kind: "duration", describe: `Longest ${of} at ${name}`, isOptional: true } as const,
    ]),
  ),
);

export const sizeCalculator: Calculator = {
  describe: "Fewest servers that keep a percentile and stay below a utilisation",
  example: "size --rate 1000/s --service-time 20ms --response-p99 100ms --balancing pooled",
  options: {
    rate: { kind: "rate", describe: "Requests per second at the peak" },
    "service-time": { kind: "duration", describe: "Mean service time" },
    scv: { kind: "number", describe: "Variance / mean² of the service time (a gamma law)", default: "1" },
    balancing: { kind: "text", describe: `How requests find a server: ${balancings.join(", ")}` },
    slots: { kind: "count", describe: "Requests that a server works on at once", default: "1" },
    "utilisation-cap": { kind: "share", describe: "Highest planned utilisation", default: "70%" },
    ...targetOptions,
  },
  calculate,
};

/** Above this utilisation an answer from a percentile alone is refused: a twentieth more load is too much. */
const highestPlan = 0.95;

function calculate(given: Given): Calculation {
  const balancing = balancingOf(given);
  const meanMs = positive(given, "service-time");
  const slots = given.number("slots");
  const cap = positive(given, "utilisation-cap");
  const targets = targetsOf(given);
  const demand = {
    ratePerMs: given.number("rate") / 1000,
    service: serviceLaw(lawOf(meanMs, given.number("scv"))),
    slots,
    balancing,
  };
  const servers = fewestServers(demand, targets);
  const erlangs = demand.ratePerMs * meanMs;
  const forCap = cappedStep({ erlangs, slots, cap });
  const utilisation = erlangs / (servers * slots);
  return {
    steps: [
      offeredLoadStep({ rate: demand.ratePerMs, serviceTime: meanMs }),
      squareRootStep(erlangs, slots),
      percentileStep({ demand, targets, erlangs, servers }),
      utilisationStep(erlangs, servers, slots),
      forCap,
    ],
    notes: notes({ servers, capped: forCap.result.value, utilisation, cap }),
  };
}

function balancingOf(given: Given): LoadBalancing {
  const balancing = balancings.find((name) => name === given.text("balancing"));
  if (balancing !== undefined) return balancing;
  throw new UserError(
    "usage",
    `--balancing ${given.text("balancing")}: must be one of ${balancings.join(", ")}.`,
  );
}

function fewestServers(demand: SlotDemand, targets: readonly LatencyTarget[]): number {
  const count = serversForLatency(demand, targets);
  if ("servers" in count) return count.servers;
  const { impossible } = count;
  throw new UserError("usage", `${impossible.charAt(0).toUpperCase()}${impossible.slice(1)}.`);
}

type Sized = {
  readonly demand: SlotDemand;
  readonly targets: readonly LatencyTarget[];
  readonly erlangs: number;
  readonly servers: number;
};

function percentileStep({ demand, targets, erlangs, servers }: Sized): Explained {
  return {
    name: "servers for the percentile",
    formula: targets
      .map(
        ({ of, limitMs, quantile }) => `P(${of} > ${limitMs} ms) ≤ ${Number((1 - quantile).toPrecision(6))}`,
      )
      .join(" and "),
    inputs: [
      quantity("erlangs", erlangs, "erlangs"),
      quantity("slots", demand.slots),
      quantity("scv", demand.service.scv),
    ],
    result: quantity("servers", servers, "servers"),
    source: `Erlang C with Kimura's correction, load balancing ${demand.balancing}`,
    assumption: "Poisson arrivals. How requests find a server moves the answer more than anything else.",
    isRule: true,
  };
}

function cappedStep({
  erlangs,
  slots,
  cap,
}: Readonly<Record<"erlangs" | "slots" | "cap", number>>): Explained {
  return {
    name: "servers for the utilisation cap",
    formula: "max(1, ceil(erlangs ÷ (slots × utilisationCap)))",
    inputs: [quantity("erlangs", erlangs), quantity("slots", slots), quantity("utilisationCap", cap)],
    result: quantity("serversForCap", Math.max(1, wholeServers(erlangs / (slots * cap))), "servers"),
    source: "utilisation law",
  };
}

type Verdict = {
  readonly servers: number;
  readonly capped: number;
  readonly utilisation: number;
  readonly cap: number;
};

function notes({ servers, capped, utilisation, cap }: Verdict): readonly string[] {
  if (utilisation <= highestPlan) {
    return [
      `${formatNumber(servers)} servers keep the percentile, at ${formatShare(utilisation)} utilisation; ${formatNumber(Math.max(servers, capped))} also stay below ${formatShare(cap)}.`,
    ];
  }
  return [
    `${formatNumber(servers)} servers would keep the percentile, but at ${formatShare(utilisation)} utilisation ` +
      `${formatShare(1 / utilisation - 1)} more load makes the queue grow without end: that is no plan. ` +
      `Take ${formatNumber(Math.max(servers, capped))} servers, which stay below ${formatShare(cap)}.`,
  ];
}

function lawOf(meanMs: number, scv: number): ServiceTimePlan {
  if (scv === 1) return { law: "exponential", meanMs };
  return scv === 0 ? { law: "constant", ms: meanMs } : { law: "gamma", meanMs, shape: 1 / scv };
}

function targetsOf(given: Given): readonly LatencyTarget[] {
  const targets = (["response", "wait"] as const).flatMap((of) =>
    Object.entries(quantiles).flatMap(([name, quantile]) => {
      const limitMs = given.optional(`${of}-${name}`);
      return limitMs === undefined ? [] : [{ of, quantile, limitMs }];
    }),
  );
  if (targets.length > 0) return targets;
  throw new UserError("usage", "Say what must hold: --response-p99 100ms or --wait-p99 50ms.");
}

function squareRootStep(erlangs: number, slots: number): Explained {
  const beta = 2.375;
  return {
    name: "first guess: square-root staffing, 1 % wait",
    formula: "ceil(ceil(erlangs + beta × sqrt(erlangs)) ÷ slots)",
    inputs: [quantity("erlangs", erlangs), quantity("beta", beta), quantity("slots", slots)],
    result: quantity("guess", wholeServers(squareRootServers(erlangs, beta) / slots), "servers"),
    source: "S. Halfin and W. Whitt (1981), one queue for all",
  };
}

function utilisationStep(erlangs: number, servers: number, slots: number): Explained {
  return {
    name: "utilisation with them",
    formula: "erlangs ÷ (servers × slots)",
    inputs: [quantity("erlangs", erlangs), quantity("servers", servers), quantity("slots", slots)],
    result: quantity("utilisation", erlangs / (servers * slots)),
    source: "utilisation law",
  };
}
