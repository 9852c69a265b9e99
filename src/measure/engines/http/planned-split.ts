import { isDeepStrictEqual } from "node:util";
import type { Version } from "../../../base/version.ts";
import { PlannedSubject } from "../../../workload/planned-subject.ts";
import { decideVersion, withHeaderRoute } from "../../../workload/split.ts";
import type { DriverPlan, SplitNow } from "../../driver/messages.ts";
import type { Exchange, PreparedRequest } from "./exchange.ts";

type Unplanned = Omit<PreparedRequest, "planned">;

/**
 * The driver's own copy of the split: which version is to answer. It is the splitter's decision, computed from
 * the same inputs, so it also tells when another version answered.
 */
export class PlannedSplit {
  #split: DriverPlan["split"];
  #splitBefore: DriverPlan["split"];
  readonly #subject: PlannedSubject;

  constructor({ split, endpoints }: DriverPlan) {
    this.#split = this.#splitBefore = split;
    this.#subject = new PlannedSubject({ split, endpoints });
  }

  set({ newPerMillion, headerRoute, providedFlag }: SplitNow): void {
    const next = withHeaderRoute({ ...this.#split, newPerMillion, providedFlag }, headerRoute ?? null);
    if (isDeepStrictEqual(next, this.#split)) return;
    this.#splitBefore = this.#split;
    this.#split = next;
  }

  versionOf(request: Unplanned): Version {
    return this.#decide(this.#split, request);
  }

  /**
   * Whether another version answered than the split's. The splitter and the driver learn of a change of the
   * split at different moments; an answer that fits the split before or after the last change was not rerouted.
   */
  isRerouted({ request, version }: Exchange): boolean {
    if (version === request.planned) return false;
    return (
      this.#decide(this.#split, request) !== version && this.#decide(this.#splitBefore, request) !== version
    );
  }

  #decide(split: DriverPlan["split"], request: Unplanned): Version {
    const target = split.rules === undefined ? noTarget : () => targetIn(request.text);
    return decideVersion(split, split.newPerMillion, this.#subject.of(request, target));
  }
}

const noTarget = () => "";

/** What stands between the method and the version of HTTP. */
function targetIn(text: string): string {
  const start = text.indexOf(" ") + 1;
  return text.slice(start, text.indexOf(" ", start));
}
