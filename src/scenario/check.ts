import { versions } from "../base/version.ts";
import { autoscalerProblem } from "./autoscaler-plan.ts";
import { checkFaults } from "./check-faults.ts";
import { checkSecondService } from "./check-second-service.ts";
import { checkSplitSource } from "./check-split-source.ts";
import { checkStores } from "./check-stores.ts";
import { jsonPathExpected, safeMethods } from "./compare-schema.ts";
import { parseJsonPath } from "./json-path.ts";
import { readMetric } from "./rollout-plan.ts";
import type { GateMetric } from "./rollout-schema.ts";
import type { Scenario } from "./schema.ts";
import type { ServiceTimeLaw } from "./service-schema.ts";

/** What the shape of the file can't express: how its parts must fit together. */

type Finding = { readonly path: readonly PropertyKey[]; readonly message: string };
type Report = (path: readonly PropertyKey[], message: string) => void;

/** Every way in which a well-shaped scenario contradicts itself. */
export function checkScenario(scenario: Scenario): readonly Finding[] {
  const findings: Finding[] = [];
  const report: Report = (path, message) => findings.push({ path, message });
  checkWorkload(scenario, report);
  checkRequests(scenario, report);
  for (const version of versions) checkService(scenario, version, report);
  checkSplit(scenario, report);
  checkSplitSource(scenario.split, report);
  checkGates(scenario, report);
  checkRamp(scenario, report);
  checkCompare(scenario, report);
  checkFaults(scenario, report);
  checkStores(scenario, report);
  checkSecondService(scenario, report);
  return findings;
}

const loads = ["thinkTime", "requestsPerUserPerDay", "ratePerSecond"] as const;

function checkWorkload({ workload, capacity }: Scenario, report: Report): void {
  const isTrace = typeof workload.arrivals === "object";
  const given = loads.filter((name) => workload[name] !== undefined);
  if (given.length === 0 && !isTrace) {
    report(
      ["workload"],
      "says nothing about the load; give one of ratePerSecond, requestsPerUserPerDay or thinkTime",
    );
  }
  if (given.length > 1) {
    report(
      ["workload", given[1] ?? ""],
      `stands beside ${given[0]}; the load is said in one way, remove the others`,
    );
  }
  if (isTrace && given.length > 0) {
    report(
      ["workload", given[0] ?? ""],
      "stands beside a trace, which says the load by itself; remove one of them",
    );
  }
  const { retries } = workload;
  if (retries !== undefined && ![0, retries.times].includes(capacity.retries))
    report(
      ["capacity", "retries"],
      "differs from workload.retries.times, which holds everywhere; leave it out",
    );
  const rate = workload.ratePerSecond;
  if (typeof rate === "object" && peakOf(rate) === 0)
    report(["workload", "ratePerSecond"], "never rises above 0");
}

function peakOf(shape: Exclude<Scenario["workload"]["ratePerSecond"], number | undefined>): number {
  if ("ramp" in shape) return Math.max(shape.ramp.from, shape.ramp.to);
  if ("steps" in shape) return Math.max(...shape.steps.map((step) => step.rate));
  if ("spike" in shape) return Math.max(shape.spike.base, shape.spike.peak);
  return Math.max(shape.daily.low, shape.daily.high);
}

const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const knownPlaceholder = /^(\d+\.\.\d+|uuid|user|csv:.+:[^:]+)$/;
const ownHeaders = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "te",
  "upgrade",
  "expect",
]);

function checkRequests({ workload }: Scenario, report: Report): void {
  const { requests } = workload;
  if (requests.every((request) => request.weight === 0)) {
    report(["workload", "requests"], "the weights add up to 0, so no request could ever be chosen");
  }
  for (const [index, request] of requests.entries()) {
    const path = ["workload", "requests", index];
    for (const [, from, to] of request.path.matchAll(/\{(\d+)\.\.(\d+)\}/g)) {
      if (Number(from) > Number(to)) report([...path, "path"], `the range {${from}..${to}} is empty`);
      if (Number(to) > Number.MAX_SAFE_INTEGER)
        report([...path, "path"], `the range {${from}..${to}} is too large`);
    }
    for (const [placeholder, inner] of request.path.matchAll(/\{([^}]*)\}?/g)) {
      if (knownPlaceholder.test(inner ?? "")) continue;
      const known = "{1..1000}, {uuid}, {user} and {csv:file.csv:column}";
      report([...path, "path"], `unknown placeholder ${placeholder}; known are ${known}`);
    }
    for (const [name, value] of Object.entries(request.headers)) {
      const at = [...path, "headers", name];
      if (!tokenPattern.test(name)) report(at, "is not a header name");
      if (ownHeaders.has(name.toLowerCase())) report(at, "is set by the load engine itself; remove it");
      if (/[\r\n\0]/.test(value)) report(at, "the value must stay on one line");
    }
  }
}

