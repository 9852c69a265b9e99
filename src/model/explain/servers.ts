import { versions } from "../../base/version.ts";
import type { CapacityPoint } from "../capacity-point.ts";
import type { ModelInputs } from "../inputs.ts";
import { bindingNeed } from "../server-needs.ts";
import { type Explained, quantity } from "./explained.ts";
import { explainNeeds } from "./needs.ts";

/** What each version needs under each constraint, then the total, the spare, and each version alone. */
export function explainServers(inputs: ModelInputs, point: CapacityPoint): readonly Explained[] {
  return [
    ...versions.flatMap((version) => explainNeeds(inputs, point, version)),
    explainTotal(point),
    explainSpare(inputs, point),
  ];
}

function explainTotal({ servers }: CapacityPoint): Explained {
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
