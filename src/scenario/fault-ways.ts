import type { FaultKind, FaultSection, FaultTarget } from "./fault-schema.ts";
import type { RunPlan } from "./plan.ts";
import type { Scenario } from "./schema.ts";

/**
 * How trouble is made. `process`: a process of ours is told, or killed. `server`: so is the server of a store that was
 * started for the run. `second writer`: it lies between two databases. `proxy`: a TCP proxy of ours stands before what
 * is not ours, and makes it there.
 */
export type FaultWay = "process" | "server" | "second writer" | "proxy";

/** What a fault's target is in a scenario: that decides how the fault can be made. */
export type FaultNature =
  | "mock"
  | "real service"
  | "modelled database"
  | "modelled cache"
  | "database started for the run"
  | "cache started for the run"
  | "database reached by url"
  | "cache reached by url"
  | "splitter"
  | "driver";

type Ways = Partial<Record<FaultNature, FaultWay>>;

/** What is not ours: only what passes on its connections can be disturbed. */
const reached: Ways = {
  "real service": "proxy",
  "database reached by url": "proxy",
  "cache reached by url": "proxy",
};
const between: Ways = {
  ...reached,
  "database started for the run": "proxy",
  "cache started for the run": "proxy",
};
const server: Ways = { "database started for the run": "server", "cache started for the run": "server" };
const drift: Ways = {
  "database started for the run": "second writer",
  "database reached by url": "second writer",
};

/** Which kind can be made in what, and how; what is not named here can't be made. */
const faultWays: Readonly<Record<FaultKind, Ways>> = {
  crash: {
    ...reached,
    ...server,
    mock: "process",
    "modelled database": "process",
    "modelled cache": "process",
    splitter: "process",
  },
  restart: { mock: "process", splitter: "process" },
  hang: {
    ...reached,
    ...server,
    mock: "process",
    "modelled database": "process",
    splitter: "process",
    driver: "process",
  },
  slow: { ...between, mock: "process", "modelled database": "process" },
  errors: { ...between, mock: "process", "modelled database": "process" },
  "wrong-answers": { mock: "process" },
  "memory-leak": { mock: "process" },
  "cold-start": { mock: "process" },
  "cpu-theft": { mock: "process" },
  "connection-resets": { ...between, mock: "process" },
  latency: { ...between, mock: "process" },
  bandwidth: { ...between, mock: "process" },
  "lost-writes": drift,
  reordering: drift,
  "clock-skew": drift,
  "replica-lag": drift,
};

/** How a planned fault is made; undefined where it can't be. */
export function faultWay(plan: RunPlan, { kind, service }: Aimed): FaultWay | undefined {
  return faultWays[kind][plannedNature(plan, service)];
}

type Aimed = { readonly kind: FaultKind; readonly service: FaultTarget };

function plannedNature({ services, stores }: RunPlan, target: FaultTarget): FaultNature {
  switch (target) {
    case "old":
    case "new":
      return services[target].target.kind === "mock" ? "mock" : "real service";
    case "database":
    case "cache":
      return storeNature(target, stores[target]?.real?.source.kind);
    default:
      return target;
  }
}

function storeNature(store: "database" | "cache", source: "spawn" | "url" | undefined): FaultNature {
  if (source === undefined) return `modelled ${store}`;
  return source === "url" ? `${store} reached by url` : `${store} started for the run`;
}

/** The same of a scenario that may have mistakes yet. */
function writtenNature({ services, stores }: Scenario, target: FaultTarget): FaultNature {
  switch (target) {
    case "old":
    case "new":
      return services[target].url === undefined ? "mock" : "real service";
    case "database":
    case "cache": {
      const store = stores[target];
      const isReal = store !== undefined && store.kind !== "modelled";
      return storeNature(target, isReal ? (store.url === undefined ? "spawn" : "url") : undefined);
    }
    default:
      return target;
  }
}

/**
 * Why a fault can't be made in what its target is, and what would help.
 *
 * @returns undefined where it can
 */
export function wayProblem(scenario: Scenario, fault: FaultSection): WayProblem | undefined {
  const { kind, service, factor } = fault;
  const nature = writtenNature(scenario, service);
  const way = faultWays[kind][nature];
  if (way === undefined)
    return { key: "kind", message: `${kind} can't be made in a ${nature}: ${reasonOf(kind, nature)}` };
  if (way === "proxy" && factor !== undefined && factor < 1)
    return { key: "factor", message: `is below 1; answers of a ${nature} can be held back, not hurried` };
  return undefined;
}

type WayProblem = { readonly key: "kind" | "factor"; readonly message: string };

function reasonOf(kind: FaultKind, nature: FaultNature): string {
  if (nature === "modelled cache") return "it is time and a hit ratio only; set stores.cache.kind: redis";
  if (nature === "modelled database")
    return `it has ${madeIn("modelled database")}; set stores.database.kind: postgres for more`;
  if (kind === "wrong-answers") return "what its answers hold is not looked at; give the version a mock";
  return `that happens inside a process that isn't ours; it can have ${madeIn(nature)}`;
}

function madeIn(nature: FaultNature): string {
  return Object.entries(faultWays)
    .filter(([, ways]) => ways[nature] !== undefined)
    .map(([kind]) => kind)
    .join(", ");
}
