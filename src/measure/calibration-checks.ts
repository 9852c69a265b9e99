import { formatDurationMs, formatNumber } from "../base/units.ts";
import type { Calibration } from "../result/schema.ts";
import type { Reach, Reaches } from "./calibration-reach.ts";
import { check, type MachineCheck } from "./host/machine-checks.ts";

/** A p99 target of 20 ms, ten floors, is what most services are held to at the strictest. */
const goodFloorP99Ms = 2;
const goodReachPerSecond = 5000;

/** How fine and how fast the instrument is on this machine; nothing where it could not be measured. */
export function checkInstrument(
  calibration: Calibration | undefined,
  reaches: Reaches | undefined,
): readonly MachineCheck[] {
  return [
    ...(calibration === undefined ? [] : [floor(calibration)]),
    ...(reaches === undefined
      ? []
      : [
          reach("rate, directly", reaches.direct),
          reach("rate, through the splitter", reaches.throughSplitter),
        ]),
  ];
}

function floor({ direct, throughSplitter, ratePerSecond }: Calibration): MachineCheck {
  const [alone, both] = [direct.responseTimeMs, throughSplitter.responseTimeMs];
  const shown = (ms: number | null | undefined) => (typeof ms === "number" ? formatDurationMs(ms) : "–");
  const finding = `at ${formatNumber(ratePerSecond)}/s a service that answers at once takes p50 ${shown(alone.p50)}, p99 ${shown(alone.p99)}; through the splitter p50 ${shown(both.p50)}, p99 ${shown(both.p99)}`;
  const p99Ms = both.p99;
  if (typeof p99Ms !== "number") return { name: "floor", state: "unknown", finding };
  return check(
    "floor",
    finding,
    p99Ms <= goodFloorP99Ms
      ? undefined
      : `targets below ${formatDurationMs(p99Ms * 10)} at p99 are instrument-dominated here; a quieter machine lowers this`,
  );
}

function reach(name: string, { ratePerSecond, answeredPerSecond, isLimit, steps }: Reach): MachineCheck {
  const first = formatNumber(steps[0]?.ratePerSecond ?? 0);
  const kept =
    ratePerSecond === 0
      ? `less than ${first}/s`
      : `${isLimit ? "" : "at least "}${formatNumber(ratePerSecond)}/s`;
  const answered =
    answeredPerSecond > ratePerSecond ? `, with delays ${formatNumber(answeredPerSecond)}/s` : "";
  const missed = steps.find((step) => step.ratePerSecond > ratePerSecond);
  const why =
    missed === undefined
      ? ""
      : `; at ${formatNumber(missed.ratePerSecond)}/s it sent up to ${formatDurationMs(missed.pacerLagP99Ms)} late at p99, and answers took ${formatDurationMs(missed.roundTripP99Ms)}`;
  return check(
    name,
    `one driver keeps up ${kept} on time${answered}${why}`,
    ratePerSecond >= goodReachPerSecond
      ? undefined
      : "more needs a quieter or larger machine; more drivers (run.drivers) only where cores are free",
  );
}
