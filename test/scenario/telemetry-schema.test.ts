import { expect, test } from "vitest";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";

function check(telemetry: string, expected: readonly string[]): void {
  const text = `name: a\ntelemetry: { ${telemetry} }\nworkload: { ratePerSecond: 10/s }\n`;
  const parsed = parseScenario(text, { file: "s.yaml" });
  const problems = parsed.ok ? [] : parsed.problems.map(formatProblem);
  expect(problems).toEqual(expected.map((each) => expect.stringContaining(each)));
}

test.each(['"http://127.0.0.1:4318"', '"https://collector.example/otel/"'])(
  "a collector at %s is fine",
  (otlp) => check(`otlp: ${otlp}`, []),
);

const rule = "s.yaml:2:20 telemetry.otlp: must be an http:// or https:// address";

test.each([
  ["collector:4317", rule],
  ['"grpc://collector:4317"', rule],
  ['"http://"', rule],
  ['"http://user:secret@collector:4318"', rule],
  ['"http://collector:4318/?key=secret"', rule],
  ["4318", "s.yaml:2:20 telemetry.otlp"],
])("a collector at %s is refused at its place", (otlp, expected) => check(`otlp: ${otlp}`, [expected]));

test("an unknown key is refused, with the one that was meant", () => check("otpl: x", ["otlp"]));