function checkService(scenario: Scenario, version: "old" | "new", report: Report): void {
  const { mock, url, pid, host } = scenario.services[version];
  const path = ["services", version];
  if (mock !== undefined && url !== undefined)
    report([...path, "url"], "stands beside a mock; a version is one or the other");
  if (pid !== undefined && url === undefined)
    report([...path, "pid"], "goes with a url; a mock's process is known");
  if (host !== undefined && url === undefined)
    report([...path, "host"], "goes with a url; a mock is sent the client's own Host");
  if (url !== undefined) checkUrl(url, [...path, "url"], report);
  if (mock !== undefined) checkLaw(mock.serviceTime, [...path, "mock", "serviceTime"], report);
  const problem = autoscalerProblem(scenario.services[version]);
  if (problem !== undefined) report([...path, "autoscaler", problem.field], problem.message);
}

function checkUrl(url: string, path: readonly PropertyKey[], report: Report): void {
  const parsed = URL.parse(url);
  if (parsed === null) {
    report(path, `is not a URL: ${JSON.stringify(url)}`);
    return;
  }
  if (parsed.protocol !== "http:")
    report(path, "must start with http://; the splitter speaks plain HTTP to the services");
  if (parsed.username !== "" || parsed.password !== "")
    report(path, "must not hold a user name or a password");
  if (parsed.search !== "" || parsed.hash !== "") report(path, "must end with its path; no ? and no #");
}

/** exp(z²/2) at the 99 % quantile of the normal: no lognormal has its p99 further from its mean. */
const largestLognormalRatio = Math.exp(2.3263478740408408 ** 2 / 2);

function checkLaw(law: ServiceTimeLaw, path: readonly PropertyKey[], report: Report): void {
  if (typeof law === "number" || "constant" in law || "exponential" in law) return;
  if ("lognormal" in law) {
    const ratio = law.lognormal.p99 / law.lognormal.mean;
    if (ratio < 1) report([...path, "lognormal", "p99"], "lies below the mean");
    if (ratio > largestLognormalRatio) {
      const limit = largestLognormalRatio.toFixed(1);
      report(
        [...path, "lognormal", "p99"],
        `is ${ratio.toFixed(1)} times the mean; a lognormal reaches at most ${limit}`,
      );
    }
    return;
  }
  if ("gamma" in law) {
    if (law.gamma.shape <= 0) report([...path, "gamma", "shape"], "must be above 0");
    return;
  }
  if ("hyperexponential" in law) {
    const { scv } = law.hyperexponential;
    if (scv <= 1) report([...path, "hyperexponential", "scv"], "must be above 1, which is exponential");
    return;
  }
  checkEmpirical(law.empirical, [...path, "empirical"], report);
}

function checkEmpirical(points: Record<string, number>, path: readonly PropertyKey[], report: Report): void {
  const sorted = Object.entries(points)
    .map(([name, ms]) => ({ name, percent: Number(name.slice(1)), ms }))
    .toSorted((left, right) => left.percent - right.percent);
  if (sorted.at(0)?.percent !== 0 || sorted.at(-1)?.percent !== 100) {
    report(path, "must say p0 and p100, the shortest and the longest time");
  }
  for (const [index, point] of sorted.entries()) {
    const before = sorted[index - 1];
    if (point.percent > 100) report([...path, point.name], "there is nothing above p100");
    if (before !== undefined && before.ms > point.ms)
      report([...path, point.name], `is shorter than ${before.name}`);
  }
}

function checkSplit({ split, rollout }: Scenario, report: Report): void {
  if (split.old !== undefined && Math.abs(split.old + split.new - 1) > 1e-9) {
    const sum = Number(((split.old + split.new) * 100).toPrecision(10));
    report(["split", "old"], `old and new make ${sum} % together; they must make 100 %, or leave old out`);
  }
  for (const [index, flag] of split.flags.entries()) {
    if (!tokenPattern.test(flag.header)) report(["split", "flags", index, "header"], "is not a header name");
    if (/[\r\n\0]/.test(flag.equals)) report(["split", "flags", index, "equals"], "must stay on one line");
  }
  const flagged = split.flags.reduce((sum, flag) => sum + (flag.share ?? 0), 0);
  if (flagged > 1 + 1e-9)
    report(["split", "flags"], "the shares of users with a flag add up to more than 100 %");
  if (split.source !== undefined && rollout.steps !== undefined) {
    report(["split", "source"], "stands beside a ramp; the share is the ramp's or the source's, remove one");
  }
  const key = "header" in split.userKey ? split.userKey.header : split.userKey.cookie;
  if (!tokenPattern.test(key)) report(["split", "userKey"], "is not a header or cookie name");
}

