import type { EjectionPlan } from "../scenario/split-protection-plan.ts";

/** What is known of one address of a version: how its requests ended, and how often it was left alone. */
export type AddressRecord = {
  failuresInARow: number;
  /** In the window that began then. */
  requests: number;
  failures: number;
  windowStartMs: number;
  timesEjected: number;
};

export type Ejection = { readonly forMs: number; readonly sentence: string };

export function freshRecord(atMs: number): AddressRecord {
  return { failuresInARow: 0, requests: 0, failures: 0, windowStartMs: atMs, timesEjected: 0 };
}

/**
 * Books how a request of an address ended, which must not be ejected at the time. Time comes with every call, so that
 * the splitter and the simulator eject by the same rule.
 *
 * @param record - brought up to date
 * @returns for how long the address is left alone from now on, and why; undefined where it goes on
 */
export function bookOutcome(
  plan: EjectionPlan,
  record: AddressRecord,
  outcome: { readonly atMs: number; readonly isFailure: boolean },
): Ejection | undefined {
  const { atMs, isFailure } = outcome;
  if (atMs - record.windowStartMs >= plan.windowMs) {
    record.windowStartMs = atMs;
    record.requests = record.failures = 0;
  }
  record.requests++;
  record.failures += isFailure ? 1 : 0;
  record.failuresInARow = isFailure ? record.failuresInARow + 1 : 0;
  const sentence = isFailure ? tooManyFailures(plan, record) : undefined;
  if (sentence === undefined) return undefined;
  record.timesEjected++;
  record.failuresInARow = record.failures = record.requests = 0;
  const forMs = Math.min(plan.ejectMs * record.timesEjected, plan.maxEjectMs);
  return { forMs, sentence: `${sentence}; out for ${forMs} ms` };
}

function tooManyFailures(plan: EjectionPlan, record: AddressRecord): string | undefined {
  const { failuresInARow, failures, requests } = record;
  if (failuresInARow >= plan.consecutiveFailures) return `${failuresInARow} requests in a row failed`;
  const isShare = requests >= plan.minVolume && failures / requests >= plan.failureShare;
  return isShare ? `${failures} of ${requests} requests failed` : undefined;
}
