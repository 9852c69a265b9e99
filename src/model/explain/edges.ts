import type { CapacityPoint } from "../capacity-point.ts";
import type { ModelInputs } from "../inputs.ts";
import { allCopiesShare } from "../load.ts";
import { everything } from "../server-tier.ts";
import { type Explained, quantity } from "./explained.ts";

/** Bandwidth, gateways, logs and metrics, cost. */
export function explainEdges(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  return [
    explainBandwidth(inputs, point),
    explainGateways(inputs, point),
    explainLogs(inputs, point),
    explainMetrics(inputs, point),
    ...explainCost(inputs, point),
  ];
}

function explainBandwidth({ capacity }: ModelInputs, point: CapacityPoint): Explained {
  return {
    name: "bandwidth",
    formula: "peakRate × bytesPerRequest",
    inputs: [
      quantity("peakRate", point.load.peakPerSecond, "requests/s"),
      quantity("bytesPerRequest", capacity.bytesPerRequest, "bytes"),
    ],
    result: quantity("bandwidth", point.bandwidthBytesPerSecond, "bytes/s"),
    source: "definition",
    assumption: "Between users and the system, request and response together; copies stay inside.",
  };
}

function explainGateways(inputs: ModelInputs, point: CapacityPoint): Explained {
  const { gateway } = inputs.capacity;
  const { ratePerSecond, connections } = everything(inputs, point.load);
  return {
    name: "gateways",
    formula:
      "max(1, ceil(max(rate × (1 + copiesShare) ÷ ratePerGateway, connections ÷ connectionsPerGateway)))",
    inputs: [
      quantity("rate", ratePerSecond, "requests/s"),
      quantity("copiesShare", allCopiesShare(inputs)),
      quantity("ratePerGateway", gateway.ratePerSecond, "requests/s"),
      quantity("connections", connections, "connections"),
      quantity("connectionsPerGateway", gateway.connections, "connections"),
    ],
    result: quantity("gateways", point.gateways, "gateways"),
    source: "the scenario's limits of a gateway",
    assumption: "Limits not written in the scenario are defaults; `twinlane run` measures yours.",
  };
}

function explainLogs(inputs: ModelInputs, { load, telemetry }: CapacityPoint): Explained {
  const { logBytesPerRequest, logShare } = inputs.capacity.telemetry;
  return {
    name: "logs per day",
    formula: "averageRate × (1 + copiesShare) × secondsPerDay × logBytesPerRequest × logShare",
    inputs: [
      quantity("averageRate", load.averagePerSecond, "requests/s"),
      quantity("copiesShare", allCopiesShare(inputs)),
      quantity("secondsPerDay", 86_400, "s"),
      quantity("logBytesPerRequest", logBytesPerRequest, "bytes"),
      quantity("logShare", logShare),
    ],
    result: quantity("logs", telemetry.logBytesPerDay, "bytes"),
    source: "definition",
    assumption: "A copy is logged like a request; a mirror of everything doubles the logs.",
  };
}

function explainMetrics(inputs: ModelInputs, { servers, telemetry }: CapacityPoint): Explained {
  const { seriesPerServer, bytesPerSample, scrapeIntervalMs } = inputs.capacity.telemetry;
  return {
    name: "metrics per day",
    formula: "servers × seriesPerServer × bytesPerSample × msPerDay ÷ scrapeInterval",
    inputs: [
      quantity("servers", servers.total + servers.spare, "servers"),
      quantity("seriesPerServer", seriesPerServer, "series"),
      quantity("bytesPerSample", bytesPerSample, "bytes"),
      quantity("msPerDay", 86_400_000, "ms"),
      quantity("scrapeInterval", scrapeIntervalMs, "ms"),
    ],
    result: quantity("metrics", telemetry.metricBytesPerDay, "bytes"),
    source: "definition",
  };
}

function explainCost({ price, capacity, database }: ModelInputs, point: CapacityPoint): readonly Explained[] {
  if (price === undefined || point.cost === undefined) return [];
  const { servers } = point;
  return [
    {
      name: "cost per hour",
      formula:
        "(total + spare) × serverPrice + gateways × gatewayPrice + databaseNodes × databasePrice + " +
        "cacheNodes × cachePrice + averageRate × bytesPerRequest × 3600 ÷ 1000000000 × trafficPrice",
      inputs: [
        quantity("total", servers.total, "servers"),
        quantity("spare", servers.spare, "servers"),
        quantity("serverPrice", price.serverPerHour, "per hour"),
        quantity("gateways", point.gateways, "gateways"),
        quantity("gatewayPrice", price.gatewayPerHour, "per hour"),
        quantity("databaseNodes", point.database?.nodes ?? (database === undefined ? 0 : 1), "nodes"),
        quantity("databasePrice", price.databasePerHour, "per hour"),
        quantity("cacheNodes", point.cacheNodes, "nodes"),
        quantity("cachePrice", price.cachePerHour, "per hour"),
        quantity("averageRate", point.load.averagePerSecond, "requests/s"),
        quantity("bytesPerRequest", capacity.bytesPerRequest, "bytes"),
        quantity("trafficPrice", price.trafficPerGigabyte, "per GB"),
      ],
      result: quantity("cost", point.cost.perHour, "per hour"),
      source: "the scenario's prices",
    },
    {
      name: "cost of the overlap per hour",
      formula: "max(0, total − oldAlone) × serverPrice",
      inputs: [
        quantity("total", servers.total, "servers"),
        quantity("oldAlone", servers.alone.old, "servers"),
        quantity("serverPrice", price.serverPerHour, "per hour"),
      ],
      result: quantity("overlap", point.cost.overlapPerHour, "per hour"),
      source: "servers that only parallel running needs",
    },
  ];
}
