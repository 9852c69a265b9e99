import type { CapacityPoint } from "../capacity-point.ts";
import type { ModelInputs } from "../inputs.ts";
import { retryStorm } from "../retry-storm.ts";
import { attemptsOfARequest } from "../server-tier.ts";
import { type Explained, quantity } from "./explained.ts";

/** Attempts while all is calm, and the load from which on an overload stays; nothing without retries. */
export function explainRetries(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  const { retries: law } = inputs;
  if (law === undefined) return [];
  const errors = Math.max(law.errorShare.old, law.errorShare.new);
  const retries = quantity("retries", law.retries);
  return [
    {
      name: "attempts of a request while all is calm",
      formula: errors === 1 ? "retries + 1" : "(1 − failure ^ (retries + 1)) ÷ (1 − failure)",
      inputs: [quantity("failure", errors), retries],
      result: quantity("attempts", attemptsOfARequest(inputs), "attempts"),
      source: "geometric series",
      assumption: "Of the two versions the one that fails more often; every attempt counts as a request.",
    },
    ...explainStorm(inputs, point),
  ];
}

function explainStorm(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  const storm = retryStorm(inputs, point);
  if (storm === undefined || inputs.retries === undefined) return [];
  const users = quantity("users", point.load.users, "users");
  const capacity = quantity("capacity", storm.capacityPerSecond, "requests/s");
  const rate = quantity("rate", storm.requestsPerSecond, "requests/s");
  return [
    {
      name: `attempts at ${storm.version} once it is overloaded`,
      formula: "attempts = rate × (1 + f + … + f^retries), f the share that fails at that many attempts",
      inputs: [rate, quantity("retries", inputs.retries.retries), capacity],
      result: quantity("stormyAttempts", storm.stormyPerSecond, "attempts/s"),
      source: "fixed point from above",
      assumption: "At more attempts than the servers can do, every one of them comes too late and fails.",
      isRule: true,
    },
    {
      name: "users from whom on an overload stays after its cause is gone",
      formula: "users × capacity ÷ (retries + 1) ÷ rate",
      inputs: [users, capacity, quantity("retries", inputs.retries.retries), rate],
      result: quantity("metastableFrom", storm.fromUsers, "users"),
      source: "the two fixed points of the retries part there",
    },
  ];
}
