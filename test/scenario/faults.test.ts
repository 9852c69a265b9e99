import { describe, expect, test } from "vitest";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { planScenario } from "../../src/scenario/plan.ts";

const stores = "stores: { database: { limitQps: 100 }, cache: {} }\n";

function parse(fault: string, more = stores) {
  const text = `name: first\nworkload: { ratePerSecond: 200/s }\n${more}faults: [ { at: 1s, ${fault} } ]\n`;
  return parseScenario(text, { file: "s.yaml" });
}

function check(fault: string, expected: RegExp, more?: string): void {
  const parsed = parse(fault, more);
  expect(parsed.ok ? "" : parsed.problems.map(formatProblem).join("\n")).toMatch(expected);
}

describe("trouble that makes no sense is refused before anything starts", () => {
  test.each<[fault: string, expected: RegExp]>([
    [
      "service: splitter, kind: errors",
      /errors makes no sense for splitter; it hits old, new, database, cache$/m,
    ],
    [
      "service: cache, kind: slow",
      /slow can't be made in a modelled cache: .*set stores\.cache\.kind: redis/,
    ],
    ["service: driver, for: 1s, kind: crash", /crash makes no sense for driver/],
    [
      "service: database, kind: bandwidth",
      /bandwidth can't be made in a modelled database: it has crash, hang, slow, errors;/,
    ],
    [
      "service: new, kind: crash, share: 5%",
      /share: is no parameter of crash; it has none besides at and for/,
    ],
    ["service: new, kind: latency, factor: 3", /factor: is no parameter of latency; it has delay and jitter/],
    ["service: new, kind: latency, delay: 10ms, jitter: 20ms", /jitter: is more than the delay/],
    ["service: splitter, kind: crash", /a crash of the splitter needs `for`/],
    ["service: new, for: 1s, kind: restart", /for: is no parameter of restart/],
    ["service: database, kind: restart", /restart makes no sense for database; it hits old, new, splitter/],
    ["service: driver, kind: hang", /a hang of the driver needs `for`/],
    ["service: new, kind: errors, share: 0%", /share: must be above 0/],
    ["service: new, kind: errors, replica: 2", /replica: is beyond the 1 of services\.new\.mock\.replicas/],
    [
      "service: new, kind: crash, replica: 1",
      /replica: is no parameter of crash, which hits the whole version/,
    ],
    ["service: database, kind: slow, replica: 1", /replica: is for old and new; database has none/],
    ["service: new, kind: memory-leak, bytesPerSecond: 0", /bytesPerSecond: must be above 0/],
  ])("%s", (fault, expected) => check(fault, expected));

  test("a store that is not there", () => {
    check("service: database, kind: crash", /there is no stores\.database/, "");
    check("service: cache, kind: crash", /there is no stores\.cache/, "");
  });

  test("a modelled database that is no process", () =>
    check("service: database, kind: slow", /needs stores\.database\.limitQps/, "stores: { database: {} }\n"));
});

describe("what is not ours can be given what passes on its connections", () => {
  const real = `services: { new: { url: "http://127.0.0.1:8081" } }
stores:
  database: { kind: postgres, url: "postgresql://me@127.0.0.1/bank" }
  cache: { kind: redis, spawn: true }
`;

  test.each<[fault: string]>([
    ...["crash", "hang", "slow", "errors", "connection-resets", "latency", "bandwidth"].flatMap(
      (kind): [string][] =>
        ["new", "database", "cache"].map((service): [string] => [`service: ${service}, kind: ${kind}`]),
    ),
  ])("%s", (fault) => check(fault, /^$/, real));

  test.each<[fault: string, expected: RegExp]>([
    [
      "service: new, kind: memory-leak",
      /memory-leak can't be made in a real service: .*isn't ours; it can have crash, hang/,
    ],
    ["service: new, kind: cold-start", /cold-start can't be made in a real service/],
    ["service: new, kind: restart", /restart can't be made in a real service/],
    [
      "service: new, kind: wrong-answers",
      /wrong-answers can't be made in a real service: .*give the version a mock/,
    ],
    [
      "service: database, kind: slow, factor: 0.5",
      /factor: is below 1; answers of a database reached by url/,
    ],
  ])("but not: %s", (fault, expected) => check(fault, expected, real));

  test("with the place in the file", () => check("service: new, kind: cpu-theft", /^s\.yaml:7:\d+ /, real));
});

describe("what a fault leaves open gets its standard", () => {
  test.each<[fault: string, expected: object]>([
    ["service: new, kind: slow", { kind: "slow", factor: 5, forMs: undefined }],
    ["service: new, kind: errors", { share: 0.5 }],
    ["service: new, kind: errors, replica: 1", { share: 0.5, replica: 1 }],
    ["service: new, kind: wrong-answers", { share: 0.01 }],
    ["service: new, kind: cold-start", { factor: 5, forMs: 10_000 }],
    ["service: new, kind: memory-leak", { bytesPerSecond: 10 * 1024 ** 2, limitBytes: 256 * 1024 ** 2 }],
    ["service: old, kind: latency, delay: 20ms", { delayMs: 20, jitterMs: 0 }],
    ["service: old, for: 2s, kind: bandwidth, bytesPerSecond: 1MB", { bytesPerSecond: 1e6, forMs: 2000 }],
  ])("%s", (fault, expected) => {
    const parsed = parse(fault);
    expect(parsed.ok && planScenario(parsed.scenario).faults[0]).toMatchObject(expected);
  });
});
