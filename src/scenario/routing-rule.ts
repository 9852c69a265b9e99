import type { Version } from "../base/version.ts";
import type { HeaderRoute } from "./rollout-plan.ts";
import type { RoutingRule } from "./routing-rule-schema.ts";
import type { EndpointPlan } from "./workload-plan.ts";

/** A rule of the split; every condition that is given must hold. */
export type RulePlan = {
  readonly path: { readonly kind: "prefix" | "exact"; readonly value: string } | undefined;
  /** In upper case. */
  readonly method: string | undefined;
  /** Name in lower case. */
  readonly header: NameAndValue | undefined;
  readonly cookie: NameAndValue | undefined;
  readonly to: Version;
  /** Share of a run's requests that it takes, 0–1; undefined where users' keys, flags or placeholders decide. */
  readonly requestShare: number | undefined;
};

export type NameAndValue = { readonly name: string; readonly equals: string };

/** What of an endpoint a rule looks at. */
type Asked = Pick<EndpointPlan, "method" | "path" | "headers" | "share">;

/** In the order given: what an earlier rule takes, a later one doesn't get. */
export function planRules(rules: readonly RoutingRule[], endpoints: readonly Asked[]): readonly RulePlan[] {
  let left = endpoints;
  let isKnown = true;
  return rules.map((rule) => {
    const planned = planRule(rule);
    const taken = left.map((endpoint) => isTaken(planned, endpoint));
    isKnown &&= !taken.includes(undefined);
    const share = left.reduce((sum, endpoint, index) => sum + (taken[index] ? endpoint.share : 0), 0);
    left = left.filter((_, index) => !taken[index]);
    return { ...planned, requestShare: isKnown ? share : undefined };
  });
}

/** What decides whether the requests of a run carry a header's route. */
type RoutedPlan = {
  readonly endpoints: readonly Asked[];
  readonly split: {
    readonly userKey: { readonly kind: "header" | "cookie"; readonly name: string };
    readonly flags: readonly { readonly header: string }[];
    readonly rules?: readonly RulePlan[];
  };
};

/** Share of a run's requests that a header's route takes, 0–1; absent where keys, flags or rules decide. */
export function routedShare(
  { header, equals }: HeaderRoute,
  { endpoints, split }: RoutedPlan,
): { readonly share?: number } {
  const isUsersOwn = split.userKey.kind === "header" && split.userKey.name === header;
  const isFlags = split.flags.some((flag) => flag.header === header);
  if (isUsersOwn || isFlags || split.rules !== undefined) return {};
  const carry = endpoints.filter(({ headers }) =>
    Object.entries(headers).some(([name, value]) => name.toLowerCase() === header && value === equals),
  );
  return { share: carry.reduce((sum, { share }) => sum + share, 0) };
}

type Conditions = Omit<RulePlan, "requestShare">;

function planRule({ path, method, header, cookie, to }: RoutingRule): Conditions {
  return {
    path: planPath(path),
    method: method?.toUpperCase(),
    header: header && { name: header.name.toLowerCase(), equals: header.equals },
    cookie,
    to,
  };
}

/** A prefix loses the slashes at its end: `/pay/` and `/pay` mean the same, and `/` every path. */
function planPath(path: RoutingRule["path"]): RulePlan["path"] {
  if (path === undefined) return undefined;
  if ("exact" in path) return { kind: "exact", value: path.exact };
  return { kind: "prefix", value: path.prefix.replace(/\/+$/, "") };
}

/** Whether every request of an endpoint meets the rule, or none; undefined where that differs or is not known. */
function isTaken(rule: Conditions, { method, path, headers }: Asked): boolean | undefined {
  if (rule.method !== undefined && rule.method !== method) return false;
  const meets = rule.path === undefined || meetsTemplate(rule.path, path);
  if (meets !== true) return meets;
  if (rule.cookie !== undefined) return undefined;
  if (rule.header === undefined) return true;
  const { name, equals } = rule.header;
  const own = Object.entries(headers).find(([key]) => key.toLowerCase() === name);
  return own === undefined ? undefined : own[1] === equals;
}

/** A path up to its first placeholder is what all requests of the endpoint have in common. */
function meetsTemplate(
  { kind, value }: NonNullable<RulePlan["path"]>,
  template: string,
): boolean | undefined {
  const [beforeQuery = ""] = template.split("?");
  const [fixed = ""] = beforeQuery.split("{");
  const isWhole = fixed === beforeQuery;
  if (isWhole) return fixed === value || (kind === "prefix" && fixed.startsWith(`${value}/`));
  if (kind === "prefix" && fixed.startsWith(`${value}/`)) return true;
  return value.startsWith(fixed) || fixed === value ? undefined : false;
}
