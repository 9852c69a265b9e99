import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { splitSources } from "../../src/measure/split-sources.ts";
import { parseScenario } from "../../src/scenario/parse.ts";
import { temporaryDirectory } from "../cli/twinlane.ts";
import { planText } from "../scenario/scenario-text.ts";

const variants = { new: "new", off: "none" };
const flags = JSON.stringify({ flags: { version: { variants, defaultVariant: "off" } } });

async function sourcesOf(split: string) {
  const scenarioDirectory = temporaryDirectory();
  writeFileSync(join(scenarioDirectory, "flags.json"), flags);
  writeFileSync(join(scenarioDirectory, "bad.json"), '{"flags": []}');
  const sources = await splitSources(
    planText(`{ name: s, workload: { ratePerSecond: 1 }, split: ${split} }`),
    { scenarioDirectory, allowedHosts: [] },
  );
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

test("an etcd behind TLS is called with what lies beside the scenario and in the environment", async () => {
  const split =
    '{ source: { etcd: "https://127.0.0.1:2379", key: a, tls: { authority: flags.json }, user: { name: u, passwordFrom: TWINLANE_TEST_PASSWORD } } }';
  await expect(sourcesOf(split)).rejects.toMatchObject({
    code: "scenario-unreadable",
    message: expect.stringMatching(
      /TWINLANE_TEST_PASSWORD, which is to hold the password for etcd, is not set/,
    ),
  });
  vi.stubEnv("TWINLANE_TEST_PASSWORD", "secret");
  const { sources } = await sourcesOf(split);
  vi.unstubAllEnvs();
  expect(sources.splitEtcd).toEqual({
    url: "https://127.0.0.1:2379",
    key: "a",
    tls: { authority: flags },
    user: { name: "u", password: "secret" },
  });
});

test.each([
  ['{ etcd: "http://127.0.0.1:2379", key: a, tls: { authority: a.pem } }', "split.source.tls", /https/],
  ['{ etcd: "https://127.0.0.1:2379", key: a, tls: { key: a.pem } }', "split.source.tls", /needs both/],
  [
    '{ etcd: "http://10.0.0.1:2379", key: a, user: { name: u, passwordFrom: P } }',
    "split.source.user",
    /readably/,
  ],
])("%s is refused with its place", (source, place, message) => {
  const text = `{ name: s, workload: { ratePerSecond: 1 }, split: { source: ${source} } }`;
  const parsed = parseScenario(text, { file: "s.yaml" });
  expect(parsed.ok ? [] : parsed.problems).toMatchObject([
    { path: place, message: expect.stringMatching(message) },
  ]);
});

test.each([
  ["{ source: { file: ../split.json } }", "scenario-unreadable", /lies outside/],
  ["{ provider: { file: /etc/flags.json } }", "scenario-unreadable", /lies outside/],
  ["{ provider: { file: none.json } }", "scenario-unreadable", /can't be read: ENOENT/],
  ["{ provider: { file: bad.json } }", "scenario-unreadable", /it holds no/],
  [
    '{ source: { etcd: "https://127.0.0.1:1", key: a, tls: { authority: none.pem } } }',
    "scenario-unreadable",
    /etcd's authority can't be read: ENOENT/,
  ],
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
