import type { PricePlan } from "../scenario/capacity-plan.ts";

/** Machines that are paid for, spares included. */
export type Machines = {
  readonly servers: number;
  readonly gateways: number;
  readonly databaseNodes: number;
  readonly cacheNodes: number;
};

/** Price of the machines and of the average traffic to users, per hour. */
export function costPerHour(price: PricePlan, machines: Machines, averageBytesPerSecond: number): number {
  const gigabytesPerHour = (averageBytesPerSecond * 3600) / 1e9;
  return (
    machines.servers * price.serverPerHour +
    machines.gateways * price.gatewayPerHour +
    machines.databaseNodes * price.databasePerHour +
    machines.cacheNodes * price.cachePerHour +
    gigabytesPerHour * price.trafficPerGigabyte
  );
}
