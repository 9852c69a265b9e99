import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { splitSources } from "../../src/measure/split-sources.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { planScenario } from "../../src/scenario/plan.ts";
import { temporaryDirectory } from "../cli/twinlane.ts";

const variants = { new: "new", off: "none" };
const flags = JSON.stringify({ flags: { version: { variants, defaultVariant: "off" } } });

async function sourcesOf(split: string) {
  const parsed = parseScenario(`{ name: s, workload: { ratePerSecond: 1 }, split: ${split} }`, {
    file: "s.yaml",
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const scenarioDirectory = temporaryDirectory();
  writeFileSync(join(scenarioDirectory, "flags.json"), flags);
  writeFileSync(join(scenarioDirectory, "bad.json"), '{"flags": []}');
  const sources = await splitSources(planScenario(parsed.scenario), { scenarioDirectory, allowedHosts: [] });
  return { sources, scenarioDirectory };
}

test("files are looked for beside the scenario", async () => {
  const { sources, scenarioDirectory } = await sourcesOf(
    "{ source: { file: now/split.json }, provider: { file: flags.json } }",
  );
  expect(sources).toEqual({
    splitFile: join(scenarioDirectory, "now/split.json"),
    flags: { file: join(scenarioDirectory, "flags.json"), flag: "version" },
  });
});

test("etcd is reached at the address that was checked", async () => {
  const { sources } = await sourcesOf('{ source: { etcd: "http://127.0.0.1:2379/", key: /a/b } }');
  expect(sources.splitEtcd).toEqual({ url: "http://127.0.0.1:2379", key: "/a/b" });
});

test.each([
  ["{ source: { file: ../split.json } }", "scenario-unreadable", /lies outside/],
  ["{ provider: { file: /etc/flags.json } }", "scenario-unreadable", /lies outside/],
  ["{ provider: { file: none.json } }", "scenario-unreadable", /can't be read: ENOENT/],
  ["{ provider: { file: bad.json } }", "scenario-unreadable", /it holds no/],
  [
    '{ source: { etcd: "http://192.0.2.1:2379", key: a } }',
    "target-not-allowed",
    /The etcd's address 192\.0\.2\.1/,
  ],
])("%s is refused", async (split, code, message) => {
  await expect(sourcesOf(split)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});

test("a source beside a ramp is refused with its place", () => {
  const text =
    "{ name: s, workload: { ratePerSecond: 1 }, split: { source: { file: a } }, rollout: { steps: [{ new: 10%, hold: 5s }] } }";
  const parsed = parseScenario(text, { file: "s.yaml" });
  expect(parsed.ok ? [] : parsed.problems.map(({ path, message }) => [path, message])).toEqual([
    ["split.source", "stands beside a ramp; the share is the ramp's or the source's, remove one"],
  ]);
});
