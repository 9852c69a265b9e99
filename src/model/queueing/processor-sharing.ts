import { invariant } from "../../base/invariant.ts";
import type { SingleServer } from "./mg1.ts";

/**
 * Mean response of a server that shares its speed among all requests: S/(1 − ρ), whatever their law.
 *
 * Source: Kleinrock, Queueing Systems II, section 4.4.
 */
export function processorSharingResponse({ rate, serviceTime }: SingleServer): number {
  const utilisation = rate * serviceTime;
  invariant(utilisation < 1, "the server keeps up with the load");
  return serviceTime / (1 - utilisation);
}

/** Mean response of a request that would take `size` alone: size/(1 − ρ). */
export function processorSharingResponseOf(server: SingleServer, size: number): number {
  return (processorSharingResponse(server) / server.serviceTime) * size;
}
