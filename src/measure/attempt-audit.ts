import { formatCount } from "../base/units.ts";
import { type PerVersion, perVersion, versions } from "../base/version.ts";
import type { RunPlan } from "../scenario/plan.ts";
import type { SplitterStats } from "../splitter/messages.ts";

/**
 * Holds the attempts that drivers sent against the requests that the splitter received, warm-up included. For the
 * splitter every attempt is a request of its own; where clients ask once, the ledger tells the same without it.
 */
export class AttemptAudit {
  readonly #isNeeded: boolean;
  #sent = 0;
  #received: PerVersion<number> = { old: 0, new: 0 };
  #refused = 0;

  constructor({ retries }: Pick<RunPlan, "retries">) {
    this.#isNeeded = retries !== undefined;
  }

  /** Attempts handed to a connection since a driver told last. */
  sent(attempts: number): void {
    this.#sent += attempts;
  }

  take({ versions: counts, refused }: Pick<SplitterStats, "versions" | "refused">): void {
    this.#received = perVersion((version) => this.#received[version] + counts[version].received);
    this.#refused += refused;
  }

  /** @returns undefined where clients ask once */
  sentence(): string | undefined {
    if (!this.#isNeeded) return undefined;
    const parted = versions.map((version) => `${version} ${formatCount(this.#received[version])}`).join(", ");
    const received = this.#received.old + this.#received.new + this.#refused;
    const counts = `drivers sent ${formatCount(this.#sent)} attempts, the splitter received ${formatCount(received)} (${parted})`;
    const lost = this.#sent - received;
    if (lost === 0) return `${counts}: every one`;
    return lost > 0
      ? `${counts}: ${formatCount(lost)} were lost on connections that broke`
      : `${counts}: ${formatCount(-lost)} more than were sent`;
  }
}
