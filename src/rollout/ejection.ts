import { formatCount, formatShare } from "../base/units.ts";
import type { EjectionPlan } from "../scenario/split-protection-plan.ts";

/** What is known of one address of a version: how its requests ended, and how often it was left alone. */
export type AddressRecord = {
  failuresInARow: number;
  /** In the window that began then. */
  requests: number;
  failures: number;
  windowStartMs: number;
  timesEjected: number;
  /** It was to be ejected, and too many others were. */
  timesSpared: number;
};

/** An address is left alone for a time, or was spared because too many would be. */
export type Ejection =
  | { readonly isSpared: false; readonly forMs: number; readonly sentence: string }
  | { readonly isSpared: true; readonly isFirst: boolean; readonly sentence: string };

/** The addresses of a version, and how many of them are left alone at the time. */
export type EjectionRoom = { readonly addresses: number; readonly ejected: number };

export function freshRecord(atMs: number): AddressRecord {
  return {
    failuresInARow: 0,
    requests: 0,
    failures: 0,
    windowStartMs: atMs,
    timesEjected: 0,
    timesSpared: 0,
  };
}

/**
 * Books how a request of an address ended, which must not be ejected at the time. Time comes with every call, so that
 * the splitter and the simulator eject by the same rule.
 *
 * @param record - brought up to date
 * @returns for how long the address is left alone from now on, and why; undefined where nothing speaks against it
 */
export function bookOutcome(
  plan: EjectionPlan,
  record: AddressRecord,
  outcome: { readonly atMs: number; readonly isFailure: boolean; readonly room: () => EjectionRoom },
): Ejection | undefined {
  const { atMs, isFailure, room } = outcome;
  if (atMs - record.windowStartMs >= plan.windowMs) {
    record.windowStartMs = atMs;
    record.requests = record.failures = 0;
  }
  record.requests++;
  record.failures += isFailure ? 1 : 0;
  record.failuresInARow = isFailure ? record.failuresInARow + 1 : 0;
  const sentence = isFailure ? tooManyFailures(plan, record) : undefined;
  if (sentence === undefined) return undefined;
  record.failuresInARow = record.failures = record.requests = 0;
  const { addresses, ejected } = room();
  if (!hasRoom(plan, { addresses, ejected })) {
    record.timesSpared++;
    const limit = `${formatShare(plan.maxEjectedShare)} of the addresses (${formatCount(addresses)} in all)`;
    const isFirst = record.timesSpared === 1;
    return {
      isSpared: true,
      isFirst,
      sentence: `${sentence}; not left alone, for no more than ${limit} may be`,
    };
  }
  record.timesEjected++;
  const forMs = Math.min(plan.ejectMs * record.timesEjected, plan.maxEjectMs);
  return { isSpared: false, forMs, sentence: `${sentence}; out for ${forMs} ms` };
}

/** Source: the limit of Envoy's outlier detection: with the next one, the share must not be above the limit. */
function hasRoom(plan: EjectionPlan, { addresses, ejected }: EjectionRoom): boolean {
  if (plan.alwaysEjectsOne && ejected === 0) return true;
  return ejected + 1 <= plan.maxEjectedShare * addresses + rounding;
}

/** 0.1 × 30 is a little more than 3, 0.7 × 10 a little less than 7. */
const rounding = 1e-9;

function tooManyFailures(plan: EjectionPlan, record: AddressRecord): string | undefined {
  const { failuresInARow, failures, requests } = record;
  if (failuresInARow >= plan.consecutiveFailures) return `${failuresInARow} requests in a row failed`;
  const isShare = requests >= plan.minVolume && failures / requests >= plan.failureShare;
  return isShare ? `${failures} of ${requests} requests failed` : undefined;
}
