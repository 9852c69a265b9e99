import { type PerVersion, perVersion, versions } from "../../base/version.ts";
import type { Sample } from "../../rollout/sample.ts";
import type { DurationBins } from "../../stats/bins.ts";
import type { VersionIndex } from "../engine/request-source.ts";
import { type Ending, ending } from "../engine/tally.ts";

/** What ended in one window of a replication, by version. */
export class WindowSamples {
  #arms = [emptyArm(), emptyArm()] as const;

  end(version: VersionIndex, how: Ending, timeMs: number): void {
    const arm = this.#arms[version];
    arm.counts[how] = (arm.counts[how] ?? 0) + 1;
    if (how !== ending.notSent) arm.timesMs.push(timeMs);
  }

  /** Everything since the last call, and forgets it. */
  take(durationMs: number): PerVersion<Sample> {
    const arms = this.#arms;
    this.#arms = [emptyArm(), emptyArm()];
    return perVersion((version) => sampleOf(arms[versions.indexOf(version) as VersionIndex], durationMs));
  }
}

/** What new made of copies in one window. */
export class CopySamples {
  #arm = emptyArm();

  end(how: Ending, timeMs: number): void {
    this.#arm.counts[how] = (this.#arm.counts[how] ?? 0) + 1;
    this.#arm.timesMs.push(timeMs);
  }

  take(durationMs: number): Sample {
    const arm = this.#arm;
    this.#arm = emptyArm();
    return sampleOf(arm, durationMs);
  }
}

/** Bounded by the requests of one window. */
type Arm = { readonly counts: number[]; readonly timesMs: number[] };

function emptyArm(): Arm {
  return { counts: [0, 0, 0, 0, 0], timesMs: [] };
}

function sampleOf({ counts, timesMs }: Arm, durationMs: number): Sample {
  const of = (how: Ending) => counts[how] ?? 0;
  return {
    counts: {
      scheduled: counts.reduce((sum, count) => sum + count, 0),
      completed: of(ending.completed),
      failed: of(ending.failed),
      timedOut: of(ending.timedOut),
      notSent: of(ending.notSent),
      inFlight: of(ending.inFlight),
    },
    responseTimes: binsOf(timesMs),
    durationMs,
  };
}

/** To three digits, as a run's histograms keep them. */
function binsOf(timesMs: readonly number[]): DurationBins {
  const ms: number[] = [];
  const counts: number[] = [];
  for (const time of timesMs.map((timeMs) => Number(timeMs.toPrecision(3))).toSorted((a, b) => a - b)) {
    if (time === ms.at(-1)) counts.push((counts.pop() ?? 0) + 1);
    else {
      ms.push(time);
      counts.push(1);
    }
  }
  return { ms, counts, total: timesMs.length };
}
