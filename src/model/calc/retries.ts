import { formatNumber } from "../../base/units.ts";
import { type Explained, quantity } from "../explain/explained.ts";
import { mmcResponseExceeds } from "../queueing/mmc.ts";
import { attemptsPerRequest, hysteresis, type RetryLaw, retryFixedPoint } from "../queueing/retries.ts";
import type { Calculation, Calculator, Given } from "./calculator.ts";
import { positive } from "./queue-steps.ts";

export const retriesCalculator: Calculator = {
  describe: "Attempts that requests make when attempts fail or come too late, and whether that lasts",
  example: "retries --failure 1% --retries 3 --rate 600/s --service-time 20ms --servers 20 --timeout 1s",
  options: {
    failure: { kind: "share", describe: "Share of attempts that fail whatever the load is", default: "0%" },
    retries: { kind: "count", describe: "Retries at most" },
    rate: { kind: "rate", describe: "Requests per second, each counted once", isOptional: true },
    "service-time": { kind: "duration", describe: "Mean service time", isOptional: true },
    servers: { kind: "count", describe: "Servers (slots)", isOptional: true },
    timeout: { kind: "duration", describe: "An answer that takes longer has failed", default: "1s" },
  },
  calculate: (given) => {
    const attempts = attemptsStep(given);
    const loads = ["rate", "service-time", "servers"].filter((name) => given.optional(name) !== undefined);
    if (loads.length === 0) {
      const note =
        "With --rate, --service-time and --servers: whether an overload lasts after its cause is gone.";
      return { steps: [attempts], notes: [note] };
    }
    return fixedPoint(given, attempts);
  },
};

function attemptsStep(given: Given): Explained {
  const failure = given.number("failure");
  const retries = given.number("retries");
  return {
    name: "attempts per request",
    formula: failure === 1 ? "retries + 1" : "(1 − failure ^ (retries + 1)) ÷ (1 − failure)",
    inputs: [quantity("failure", failure), quantity("retries", retries)],
    result: quantity("attempts", attemptsPerRequest(failure, retries), "attempts"),
    source: "geometric series",
    assumption: "Attempts fail independently; under overload they don't, and retries make it last.",
  };
}

/** Attempts make queues, queues make late answers, late answers make attempts: from an idle and a flooded start. */
function fixedPoint(given: Given, attempts: Explained): Calculation {
  const law = lawOf(given);
  const answer = retryFixedPoint(law);
  const inputs = [
    quantity("rate", law.ratePerSecond, "requests/s"),
    quantity("retries", law.retries),
    quantity("failure", given.number("failure")),
    quantity("serviceTime", given.number("service-time"), "ms"),
    quantity("servers", given.number("servers")),
    quantity("timeout", given.number("timeout"), "ms"),
  ];
  const settled = (name: string, start: "calm" | "stormy"): Explained => ({
    name,
    formula:
      "attempts = rate × (1 − f^(retries + 1)) ÷ (1 − f), f = failure + (1 − failure) × P(response > timeout)",
    inputs,
    result: quantity(start, answer[start].attemptsPerSecond, "attempts/s"),
    source: `fixed point from ${start === "calm" ? "below" : "above"}, M/M/c`,
    assumption: "A late answer has taken its time at the servers all the same.",
    isRule: true,
  });
  return {
    steps: [
      attempts,
      settled("attempts from an idle start", "calm"),
      settled("attempts from a flood", "stormy"),
    ],
    notes: [stateNote(law, answer.metastable, answer.calm.failureShare)],
  };
}

function lawOf(given: Given): RetryLaw {
  const failure = given.number("failure");
  const servers = given.number("servers");
  const serviceTime = positive(given, "service-time");
  const timeout = given.number("timeout");
  const late = (rate: number): number => {
    if (rate * serviceTime >= servers) return 1;
    return rate === 0
      ? Math.exp(-timeout / serviceTime)
      : mmcResponseExceeds({ rate, serviceTime, servers }, timeout);
  };
  return {
    ratePerSecond: given.number("rate"),
    retries: given.number("retries"),
    failureShare: (perSecond) => Math.min(1, failure + (1 - failure) * late(perSecond / 1000)),
  };
}

function stateNote(law: RetryLaw, metastable: boolean, failing: number): string {
  const { ratePerSecond, ...rest } = law;
  if (!metastable) {
    return failing < 0.5
      ? "One answer: an overload ends when its cause is gone."
      : "One answer: there are too few servers for this rate; it is overloaded from the start.";
  }
  const between = hysteresis(rest, ratePerSecond * (law.retries + 1));
  const range =
    between === undefined
      ? ""
      : ` That is so from ${formatNumber(between.fromPerSecond)} to ${formatNumber(between.toPerSecond)} requests/s.`;
  return `METASTABLE: two answers. Once flooded it stays so after the cause is gone, until the rate falls.${range}`;
}
