import { formatDurationMs, formatNumber } from "../../base/units.ts";
import type { Version } from "../../base/version.ts";
import type { CapacityPoint } from "../capacity-point.ts";
import type { ModelInputs } from "../inputs.ts";
import type { VersionLoad } from "../load.ts";
import type { Asked, ServerConstraint } from "../server-needs.ts";
import { versionLoad } from "../server-tier.ts";
import { type Explained, type Quantity, quantity } from "./explained.ts";

/** What one version needs under each constraint that the scenario speaks of. */
export function explainNeeds(
  inputs: ModelInputs,
  point: CapacityPoint,
  version: Version,
): readonly Explained[] {
  const load = versionLoad(inputs, point.load, version);
  return point.servers.needs[version].map(({ constraint, servers }) => ({
    name: `servers of ${version} for ${constraint}`,
    result: quantity("servers", servers, "servers"),
    ...loadAssumption(inputs, load, point),
    ...arithmetic[constraint]({ inputs, version, load }),
  }));
}

function loadAssumption({ capacity }: ModelInputs, load: VersionLoad, point: CapacityPoint) {
  if (!capacity.keepRollback) return { assumption: "The version carries its share and its copies only." };
  const error = load.connections === point.load.connections ? "" : " The forecast's error is added.";
  return {
    assumption: `Each version must be able to carry everybody, so that a rollback is possible.${error}`,
  };
}

type Arithmetic = Omit<Explained, "name" | "result">;

const utilisationLaw = "utilisation law (Lazowska et al., chapter 3)";

const arithmetic: Readonly<Record<ServerConstraint, (asked: Asked) => Arithmetic>> = {
  connections: ({ inputs: { capacity }, load }) => ({
    formula: "connections ÷ connectionsPerServer",
    inputs: [
      connections(load),
      quantity("connectionsPerServer", capacity.connectionsPerServer, "connections"),
    ],
    source: "the scenario's limit of a server",
  }),
  "measured rate": (asked) => ({
    formula: "rate ÷ (measuredRatePerServer × utilisationCap)",
    inputs: [
      rate(asked.load),
      quantity(
        "measuredRatePerServer",
        asked.inputs.measured[asked.version]?.ratePerServer ?? 0,
        "requests/s",
      ),
      cap(asked.inputs),
    ],
    source: "the highest rate that a search found to keep the promises",
    assumption: measuredAssumption(asked),
  }),
  "response time": ({ inputs, version, load }) => ({
    formula: inputs.targets
      .map(
        ({ quantile, limitMs }) =>
          `P(response > ${formatDurationMs(limitMs)}) ≤ ${Number((1 - quantile).toPrecision(6))}`,
      )
      .join(" and "),
    inputs: [
      rate(load),
      serviceTime(inputs, version),
      quantity("squaredVariation", inputs.services[version].law?.scv ?? 0),
      slots(inputs, version),
    ],
    source: `Erlang C with Kimura's correction (docs/model.md), load balancing ${inputs.capacity.loadBalancing}`,
    isRule: true,
  }),
  utilisation: ({ inputs, version, load }) => ({
    formula: "rate × serviceTime ÷ 1000 ÷ (slotsPerServer × utilisationCap)",
    inputs: [rate(load), serviceTime(inputs, version), slots(inputs, version), cap(inputs)],
    source: utilisationLaw,
  }),
  CPU: ({ inputs, version, load }) => ({
    formula: "rate × cpuPerRequest ÷ 1000 ÷ (coresPerServer × utilisationCap)",
    inputs: [
      rate(load),
      quantity("cpuPerRequest", inputs.services[version].cpuMsPerRequest, "ms"),
      quantity("coresPerServer", inputs.capacity.coresPerServer, "cores"),
      cap(inputs),
    ],
    source: utilisationLaw,
  }),
  network: ({ inputs, load }) => ({
    formula: "rate × bytesPerRequest ÷ (networkPerServer × utilisationCap)",
    inputs: [
      rate(load),
      quantity("bytesPerRequest", inputs.capacity.bytesPerRequest, "bytes"),
      quantity("networkPerServer", inputs.capacity.networkBytesPerSecond, "bytes/s"),
      cap(inputs),
    ],
    source: utilisationLaw,
  }),
  memory: ({ inputs, load }) => ({
    formula: "connections × memoryPerConnection ÷ (memoryPerServer × utilisationCap)",
    inputs: [
      connections(load),
      quantity("memoryPerConnection", inputs.capacity.memoryPerConnectionBytes, "bytes"),
      quantity("memoryPerServer", inputs.capacity.memoryBytes ?? 0, "bytes"),
      cap(inputs),
    ],
    source: "definition",
  }),
};

function measuredAssumption({ inputs, version, load }: Asked): string {
  const measured = inputs.measured[version];
  const assumption = "More servers do as much more; response time, slots and CPU are contained in it.";
  if (measured === undefined || load.ratePerSecond <= measured.ratePerSecond) return assumption;
  const times = formatNumber(load.ratePerSecond / measured.ratePerSecond);
  return `EXTRAPOLATED: ${times} times the highest rate that was measured. ${assumption}`;
}

function rate({ ratePerSecond }: VersionLoad): Quantity {
  return quantity("rate", ratePerSecond, "requests/s");
}

function connections(load: VersionLoad): Quantity {
  return quantity("connections", load.connections, "connections");
}

function cap({ capacity }: ModelInputs): Quantity {
  return quantity("utilisationCap", capacity.utilisationCap);
}

function serviceTime({ services }: ModelInputs, version: Version): Quantity {
  return quantity("serviceTime", services[version].law?.meanMs ?? 0, "ms");
}

function slots({ services }: ModelInputs, version: Version): Quantity {
  return quantity("slotsPerServer", services[version].slotsPerServer, "requests");
}
