import { type PerVersion, perVersion, type Version } from "../base/version.ts";
import type { ModelInputs } from "./inputs.ts";

/** What a number of users asks of the system at the busiest time, the forecast's error included where said. */
export type SystemLoad = {
  readonly users: number;
  readonly averagePerSecond: number;
  readonly peakPerSecond: number;
  /** Users who hold a connection. */
  readonly connections: number;
  /** Requests of users, and copies, by the version that works on them; at the peak, per second. */
  readonly versions: PerVersion<VersionLoad>;
};

export type VersionLoad = { readonly ratePerSecond: number; readonly connections: number };

/**
 * Load of a user count under the scenario's split and mirror.
 *
 * Source: splitting and copying rates, λ_new = pλ + m(1−p)λ (notes on parallel running in docs/model.md).
 */
export function systemLoad(inputs: ModelInputs, users: number): SystemLoad {
  const { demand, capacity } = inputs;
  const peakPerSecond = users * demand.peakPerUser;
  const connections = users * capacity.connectedShare;
  return {
    users,
    averagePerSecond: users * demand.averagePerUser,
    peakPerSecond,
    connections,
    versions: perVersion((version) => ({
      ratePerSecond: peakPerSecond * workShare(inputs, version),
      connections: connections * answeredShare(inputs, version),
    })),
  };
}

/** Share of the users' requests that the version answers. */
export function answeredShare({ split }: ModelInputs, version: Version): number {
  return version === "new" ? split.newShare : 1 - split.newShare;
}

/** Share of the users' requests that the version works on, copies included. */
export function workShare(inputs: ModelInputs, version: Version): number {
  return answeredShare(inputs, version) + copiedShare(inputs, version);
}

/** Copies sent to the version, as a share of the users' requests. */
function copiedShare(inputs: ModelInputs, version: Version): number {
  if (inputs.split.mirrorTo !== version) return 0;
  return (1 - answeredShare(inputs, version)) * inputs.split.mirrorShare;
}

/** All copies, as a share of the users' requests. */
export function allCopiesShare(inputs: ModelInputs): number {
  return copiedShare(inputs, "old") + copiedShare(inputs, "new");
}

/** The same system with its mirror turned off. */
export function withoutCopies(inputs: ModelInputs): ModelInputs {
  return {
    ...inputs,
    split: { ...inputs.split, mirrorTo: undefined, mirrorShare: 0, mirroredWriteShare: 0 },
  };
}
