import type { CompareReport } from "../splitter/comparing/compare-report.ts";
import { mergeReports } from "../splitter/comparing/merge-reports.ts";

/** Splitter processes whose reports may still change; those of earlier ones are added up for good. */
const maxAtOnce = 8;

/**
 * The comparison of a whole run, though its splitter may have been started anew and begun to count again. One that
 * has handed over still reports while it serves its last requests, so each is known by its process id.
 */
export class ComparisonBook {
  #earlier: CompareReport | undefined;
  readonly #reports = new Map<number, CompareReport>();

  /** @returns what all splitters of the run have compared up to now */
  take(report: CompareReport, processId: number): CompareReport {
    this.#reports.set(processId, report);
    for (const [oldest, last] of this.#reports) {
      if (this.#reports.size <= maxAtOnce) break;
      this.#earlier = this.#earlier === undefined ? last : mergeReports(this.#earlier, last);
      this.#reports.delete(oldest);
    }
    const reports = [...this.#reports.values()];
    return (this.#earlier === undefined ? reports : [this.#earlier, ...reports]).reduce(mergeReports);
  }
}
