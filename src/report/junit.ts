import type { Check, RunResult } from "../result/schema.ts";
import { escapeMarkup } from "./text/escape-markup.ts";
import { plainText } from "./text/plain-text.ts";

/**
 * The checks as a JUnit file: one suite for the scenario, one case for each check. A failed check is a
 * failure; one without enough data is an error, so that no CI system takes it for a pass. Only characters that
 * XML 1.0 allows.
 */
export function renderJunit(result: RunResult): string {
  const { checks } = result.verdict;
  const cases = checks.length > 0 ? checks : [verdictAsCheck(result)];
  const failures = cases.filter(({ state }) => state === "FAIL").length;
  const errors = cases.filter(({ state }) => state === "INCONCLUSIVE" || state === "NO DATA").length;
  const seconds = (result.totals.durationMs / 1000).toFixed(3);
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" time="${seconds}"`;
  const name = attribute(result.scenario.name);
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites name="twinlane" ${counts}>`,
    `  <testsuite name="${name}" ${counts}${timestamp(result)}>`,
    ...cases.map((check) => testCase(check, name)),
    `  </testsuite>`,
    `</testsuites>`,
    "",
  ].join("\n");
}

/** A scenario without checks still shows up, with its verdict. */
function verdictAsCheck({ verdict }: RunResult): Check {
  return { kind: "verdict", name: "verdict", state: verdict.state, reason: verdict.sentence };
}

function timestamp({ environment }: RunResult): string {
  return environment === undefined ? "" : ` timestamp="${attribute(environment.startedAt)}"`;
}

function testCase({ name, kind, state, reason }: Check, suite: string): string {
  const head = `    <testcase classname="${suite}.${attribute(kind)}" name="${attribute(name)}"`;
  if (state === "PASS") return `${head}><system-out>${attribute(reason)}</system-out></testcase>`;
  const element = state === "FAIL" ? "failure" : "error";
  return `${head}><${element} type="${state}" message="${attribute(reason)}"/></testcase>`;
}

function attribute(text: string): string {
  return escapeMarkup(plainText(text));
}
