import type { CompareReport } from "../splitter/comparing/compare-report.ts";
import { mergeReports } from "../splitter/comparing/merge-reports.ts";

/** The comparison of a whole run, though its splitter may have been started anew and begun to count again. */
export class ComparisonBook {
  #earlier: CompareReport | undefined;
  #last: CompareReport | undefined;

  /** @returns what all splitters of the run have compared up to now */
  take(report: CompareReport): CompareReport {
    const last = this.#last;
    if (last !== undefined && report.wanted < last.wanted) this.#earlier = this.#sumWith(last);
    this.#last = report;
    return this.#sumWith(report);
  }

  #sumWith(report: CompareReport): CompareReport {
    return this.#earlier === undefined ? report : mergeReports(this.#earlier, report);
  }
}
