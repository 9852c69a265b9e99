import type { ConnectionsSection, EjectionSection } from "./split-protection-schema.ts";

/** When one address is left alone for a while, because its requests fail. */
export type EjectionPlan = {
  readonly consecutiveFailures: number;
  /** 0–1, of at least `minVolume` requests in a window. */
  readonly failureShare: number;
  readonly minVolume: number;
  readonly windowMs: number;
  /** The first time; the n-th time n times as long, up to `maxEjectMs`. */
  readonly ejectMs: number;
  readonly maxEjectMs: number;
  /** Of a version's addresses, 0–1: no more are left alone at once. */
  readonly maxEjectedShare: number;
  /** Whether the first may be, whatever the share allows. */
  readonly alwaysEjectsOne: boolean;
};

export type ConnectionsPlan = {
  /** undefined leaves it to the load. */
  readonly clients: number | undefined;
  readonly perAddress: number;
  readonly waiting: number;
};

export function planEjection(ejection: EjectionSection | undefined): EjectionPlan | undefined {
  return (
    ejection && {
      consecutiveFailures: ejection.consecutiveFailures,
      failureShare: ejection.failureShare,
      minVolume: ejection.minVolume,
      windowMs: ejection.window,
      ejectMs: ejection.ejectFor,
      maxEjectMs: ejection.maxEjectFor,
      maxEjectedShare: ejection.maxEjected,
      alwaysEjectsOne: ejection.alwaysEjectOne,
    }
  );
}

export function planConnections({ clients, perAddress, waiting }: ConnectionsSection): ConnectionsPlan {
  return { clients, perAddress, waiting };
}