function checkGates(scenario: Scenario, report: Report): void {
  const { rollout } = scenario;
  for (const [index, gate] of rollout.gates.entries()) {
    const path = ["rollout", "gates", index];
    const relative = gate.maxRatio !== undefined || gate.minRatio !== undefined;
    if (relative && gate.vs === undefined)
      report(path, "maxRatio and minRatio need `vs`, the version to compare with");
    if (gate.metric === "responseTime.shift" && (gate.max !== undefined || gate.min !== undefined)) {
      report(path, "responseTime.shift compares two versions; give maxRatio or minRatio");
    }
    if (gate.detectRatio !== undefined && gate.detectRatio <= (gate.maxRatio ?? Number.POSITIVE_INFINITY)) {
      report([...path, "detectRatio"], "must be above maxRatio, the limit it is told from");
    }
    if (gate.vs === gate.of) report([...path, "vs"], `compares ${gate.of} with itself`);
    if (gate.metric === "divergence.rows")
      checkDivergenceGate(scenario, gate, (message) => report(path, message));
    if (gate.metric === "compare.mismatchShare")
      checkComparisonGate(scenario, gate, (message) => report(path, message));
    if (!relative && gate.max === undefined && gate.min === undefined) {
      report(path, "sets no limit; give max, min, maxRatio or minRatio");
    }
    for (const limit of ["max", "min"] as const) {
      const written = gate[limit];
      if (written !== undefined && readMetric(gate.metric, written) === undefined) {
        report([...path, limit], `expected ${metricExample(gate.metric)}, found ${JSON.stringify(written)}`);
      }
    }
  }
}

function checkComparisonGate(
  { compare }: Scenario,
  { max, min, maxRatio, minRatio, vs }: Scenario["rollout"]["gates"][number],
  report: (message: string) => void,
): void {
  const others = [min, maxRatio, minRatio, vs].some((given) => given !== undefined);
  if (max === undefined || others)
    report("compare.mismatchShare knows only `max`: the share of compared answers that may differ");
  if (compare === undefined)
    report("compare.mismatchShare needs a `compare` section, by which answers are compared");
}

/** What is wrong with the data is known only where real databases are looked at. */
function checkDivergenceGate(
  { stores }: Scenario,
  { max, min, maxRatio, minRatio, vs }: Scenario["rollout"]["gates"][number],
  report: (message: string) => void,
): void {
  if (
    max === undefined ||
    min !== undefined ||
    vs !== undefined ||
    maxRatio !== undefined ||
    minRatio !== undefined
  )
    report("divergence.rows knows only `max`: how many rows may be wrong");
  const { database } = stores;
  const isLookedAt =
    database?.kind === "postgres" && (database.topology === "separate" || database.content === "bank");
  if (!isLookedAt)
    report("divergence.rows needs stores.database.kind postgres, with topology separate or content bank");
}

function checkRamp({ rollout, split }: Scenario, report: Report): void {
  for (const [index, gate] of rollout.gates.entries()) {
    if (rollout.bake > 0 && gate.initialDelay >= rollout.bake)
      report(["rollout", "gates", index, "initialDelay"], "leaves nothing of the baking to judge");
  }
  for (const [index, step] of (rollout.steps ?? []).entries()) {
    const path = ["rollout", "steps", index];
    const before = rollout.steps?.[index - 1];
    if (before !== undefined && step.new < before.new)
      report([...path, "new"], "is lower than the step before; a ramp sends users back only by a rollback");
    for (const [gateIndex, gate] of rollout.gates.entries()) {
      if (gate.initialDelay >= step.hold)
        report(
          ["rollout", "gates", gateIndex, "initialDelay"],
          `leaves nothing of step ${index + 1} to judge`,
        );
    }
    if ((step.mirror ?? 0) > 0 && split.mirror?.to === "old")
      report([...path, "mirror"], "copies to new, and split.mirror to old; a run copies one way");
    if (step.headerRoute === undefined) continue;
    if (!tokenPattern.test(step.headerRoute.header))
      report([...path, "headerRoute", "header"], "is not a header name");
    if (/[\r\n\0]/.test(step.headerRoute.equals))
      report([...path, "headerRoute", "equals"], "must stay on one line");
  }
}

function checkCompare({ compare }: Scenario, report: Report): void {
  for (const path of Object.keys(compare?.tolerance ?? {})) {
    if (parseJsonPath(path) === undefined) report(["compare", "tolerance", path], jsonPathExpected);
  }
  for (const [index, method] of (compare?.methods ?? []).entries()) {
    if (compare?.writes !== "never" || safeMethods.has(method.toUpperCase())) continue;
    report(
      ["compare", "methods", index],
      `copies of ${method} would do its work twice; set compare.writes to idempotency-key or dry-run, or leave it out`,
    );
  }
  if (compare?.webhook !== undefined && compare.maxMismatch === undefined)
    report(["compare", "webhook"], "is never called without maxMismatch, the limit that it tells of");
}

function metricExample(metric: GateMetric): string {
  if (metric === "errorRate" || metric === "availability") return "a share such as 1% or 0.01";
  return metric === "throughput" ? "a rate such as 200/s" : "a duration such as 200ms";
}
