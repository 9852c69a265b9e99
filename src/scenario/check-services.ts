import { versions } from "../base/version.ts";
import { autoscalerProblem } from "./autoscaler-plan.ts";
import { below, type Report } from "./finding.ts";
import type { Scenario } from "./schema.ts";
import type { ServiceTimeLaw } from "./service-schema.ts";

/** What each version is: a mock or a real service, and how long it takes. */
export function checkServices({ services }: Scenario, report: Report): void {
  for (const version of versions) checkService(services[version], below(report, ["services", version]));
}

function checkService(service: Scenario["services"]["old"], report: Report): void {
  const { mock, url, pid, host } = service;
  if (mock !== undefined && url !== undefined)
    report(["url"], "stands beside a mock; a version is one or the other");
  if (pid !== undefined && url === undefined) report(["pid"], "goes with a url; a mock's process is known");
  if (host !== undefined && url === undefined)
    report(["host"], "goes with a url; a mock is sent the client's own Host");
  if (url !== undefined) checkUrl(url, below(report, ["url"]));
  if (mock !== undefined) checkLaw(mock.serviceTime, below(report, ["mock", "serviceTime"]));
  const problem = autoscalerProblem(service);
  if (problem !== undefined) report(["autoscaler", problem.field], problem.message);
}

function checkUrl(url: string, report: Report): void {
  const parsed = URL.parse(url);
  if (parsed === null) {
    report([], `is not a URL: ${JSON.stringify(url)}`);
    return;
  }
  if (parsed.protocol !== "http:")
    report([], "must start with http://; the splitter speaks plain HTTP to the services");
  if (parsed.username !== "" || parsed.password !== "") report([], "must not hold a user name or a password");
  if (parsed.search !== "" || parsed.hash !== "") report([], "must end with its path; no ? and no #");
}

/** exp(z²/2) at the 99 % quantile of the normal: no lognormal has its p99 further from its mean. */
const largestLognormalRatio = Math.exp(2.3263478740408408 ** 2 / 2);

function checkLaw(law: ServiceTimeLaw, report: Report): void {
  if (typeof law === "number" || "constant" in law || "exponential" in law) return;
  if ("lognormal" in law) {
    const ratio = law.lognormal.p99 / law.lognormal.mean;
    if (ratio < 1) report(["lognormal", "p99"], "lies below the mean");
    if (ratio > largestLognormalRatio) {
      const limit = largestLognormalRatio.toFixed(1);
      report(
        ["lognormal", "p99"],
        `is ${ratio.toFixed(1)} times the mean; a lognormal reaches at most ${limit}`,
      );
    }
    return;
  }
  if ("gamma" in law) {
    if (law.gamma.shape <= 0) report(["gamma", "shape"], "must be above 0");
    return;
  }
  if ("hyperexponential" in law) {
    const { scv } = law.hyperexponential;
    if (scv <= 1) report(["hyperexponential", "scv"], "must be above 1, which is exponential");
    return;
  }
  checkEmpirical(law.empirical, below(report, ["empirical"]));
}

function checkEmpirical(points: Record<string, number>, report: Report): void {
  const sorted = Object.entries(points)
    .map(([name, ms]) => ({ name, percent: Number(name.slice(1)), ms }))
    .toSorted((left, right) => left.percent - right.percent);
  if (sorted.at(0)?.percent !== 0 || sorted.at(-1)?.percent !== 100) {
    report([], "must say p0 and p100, the shortest and the longest time");
  }
  for (const [index, point] of sorted.entries()) {
    const before = sorted[index - 1];
    if (point.percent > 100) report([point.name], "there is nothing above p100");
    if (before !== undefined && before.ms > point.ms) report([point.name], `is shorter than ${before.name}`);
  }
}
