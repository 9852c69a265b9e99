import { assertNever } from "../../base/invariant.ts";
import { formatDurationMs, formatNumber } from "../../base/units.ts";
import { type Version, versions } from "../../base/version.ts";
import type { CapacityPoint } from "../capacity-point.ts";
import type { ModelInputs } from "../inputs.ts";
import type { VersionLoad } from "../load.ts";
import { bindingNeed, type Need } from "../server-needs.ts";
import { versionLoad } from "../server-tier.ts";
import { type Explained, quantity } from "./explained.ts";

/** What each version needs under each constraint, then the total, the spare, and each version alone. */
export function explainServers(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  return [
    ...versions.flatMap((version) =>
      point.servers.needs[version].map((need) => explainNeed(inputs, point, version, need)),
    ),
    explainTotal(inputs, point),
    explainSpare(inputs, point),
  ];
}

function explainNeed(inputs: ModelInputs, point: CapacityPoint, version: Version, need: Need): Explained {
  const { capacity, services } = inputs;
  const { law, slotsPerServer, cpuMsPerRequest } = services[version];
  const load = versionLoad(inputs, point.load, version);
  const rate = quantity("rate", load.ratePerSecond, "requests/s");
  const cap = quantity("utilisationCap", capacity.utilisationCap);
  const common = {
    name: `servers of ${version} for ${need.constraint}`,
    result: quantity("servers", need.servers, "servers"),
    ...loadAssumption(inputs, load, point),
  };
  switch (need.constraint) {
    case "connections":
      return {
        ...common,
        formula: "connections ÷ connectionsPerServer",
        inputs: [
          quantity("connections", load.connections, "connections"),
          quantity("connectionsPerServer", capacity.connectionsPerServer, "connections"),
        ],
        source: "the scenario's limit of a server",
      };
    case "measured rate":
      return {
        ...common,
        formula: "rate ÷ (measuredRatePerServer × utilisationCap)",
        inputs: [
          rate,
          quantity("measuredRatePerServer", inputs.measured[version]?.ratePerServer ?? 0, "requests/s"),
          cap,
        ],
        source: "the highest rate that a search found to keep the promises",
        assumption: measuredAssumption(inputs, load, version),
      };
    case "response time":
      return {
        ...common,
        formula: inputs.targets
          .map(
            ({ quantile, limitMs }) =>
              `P(response > ${formatDurationMs(limitMs)}) ≤ ${Number((1 - quantile).toPrecision(6))}`,
          )
          .join(" and "),
        inputs: [
          rate,
          quantity("serviceTime", law?.meanMs ?? 0, "ms"),
          quantity("squaredVariation", law?.scv ?? 0),
          quantity("slotsPerServer", slotsPerServer, "requests"),
        ],
        source: `Erlang C with Kimura's correction (docs/model.md), load balancing ${capacity.loadBalancing}`,
        isRule: true,
      };
    case "utilisation":
      return {
        ...common,
        formula: "rate × serviceTime ÷ 1000 ÷ (slotsPerServer × utilisationCap)",
        inputs: [
          rate,
          quantity("serviceTime", law?.meanMs ?? 0, "ms"),
          quantity("slotsPerServer", slotsPerServer, "requests"),
          cap,
        ],
        source: "utilisation law (Lazowska et al., chapter 3)",
      };
    case "CPU":
      return {
        ...common,
        formula: "rate × cpuPerRequest ÷ 1000 ÷ (coresPerServer × utilisationCap)",
        inputs: [
          rate,
          quantity("cpuPerRequest", cpuMsPerRequest, "ms"),
          quantity("coresPerServer", capacity.coresPerServer, "cores"),
          cap,
        ],
        source: "utilisation law (Lazowska et al., chapter 3)",
      };
    case "network":
      return {
        ...common,
        formula: "rate × bytesPerRequest ÷ (networkPerServer × utilisationCap)",
        inputs: [
          rate,
          quantity("bytesPerRequest", capacity.bytesPerRequest, "bytes"),
          quantity("networkPerServer", capacity.networkBytesPerSecond, "bytes/s"),
          cap,
        ],
        source: "utilisation law (Lazowska et al., chapter 3)",
      };
    case "memory":
      return {
        ...common,
        formula: "connections × memoryPerConnection ÷ (memoryPerServer × utilisationCap)",
        inputs: [
          quantity("connections", load.connections, "connections"),
          quantity("memoryPerConnection", capacity.memoryPerConnectionBytes, "bytes"),
          quantity("memoryPerServer", capacity.memoryBytes ?? 0, "bytes"),
          cap,
        ],
        source: "definition",
      };
    default:
      return assertNever(need.constraint);
  }
}

function measuredAssumption(inputs: ModelInputs, load: VersionLoad, version: Version): string {
  const measured = inputs.measured[version];
  const assumption = "More servers do as much more; response time, slots and CPU are contained in it.";
  if (measured === undefined || load.ratePerSecond <= measured.ratePerSecond) return assumption;
  const times = formatNumber(load.ratePerSecond / measured.ratePerSecond);
  return `EXTRAPOLATED: ${times} times the highest rate that was measured. ${assumption}`;
}

function loadAssumption({ capacity }: ModelInputs, load: VersionLoad, point: CapacityPoint) {
  if (!capacity.keepRollback) return { assumption: "The version carries its share and its copies only." };
  const error = load.connections === point.load.connections ? "" : " The forecast's error is added.";
  return {
    assumption: `Each version must be able to carry everybody, so that a rollback is possible.${error}`,
  };
}

function explainTotal(_inputs: ModelInputs, { servers }: CapacityPoint): Explained {
  return {
    name: "servers in total",
    formula: "max(ceil(oldServers + newServers), max(1, ceil(oldServers)) + 1)",
    inputs: versions.map((version) =>
      quantity(`${version}Servers`, bindingNeed(servers.needs[version])?.servers ?? 0, "servers"),
    ),
    result: quantity("total", servers.total, "servers"),
    source: "the largest need of each version; each version has at least one server",
    assumption:
      "Only the total is rounded up: instances of both versions may share a server. " +
      `With servers of one version only, ${servers.alone.old + servers.alone.new} would be needed.`,
  };
}

function explainSpare({ capacity }: ModelInputs, { servers }: CapacityPoint): Explained {
  const spare = quantity("spare", servers.spare, "servers");
  const stated = quantity("spareServers", capacity.spareServers, "servers");
  const assumption = "A spare can start either version.";
  if (capacity.zones < 2) {
    const formula = "spareServers";
    return {
      name: "spare servers",
      formula,
      inputs: [stated],
      result: spare,
      source: "the scenario",
      assumption,
    };
  }
  return {
    name: "spare servers",
    formula: "max(spareServers, zones × ceil(total ÷ (zones − 1)) − total)",
    inputs: [stated, quantity("zones", capacity.zones), quantity("total", servers.total, "servers")],
    result: spare,
    source: "what is left after the loss of one zone must be the total",
    assumption,
  };
}
