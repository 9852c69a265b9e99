import { formatNumber } from "../base/units.ts";
import type { RunResult } from "../result/schema.ts";
import { formatUsers } from "./format-users.ts";
import type { Bottleneck, Growth, GrowthEntry, ImpossibleEntry } from "./growth.ts";
import { formatMoney } from "./text/format-money.ts";

type Verdict = RunResult["verdict"];

/**
 * Whether a number of servers exists for the scenario's users and every count of the growth table, and in a
 * sentence what the scenario's own users take, what is full first and what to do about it.
 *
 * @param atScenario - the growth table of the scenario's number of users alone
 */
export function modelledVerdict(atScenario: Growth, growth: Growth): Verdict {
  const all = withScenario(atScenario, growth);
  const impossible = all.filter(isImpossible);
  const here = atScenario.entries[0];
  const checks = all.map(checkOf);
  if (impossible.length > 0)
    return {
      state: "FAIL",
      sentence: `By calculation, ${impossible.length} of ${all.length} user counts can't be served.`,
      reasons: [
        ...impossible.map((entry) => `${formatNumber(entry.users)} users: ${entry.impossible}`),
        ...(here === undefined ? [] : [headline(here)]),
      ],
      checks,
    };
  if (here === undefined)
    return { state: "NO DATA", sentence: "The scenario names no number of users.", reasons: [], checks };
  return { state: "PASS", sentence: headline(here), reasons: storeAdvice(here, growth), checks };
}

/** Ascending by users; the scenario's own count is asked about even where the growth table leaves it out. */
function withScenario(atScenario: Growth, growth: Growth): readonly (GrowthEntry | ImpossibleEntry)[] {
  const asked = [...growth.entries, ...growth.impossible];
  const own = atScenario.impossible.filter(({ users }) => asked.every((entry) => entry.users !== users));
  return [...asked, ...own].sort((left, right) => left.users - right.users);
}

function isImpossible(entry: GrowthEntry | ImpossibleEntry): entry is ImpossibleEntry {
  return "impossible" in entry;
}

function checkOf(entry: GrowthEntry | ImpossibleEntry): Verdict["checks"][number] {
  const named = { kind: "capacity", name: `${formatNumber(entry.users)} users` };
  if (isImpossible(entry)) return { ...named, state: "FAIL", reason: entry.impossible };
  const { total, binding } = entry.point.servers;
  return { ...named, state: "PASS", reason: `${formatNumber(total)} servers, decided by ${binding}` };
}

/** The planner's question in one sentence: how many servers, at what price, what is full first, what then. */
function headline({ users, point, bottlenecks }: GrowthEntry): string {
  const { total, old, new: fresh, spare } = point.servers;
  const spares = spare === 0 ? "" : ` and ${formatNumber(spare)} spare`;
  const cost = point.cost === undefined ? "" : `, in all ${formatMoney(point.cost.perHour)} per hour`;
  const servers = `${formatNumber(users)} users take ${formatNumber(total)} servers (${formatNumber(old)} old, ${formatNumber(fresh)} new)${spares}${cost}`;
  const first = bottlenecks[0];
  if (first === undefined) return `${servers}; nothing in the scenario limits them.`;
  return `${servers}; the first bottleneck is ${first.resource}, ${fullAt(first)}: ${orderOf(first)}.`;
}

/** What the database asks for before more servers, where another resource is full before it. */
function storeAdvice({ bottlenecks }: GrowthEntry, { entries }: Growth): string[] {
  const mostUsers = entries.reduce((most, { users }) => Math.max(most, users), 0);
  const store = bottlenecks.findIndex(({ resource }) => resource.startsWith("database"));
  const limit = bottlenecks[store];
  if (store < 1 || limit === undefined || limit.fullAtUsers > mostUsers) return [];
  return [`Then ${limit.resource}, ${fullAt(limit)}: ${orderOf(limit)}.`];
}

function fullAt({ utilisation, fullAtUsers }: Bottleneck): string {
  return `full ${utilisation > 1 ? "since" : "at"} ${formatUsers(fullAtUsers)} users`;
}

function orderOf({ remedy: { change, inShort } }: Bottleneck): string {
  return inShort ?? change.charAt(0).toLowerCase() + change.slice(1);
}
