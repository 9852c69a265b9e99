import type { ModelInputs } from "./inputs.ts";
import { allCopiesShare, type SystemLoad } from "./load.ts";
import { everything, wholeServers } from "./server-tier.ts";

/** Gateways that hold every connection and forward every request and every copy. */
export function sizeGateways(inputs: ModelInputs, load: SystemLoad): number {
  return Math.max(1, wholeServers(gatewayNeed(inputs, load)));
}

/** The same as a fraction. */
export function gatewayNeed(inputs: ModelInputs, load: SystemLoad): number {
  const { gateway } = inputs.capacity;
  const { ratePerSecond, connections } = everything(inputs, load);
  const forwarded = ratePerSecond * (1 + allCopiesShare(inputs));
  return Math.max(forwarded / gateway.ratePerSecond, connections / gateway.connections);
}

/** Bytes per second between users and the system at the peak; copies stay inside. */
export function bandwidthBytesPerSecond({ capacity }: ModelInputs, load: SystemLoad): number {
  return load.peakPerSecond * capacity.bytesPerRequest;
}

export type TelemetryLoad = {
  readonly logBytesPerDay: number;
  /** Before sampling. */
  readonly unsampledLogBytesPerDay: number;
  readonly metricBytesPerDay: number;
};

const msPerDay = 86_400_000;

/** Logs and metrics of a day. Copies are logged too, and every server of either version exports its series. */
export function telemetryLoad(inputs: ModelInputs, load: SystemLoad, servers: number): TelemetryLoad {
  const { telemetry } = inputs.capacity;
  const requestsPerDay = (load.averagePerSecond * (1 + allCopiesShare(inputs)) * msPerDay) / 1000;
  const unsampledLogBytesPerDay = requestsPerDay * telemetry.logBytesPerRequest;
  return {
    logBytesPerDay: unsampledLogBytesPerDay * telemetry.logShare,
    unsampledLogBytesPerDay,
    metricBytesPerDay:
      (servers * telemetry.seriesPerServer * telemetry.bytesPerSample * msPerDay) /
      telemetry.scrapeIntervalMs,
  };
}
