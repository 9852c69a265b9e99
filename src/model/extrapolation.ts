import { formatNumber } from "../base/units.ts";
import { type Version, versions } from "../base/version.ts";
import type { CapacityPoint } from "./capacity-point.ts";
import type { ModelInputs } from "./inputs.ts";
import { versionLoad } from "./server-tier.ts";

/** A version that is planned for more than it was measured with. */
export type Extrapolation = {
  readonly version: Version;
  /** Planned rate ÷ the highest rate that was measured; above 1. */
  readonly timesMeasured: number;
};

/** Versions whose planned rate lies beyond what was measured: that more servers do as much more is an assumption there. */
export function extrapolations(inputs: ModelInputs, { load }: CapacityPoint): readonly Extrapolation[] {
  return versions.flatMap((version) => {
    const measured = inputs.measured[version];
    if (measured === undefined) return [];
    const timesMeasured = versionLoad(inputs, load, version).ratePerSecond / measured.ratePerSecond;
    return timesMeasured > 1 ? [{ version, timesMeasured }] : [];
  });
}

/** `1,000,000 users: EXTRAPOLATED, …`; nothing within what was measured. */
export function extrapolationSentences(users: number, beyond: readonly Extrapolation[]): readonly string[] {
  if (beyond.length === 0) return [];
  const each = beyond.map(
    ({ version, timesMeasured }) =>
      `${version} at ${formatNumber(Number(timesMeasured.toPrecision(3)))} times`,
  );
  return [
    `${formatNumber(users)} users: EXTRAPOLATED, ${each.join(" and ")} the highest rate that was measured.`,
  ];
}
