import type { FlagPlan, SplitPlan } from "../scenario/plan.ts";
import type { EndpointPlan } from "../scenario/workload-plan.ts";
import type { SplitSubject } from "./split.ts";
import { cookieValue } from "./split-rule.ts";
import type { UserIdentity } from "./user-identity.ts";

/** A request of the workload before it is on the wire. */
export type PlannedRequest = {
  readonly ordinal: number;
  /** Its place among the plan's endpoints. */
  readonly endpoint: number;
  readonly identity: UserIdentity;
};

type Carried = {
  readonly headers: ReadonlyMap<string, string>;
  readonly method: string;
  readonly ownKey: string | undefined;
};

/**
 * What the split sees of a planned request: the very values that the splitter reads from it on the wire. One
 * object serves all requests, one at a time.
 */
export class PlannedSubject implements SplitSubject {
  ordinal = 0;
  userKey: string | undefined;
  readonly #split: SplitPlan;
  readonly #endpoints: readonly Carried[];
  #carried: Carried = { headers: new Map(), method: "", ownKey: undefined };
  #identity: UserIdentity = { user: 0, key: "", flags: [] };
  #target: () => string = () => "";

  constructor({
    split,
    endpoints,
  }: {
    readonly split: SplitPlan;
    readonly endpoints: readonly Pick<EndpointPlan, "headers" | "method">[];
  }) {
    this.#split = split;
    this.#endpoints = endpoints.map(({ headers, method }) => ({
      headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      method,
      ownKey: ownUserKey(split, headers),
    }));
  }

  /**
   * From here on it tells of this request.
   *
   * @param target - path and query; asked only where a rule looks at it
   */
  of({ ordinal, endpoint, identity }: PlannedRequest, target: () => string): this {
    this.#carried = this.#endpoints[endpoint] as Carried;
    this.#identity = identity;
    this.#target = target;
    this.ordinal = ordinal;
    this.userKey = this.#carried.ownKey ?? identity.key;
    return this;
  }

  header(name: string): string | undefined {
    return (
      this.#identity.flags.find((flag: FlagPlan) => flag.header === name)?.equals ??
      this.#carried.headers.get(name) ??
      (this.#isKey("header", name) ? this.#identity.key : undefined)
    );
  }

  cookie(name: string): string | undefined {
    const cookies = this.#carried.headers.get("cookie");
    const own = cookies === undefined ? undefined : cookieValue(cookies, name);
    return own ?? (this.#isKey("cookie", name) ? this.#identity.key : undefined);
  }

  method(): string {
    return this.#carried.method;
  }

  target(): string {
    return this.#target();
  }

  #isKey(kind: "header" | "cookie", name: string): boolean {
    return this.#split.userKey.kind === kind && this.#split.userKey.name === name;
  }
}

/** The user's key that an endpoint's own headers hold, whoever asks. */
export function ownUserKey(
  { userKey }: Pick<SplitPlan, "userKey">,
  headers: EndpointPlan["headers"],
): string | undefined {
  if (userKey.kind !== "header") return undefined;
  return Object.entries(headers).find(([name]) => name.toLowerCase() === userKey.name)?.[1];
}
