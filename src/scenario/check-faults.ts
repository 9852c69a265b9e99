import {
  driftKinds,
  type FaultKind,
  type FaultSection,
  type FaultTarget,
  faultTargets,
} from "./fault-schema.ts";
import { wayProblem } from "./fault-ways.ts";
import { below, type Report } from "./finding.ts";
import { runLengthMs } from "./run-length.ts";
import type { Scenario } from "./schema.ts";

type Parameter = "share" | "factor" | "bytesPerSecond" | "limit" | "delay" | "jitter" | "by";

type KindRule = {
  readonly targets: readonly FaultTarget[];
  readonly parameters: readonly Parameter[];
};

const versionsOnly: readonly FaultTarget[] = ["old", "new"];
const behindConnections: readonly FaultTarget[] = ["old", "new", "database", "cache"];

/** What each kind can hit, and which parameters it has besides its time. */
const rules: Readonly<Record<FaultKind, KindRule>> = {
  crash: { targets: ["old", "new", "splitter", "database", "cache"], parameters: [] },
  restart: { targets: ["old", "new", "splitter"], parameters: [] },
  hang: { targets: ["old", "new", "splitter", "database", "cache", "driver"], parameters: [] },
  slow: { targets: behindConnections, parameters: ["factor"] },
  errors: { targets: behindConnections, parameters: ["share"] },
  "wrong-answers": { targets: versionsOnly, parameters: ["share"] },
  "memory-leak": { targets: versionsOnly, parameters: ["bytesPerSecond", "limit"] },
  "cold-start": { targets: versionsOnly, parameters: ["factor"] },
  "cpu-theft": { targets: versionsOnly, parameters: ["share"] },
  "connection-resets": { targets: behindConnections, parameters: ["share"] },
  latency: { targets: behindConnections, parameters: ["delay", "jitter"] },
  bandwidth: { targets: behindConnections, parameters: ["bytesPerSecond"] },
  "lost-writes": { targets: ["database"], parameters: ["share"] },
  reordering: { targets: ["database"], parameters: ["share"] },
  "clock-skew": { targets: ["database"], parameters: ["by"] },
  "replica-lag": { targets: ["database"], parameters: ["by"] },
};

const parameters: readonly Parameter[] = [
  "share",
  "factor",
  "bytesPerSecond",
  "limit",
  "delay",
  "jitter",
  "by",
];

/** Trouble that its target can't have, parameters of another kind, times outside the run. */
export function checkFaults(scenario: Scenario, report: Report): void {
  for (const [index, fault] of scenario.faults.entries()) {
    const reportFault = below(report, ["faults", index]);
    if (fault.at >= runLengthMs(scenario)) reportFault(["at"], "lies after the end of the run");
    checkTarget(fault, reportFault);
    checkStore(scenario, fault, reportFault);
    checkWay(scenario, fault, reportFault);
    checkReplica(scenario, fault, reportFault);
    checkParameters(fault, reportFault);
    checkEnd(fault, reportFault);
  }
}

function checkTarget({ kind, service }: FaultSection, report: Report): void {
  const { targets } = rules[kind];
  if (targets.includes(service)) return;
  const known = faultTargets.filter((target) => targets.includes(target)).join(", ");
  report(["kind"], `${kind} makes no sense for ${service}; it hits ${known}`);
}

/** A store that is not there can't fail; a modelled database without a limit is time only, and no process. */
function checkStore({ stores }: Scenario, { service }: FaultSection, report: Report): void {
  if (service !== "database" && service !== "cache") return;
  const store = stores[service];
  if (store === undefined) report(["service"], `there is no stores.${service} that it could hit`);
  const { database } = stores;
  if (service === "database" && database?.kind === "modelled" && database.limitQps === undefined)
    report(["service"], "needs stores.database.limitQps: without it the database is no process");
}

/** What is said already, of a target that the kind never hits or that is not there, isn't said twice. */
function checkWay(scenario: Scenario, fault: FaultSection, report: Report): void {
  const { kind, service } = fault;
  const isStore = service === "database" || service === "cache";
  const isMissing = isStore && scenario.stores[service] === undefined;
  if (!rules[kind].targets.includes(service) || isMissing) return;
  // What these need, check-stores.ts says.
  if (driftKinds.has(kind)) return;
  const problem = wayProblem(scenario, fault);
  if (problem !== undefined) report([problem.key], problem.message);
}

const wholeVersionOnly: ReadonlySet<FaultKind> = new Set(["crash", "restart", "hang", "cold-start"]);

function checkReplica({ services }: Scenario, fault: FaultSection, report: Report): void {
  const { replica, service, kind } = fault;
  if (replica === undefined) return;
  if (service !== "old" && service !== "new") {
    report(["replica"], `is for old and new; ${service} has none`);
    return;
  }
  if (wholeVersionOnly.has(kind))
    report(["replica"], `is no parameter of ${kind}, which hits the whole version`);
  const { replicas } = services[service].mock ?? { replicas: 1 };
  if (replica > replicas)
    report(["replica"], `is beyond the ${replicas} of services.${service}.mock.replicas`);
}

function checkParameters(fault: FaultSection, report: Report): void {
  const own = rules[fault.kind].parameters;
  for (const name of parameters) {
    if (fault[name] === undefined || own.includes(name)) continue;
    const remedy = own.length === 0 ? "it has none besides at and for" : `it has ${own.join(" and ")}`;
    report([name], `is no parameter of ${fault.kind}; ${remedy}`);
  }
  if (fault.jitter !== undefined && fault.jitter > (fault.delay ?? Number.POSITIVE_INFINITY))
    report(["jitter"], "is more than the delay; no answer comes before it was asked for");
}

/** Without its splitter or its driver a run can't go on, so that trouble has to end. */
function checkEnd(fault: FaultSection, report: Report): void {
  const { service, for: forMs, kind } = fault;
  if (kind === "restart") {
    if (forMs !== undefined) report(["for"], "is no parameter of restart, which takes as long as it takes");
    return;
  }
  if (forMs === undefined && (service === "splitter" || service === "driver"))
    report([], `a ${fault.kind} of the ${service} needs \`for\`; without it the run could not go on`);
}
