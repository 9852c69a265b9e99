import { headerNamePattern, oneLinePattern } from "../base/header-text.ts";
import { below, type Report } from "./finding.ts";
import type { Scenario } from "./schema.ts";

const loads = ["thinkTime", "requestsPerUserPerDay", "ratePerSecond"] as const;

/** How the load is said, and how its requests are written. */
export function checkWorkload({ workload, capacity }: Scenario, report: Report): void {
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
  checkRequests(workload.requests, below(report, ["workload", "requests"]));
}

function peakOf(shape: Exclude<Scenario["workload"]["ratePerSecond"], number | undefined>): number {
  if ("ramp" in shape) return Math.max(shape.ramp.from, shape.ramp.to);
  if ("steps" in shape) return Math.max(...shape.steps.map((step) => step.rate));
  if ("spike" in shape) return Math.max(shape.spike.base, shape.spike.peak);
  return Math.max(shape.daily.low, shape.daily.high);
}

type Request = Scenario["workload"]["requests"][number];

function checkRequests(requests: readonly Request[], report: Report): void {
  if (requests.every((request) => request.weight === 0)) {
    report([], "the weights add up to 0, so no request could ever be chosen");
  }
  for (const [index, request] of requests.entries()) {
    checkPath(request.path, below(report, [index, "path"]));
    checkHeaders(request.headers, below(report, [index, "headers"]));
  }
}

const knownPlaceholder = /^(\d+\.\.\d+|uuid|user|csv:.+:[^:]+)$/;

function checkPath(path: string, report: Report): void {
  for (const [range, from, to] of path.matchAll(/\{(\d+)\.\.(\d+)\}/g)) {
    if (Number(from) > Number(to)) report([], `the range ${range} is empty`);
    if (Number(to) > Number.MAX_SAFE_INTEGER) report([], `the range ${range} is too large`);
  }
  for (const [placeholder, inner] of path.matchAll(/\{([^}]*)\}?/g)) {
    if (knownPlaceholder.test(inner ?? "")) continue;
    const known = "{1..1000}, {uuid}, {user} and {csv:file.csv:column}";
    report([], `unknown placeholder ${placeholder}; known are ${known}`);
  }
}

const ownHeaders = new Set([
  "host",
  "content-length",
  "transfer-encoding",
  "connection",
  "te",
  "upgrade",
  "expect",
]);

function checkHeaders(headers: Request["headers"], report: Report): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!headerNamePattern.test(name)) report([name], "is not a header name");
    if (ownHeaders.has(name.toLowerCase())) report([name], "is set by the load engine itself; remove it");
    if (!oneLinePattern.test(value)) report([name], "the value must stay on one line");
  }
}
