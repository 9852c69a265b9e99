import type { Version } from "../../../base/version.ts";
import type { FlagPlan } from "../../../scenario/plan.ts";
import { decideVersion, type SplitSubject } from "../../../workload/split.ts";
import type { UserIdentity } from "../../../workload/user-identity.ts";
import type { DriverPlan } from "../../driver/messages.ts";
import type { Exchange } from "./exchange.ts";

/**
 * The driver's own copy of the split: which version is to answer. It is the splitter's decision, computed from
 * the same inputs, so it also tells when another version answered.
 */
export class PlannedSplit {
  readonly #split: DriverPlan["split"];
  /** Flags that only the splitter knows decide before the share: then any version may be the right one. */
  readonly #hasUnknownFlags: boolean;
  readonly #fixedHeaders: readonly ReadonlyMap<string, string>[];
  #newPerMillion: number;
  #newPerMillionBefore: number;
  #headers: ReadonlyMap<string, string> = new Map();
  #flags: readonly FlagPlan[] = [];
  readonly #subject: { -readonly [key in keyof SplitSubject]: SplitSubject[key] };

  constructor({ split, endpoints, flagProvider }: DriverPlan) {
    this.#hasUnknownFlags = flagProvider !== undefined;
    this.#split = split;
    this.#newPerMillion = this.#newPerMillionBefore = split.newPerMillion;
    this.#fixedHeaders = endpoints.map(
      ({ headers }) => new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    );
    this.#subject = { header: (name) => this.#header(name), userKey: undefined, ordinal: 0 };
  }

  set(newPerMillion: number): void {
    if (newPerMillion === this.#newPerMillion) return;
    this.#newPerMillionBefore = this.#newPerMillion;
    this.#newPerMillion = newPerMillion;
  }

  versionOf(ordinal: number, endpoint: number, identity: UserIdentity): Version {
    return this.#decide(this.#newPerMillion, ordinal, endpoint, identity);
  }

  /**
   * Whether another version answered than the split's. The splitter and the driver learn of a change of the
   * share at different moments; an answer that fits the share before or after the last change was not rerouted.
   */
  isRerouted({ request, version }: Exchange): boolean {
    if (version === request.planned || this.#hasUnknownFlags) return false;
    const { ordinal, endpoint, identity } = request;
    return (
      this.#decide(this.#newPerMillion, ordinal, endpoint, identity) !== version &&
      this.#decide(this.#newPerMillionBefore, ordinal, endpoint, identity) !== version
    );
  }

  #decide(newPerMillion: number, ordinal: number, endpoint: number, identity: UserIdentity): Version {
    this.#headers = this.#fixedHeaders[endpoint] as ReadonlyMap<string, string>;
    this.#flags = identity.flags;
    this.#subject.ordinal = ordinal;
    this.#subject.userKey = this.#userKey(identity);
    return decideVersion(this.#split, newPerMillion, this.#subject);
  }

  #userKey(identity: UserIdentity): string {
    const { kind, name } = this.#split.userKey;
    return (kind === "header" ? this.#headers.get(name) : undefined) ?? identity.key;
  }

  #header(name: string): string | undefined {
    return this.#flags.find((flag) => flag.header === name)?.equals ?? this.#headers.get(name);
  }
}
