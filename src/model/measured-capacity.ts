import { UserError } from "../base/errors.ts";
import { formatNumber } from "../base/units.ts";
import { type PerVersion, perVersion, type Version, versions } from "../base/version.ts";
import type { CapacitySearch, VersionSearch } from "../result/capacity-search-schema.ts";

/** What a search for capacity has measured, for each version that it found a rate for. */
export type MeasuredCapacity = {
  readonly versions: PerVersion<MeasuredVersion | undefined>;
  /** What it was measured on and what it leaves open, in sentences. */
  readonly notes: readonly string[];
};

export type MeasuredVersion = {
  /** The highest rate that met the goals, on `servers` servers together: beyond it nothing was measured. */
  readonly ratePerSecond: number;
  readonly servers: number;
  readonly ratePerServer: number;
};

/**
 * The measured rate of one server of each version.
 *
 * @param scenario - the one that is modelled, to tell where the search was made with another
 * @throws UserError `result-unreadable` where the search found no rate at all
 */
export function measuredCapacity(
  search: CapacitySearch,
  scenario: { readonly name: string; readonly hash: string },
): MeasuredCapacity {
  const searchOf = (version: Version) => search.searches.find((each) => each.version === version);
  const measured = perVersion((version) => measuredVersion(searchOf(version)));
  if (versions.every((version) => measured[version] === undefined)) {
    throw new UserError(
      "result-unreadable",
      `The search of ${search.scenario.name} found no rate for old or new that met ${search.goals.join(" and ")}.`,
    );
  }
  const isSame = search.scenario.hash === scenario.hash;
  return {
    versions: measured,
    notes: [
      `Measured on ${search.startedAt.slice(0, 10)} with ${search.scenario.name}, for ${search.goals.join(" and ")}.`,
      ...(isSame ? [] : ["The search ran with another scenario, or with other values, than this one."]),
      ...versions.flatMap((version) => noteOf(version, searchOf(version))),
    ],
  };
}

function measuredVersion(search: VersionSearch | undefined): MeasuredVersion | undefined {
  if (search?.ratePerSecond === undefined) return undefined;
  if (search.state !== "found" && search.state !== "at least") return undefined;
  const servers = search.servers ?? 1;
  return {
    ratePerSecond: search.ratePerSecond,
    servers,
    ratePerServer: search.ratePerSecond / servers,
  };
}

function noteOf(version: Version, search: VersionSearch | undefined): readonly string[] {
  if (search === undefined) return [`The search left ${version} out: its servers follow from formulas.`];
  const { state, ratePerSecond, servers } = search;
  if (ratePerSecond === undefined || state === "below" || state === "not decided") {
    return [`The search found no rate for ${version} (${state}): its servers follow from formulas.`];
  }
  const on = servers === undefined ? "a service counted as 1 server" : `${formatNumber(servers)} server(s)`;
  const bound = state === "at least" ? " at least: nothing was missed up to there" : "";
  return [`${version}: ${formatNumber(ratePerSecond)}/s on ${on}${bound}.`];
}
