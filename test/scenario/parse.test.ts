import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import { problemsOf } from "./scenario-text.ts";

const minimal = "name: first\nworkload: { ratePerSecond: 200/s }\n";

function check(text: string, expected: string | RegExp): void {
  expect(problemsOf(text).join("\n")).toMatch(expected);
}

describe("a scenario file", () => {
  test("of two lines is enough", () => {
    const parsed = parseScenario(minimal, { file: "s.yaml" });
    expect(parsed.ok && parsed.scenario.workload.ratePerSecond).toBe(200);
    expect(parsed.ok && parsed.scenario.services.old.mock?.concurrency).toBe(64);
  });

  test("reads every unit into its base unit", () => {
    const text = `name: units
users: 10_000
workload: { thinkTime: 1h30m }
services: { old: { mock: { serviceTime: { lognormal: { mean: 20ms, p99: 80ms } }, responseSize: 2MiB, errors: 0.1% } } }
split: { new: 0.01% }
slo: { responseTimeP99: 0.2s, availability: 99.9% }
`;
    const parsed = parseScenario(text, { file: "s.yaml" });
    if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join("\n"));
    const { scenario } = parsed;
    expect(scenario.users).toBe(10_000);
    expect(scenario.workload.thinkTime).toBe(5_400_000);
    expect(scenario.services.old.mock?.responseSize).toBe(2_097_152);
    expect(scenario.services.old.mock?.errors).toBe(0.001);
    expect(scenario.split.new).toBe(0.0001);
    expect(scenario.slo).toEqual({ responseTimeP99: 200, availability: 0.999 });
  });

  test("reports every problem at once, each with its own place", () => {
    const text = `name: many
workload:
  ratePerSecond: 200/s
  requets: []
split:
  new: 110%
  by: users
slo: { responseTimeP99: 200 }
`;
    expect(problemsOf(text)).toEqual([
      "s.yaml:4:3 workload.requets: unknown key; did you mean `requests`?",
      's.yaml:6:8 split.new: must be at most 100 %, found "110%"',
      's.yaml:7:7 split.by: invalid option: expected one of "user"|"request"',
      "s.yaml:8:25 slo.responseTimeP99: expected a duration such as 250ms, 10s, 5m or 1h, found 200 without a unit",
    ]);
  });
});

