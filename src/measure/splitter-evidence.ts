import type { ComparisonReading } from "../rollout/comparison-gate.ts";
import type { ObservedWindow } from "../rollout/gate-progress.ts";
import { addSamples, emptySample, type Sample } from "../rollout/sample.ts";
import type { FromSplitter, SplitterEvent, SplitterStats } from "../splitter/messages.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import { ComparisonBook } from "./comparison-book.ts";

/** What the splitter alone knows of a second, for a ramp's windows. */
export type SplitterPart = Pick<ObservedWindow, "mirrored" | "oldInFlight" | "newOut" | "comparison">;

const takesOut: ReadonlySet<SplitterEvent["kind"]> = new Set(["unhealthy", "ejected"]);

/** Gathers what the splitter tells between two windows: copies, what old still works on, whether new is out. */
export class SplitterEvidence {
  readonly #planMs: (clockMs: number) => number;
  #mirrored: Sample = emptySample;
  #oldInFlight: number | undefined;
  /** The last thing that took an address of new out. */
  #cause: { readonly atMs: number; readonly reason: string } | undefined;
  #newOut: ObservedWindow["newOut"];
  readonly #compared = new ComparisonBook();
  #comparison: ComparisonReading | undefined;

  /** @param planMs - from the splitter's clock to the run's axis */
  constructor(planMs: (clockMs: number) => number) {
    this.#planMs = planMs;
  }

  take(report: FromSplitter): void {
    if (report.type === "event" && report.version === "new" && takesOut.has(report.kind))
      this.#cause = { atMs: this.#planMs(report.atMs), reason: report.reason };
    if (report.type === "stats") this.#takeStats(report);
    if (report.type === "compare") {
      const { compared, mismatched } = this.#compared.take(report.report, report.processId);
      this.#comparison = { compared, mismatched };
    }
  }

  /** Everything since the last call. */
  window(durationMs: number): SplitterPart {
    const mirrored = { ...this.#mirrored, durationMs };
    this.#mirrored = emptySample;
    return {
      mirrored,
      ...(this.#oldInFlight !== undefined && { oldInFlight: this.#oldInFlight }),
      ...(this.#newOut !== undefined && { newOut: this.#newOut }),
      ...(this.#comparison !== undefined && { comparison: this.#comparison }),
    };
  }

  #takeStats({ atMs, versions, mirror, copies }: SplitterStats): void {
    this.#oldInFlight = versions.old.inFlight;
    this.#mirrored = addSamples(this.#mirrored, copiesSample(mirror, copies));
    if (versions.new.healthy) this.#newOut = undefined;
    else this.#newOut ??= this.#outSince(this.#planMs(atMs));
  }

  #outSince(nowMs: number): ObservedWindow["newOut"] {
    const { atMs: sinceMs = nowMs, reason: cause = "the splitter has no address of new" } = this.#cause ?? {};
    return { sinceMs: Math.min(sinceMs, nowMs), cause };
  }
}

/** Answers of 400 and above are failures, as drivers count users'; the times are those of all answers. */
function copiesSample(
  mirror: SplitterStats["mirror"],
  { errors, histogram }: SplitterStats["copies"],
): Sample {
  const { answered, failed, timedOut } = mirror;
  return {
    counts: {
      scheduled: answered + failed + timedOut,
      completed: answered - errors,
      failed: failed + errors,
      timedOut,
      notSent: 0,
      inFlight: 0,
    },
    responseTimes: DurationHistogram.decode(histogram).bins(),
    durationMs: 0,
  };
}