describe("a mistake is named with its place:", () => {
  test.each<[what: string, text: string, expected: string | RegExp]>([
    ["an empty file", "", /^s\.yaml:1:1 is empty/],
    ["a list instead of a mapping", "- a", /s\.yaml:1:1 must be a mapping/],
    ["two documents", `${minimal}---\nname: second\n`, /^s\.yaml:3:1 a second document starts here/],
    ["a key given twice", "name: a\nname: b\n", /^s\.yaml:2:1 map keys must be unique/],
    ["an unknown tag", "name: !secret a\n", /^s\.yaml:1:7 unresolved tag/],
    ["a missing name", "workload: { ratePerSecond: 1/s }\n", /^s\.yaml:1:1 name: is missing/],
    ["no load at all", "name: a\n", /workload: says nothing about the load/],
    [
      "two loads",
      "name: a\nworkload: { thinkTime: 1s, ratePerSecond: 1/s }\n",
      /s\.yaml:2:43 workload\.ratePerSecond: stands beside thinkTime/,
    ],
    [
      "NaN",
      "name: a\nworkload: { ratePerSecond: .nan }\n",
      /workload\.ratePerSecond: must be a finite number/,
    ],
    [
      "infinity",
      "name: a\nusers: 1e400\nworkload: { thinkTime: 1s }\n",
      /s\.yaml:2:8 users: must be a finite number/,
    ],
    ["a negative number", "name: a\nusers: -5\nworkload: { thinkTime: 1s }\n", /users: must not be negative/],
    [
      "a number too large",
      "name: a\nusers: 1e13\nworkload: { thinkTime: 1s }\n",
      /users: must be at most 1e12/,
    ],
    ["half a user", "name: a\nusers: 1.5\nworkload: { thinkTime: 1s }\n", /users: must be a whole number/],
    ["a duration of years", "name: a\nworkload: { thinkTime: 900d }\n", /thinkTime: must be at most 30 days/],
    [
      "shares that don't add up",
      `${minimal}split: { old: 80%, new: 10% }\n`,
      /s\.yaml:3:15 split\.old: old and new make 90 % together/,
    ],
    [
      "weights that are all 0",
      "name: a\nworkload: { ratePerSecond: 1/s, requests: [{ weight: 0 }] }\n",
      /weights add up to 0/,
    ],
    [
      "a path with a line break",
      'name: a\nworkload: { ratePerSecond: 1/s, requests: [{ path: "/a\\r\\nX: 1" }] }\n',
      /path: must not hold spaces or control characters/,
    ],
    [
      "a header with a line break",
      'name: a\nworkload: { ratePerSecond: 1/s, requests: [{ headers: { a: "b\\r\\nc" } }] }\n',
      /must stay on one line/,
    ],
    [
      "an unknown placeholder",
      'name: a\nworkload: { ratePerSecond: 1/s, requests: [{ path: "/{id}" }] }\n',
      /unknown placeholder \{id\}/,
    ],
    [
      "an empty range",
      'name: a\nworkload: { ratePerSecond: 1/s, requests: [{ path: "/{9..1}" }] }\n',
      /the range \{9\.\.1\} is empty/,
    ],
    [
      "a mock beside a url",
      `${minimal}services: { old: { mock: {}, url: "http://127.0.0.1:1" } }\n`,
      /services\.old\.url: stands beside a mock/,
    ],
    [
      "a url that is none",
      `${minimal}services: { old: { url: "nowhere" } }\n`,
      /services\.old\.url: is not a URL/,
    ],
    [
      "a url of another protocol",
      `${minimal}services: { old: { url: "https://a.test" } }\n`,
      /must start with http:/,
    ],
    [
      "an impossible lognormal",
      `${minimal}services: { old: { mock: { serviceTime: { lognormal: { mean: 1ms, p99: 20ms } } } } }\n`,
      /a lognormal reaches at most 15\.0/,
    ],
    [
      "two exponentials that vary less than one",
      `${minimal}services: { old: { mock: { serviceTime: { hyperexponential: { mean: 20ms, scv: 0.5 } } } } }\n`,
      /hyperexponential\.scv: must be above 1/,
    ],
    [
      "percentiles that fall",
      `${minimal}services: { old: { mock: { serviceTime: { empirical: { p0: 5ms, p50: 3ms, p100: 9ms } } } } }\n`,
      /empirical\.p50: is shorter than p0/,
    ],
    ["a gate without a limit", `${minimal}rollout: { gates: [{ metric: errorRate }] }\n`, /sets no limit/],
    [
      "a gate with the wrong unit",
      `${minimal}rollout: { gates: [{ metric: errorRate, max: 200ms }] }\n`,
      /expected a share such as 1%/,
    ],
    [
      "a ratio to nothing",
      `${minimal}rollout: { gates: [{ metric: errorRate, maxRatio: 2 }] }\n`,
      /need `vs`/,
    ],
    [
      "a fault after the end",
      `${minimal}run: { duration: 5s, warmUp: 0s }\nfaults: [{ at: 6s, service: new, kind: crash }]\n`,
      /lies after the end/,
    ],
    ["the key __proto__", `${minimal}__proto__: { a: 1 }\n`, /s\.yaml:3:1 the key __proto__ is not accepted/],
    ["a very long key", `${minimal}${"k".repeat(500)}: 1\n`, /a key of 500 characters/],
    [
      "a bomb of aliases",
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`,
      /more aliases than a scenario needs/,
    ],
  ])("%s", (_what, text, expected) => check(text, expected));

  test.each<[what: string, text: string]>([
    ["65 levels of mappings", Array.from({ length: 65 }, (_, level) => `${" ".repeat(level)}a:\n`).join("")],
    ["20,000 brackets", `a: ${"[".repeat(20_000)}`],
    ["200,000 dashes", "- ".repeat(200_000)],
  ])("%s are too deep", (_what, text) => check(text, /nested more than 64 levels deep/));

  test("a megabyte of one key is too large", () =>
    check(`${"k".repeat(1_100_000)}: 1\n`, /larger than 1 MiB/));
});

describe("values set on the command line", () => {
  test("come before those of the file", () => {
    const parsed = parseScenario(minimal, {
      file: "s.yaml",
      overrides: ["users=5000", "split.new=25%", "workload.requests.0.path=/x"],
    });
    expect(parsed.ok && [parsed.scenario.users, parsed.scenario.split.new]).toEqual([5000, 0.25]);
    expect(parsed.ok && parsed.scenario.workload.requests[0]?.path).toBe("/x");
  });

  test.each([
    ["users=-1", "--set users=-1 users: must not be negative, found -1"],
    ["splt.new=1%", "--set splt.new=1% splt: unknown key; did you mean `split`?"],
    ["users", "--set users must be path=value, for example split.new=25%"],
    ["name.x=1", "--set name.x=1 name.x: no such place: a value on the way there is not a mapping or a list"],
    ["__proto__.x=1", "--set __proto__.x=1 must be path=value, for example split.new=25%"],
  ])("are named as the place of their problem: %s", (override, expected) => {
    expect(problemsOf(minimal, override)).toEqual([expected]);
  });
});

test("no text makes the reader throw", () => {
  const lines = fc.constantFrom(
    "name: a",
    "users: 5",
    "- x",
    "  k: [",
    "}",
    "'",
    "workload:",
    "  ratePerSecond: 5/s",
    "&a *a",
    "? :",
    "!!x y",
    "\t",
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(lines, { maxLength: 12 }).map((all) => all.join("\n")),
      ),
      (text) => {
        const parsed = parseScenario(text, { file: "s.yaml" });
        if (!parsed.ok) expect(parsed.problems.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 300 },
  );
});

describe("comparing answers", () => {
  test.each([
    ["methods: [GET, POST]", /compare\.methods\.1: copies of POST would do its work twice/],
    ["webhook: http://127.0.0.1:9/", /compare\.webhook: is never called without maxMismatch/],
    ["maxMismatch: 1%, webhook: https://127.0.0.1/", /compare\.webhook: must be a URL that starts with http/],
    ["methods: [POST], writes: dry-run", /^$/],
  ])("with %s", (section, expected) => {
    check(`${minimal}compare: { ${section} }\n`, expected);
  });
});
