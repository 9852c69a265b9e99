import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { versions } from "../../src/base/version.ts";
import { decodeJournal } from "../../src/result/journal.ts";
import { addRetries, type RetryCounts } from "../../src/result/retry-schema.ts";
import { recordOfJournal } from "../../src/result/run-record.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { isBalanced } from "../../src/result/window.ts";
import { onlyRun, resultIn, temporaryDirectory, twinlane } from "../cli/twinlane.ts";
import { libraryFolder, simulated } from "./library.ts";

const name = "s22-retry-storm";
const few = ["users=20_000", "run.duration=6s", "run.warmUp=1s", "run.calibrate=false"];

async function measuredIn(
  ...overrides: readonly string[]
): Promise<{ directory: string; result: RunResult }> {
  const out = temporaryDirectory();
  const set = overrides.flatMap((override) => ["--set", override]);
  const { stderr } = await twinlane("run", `${libraryFolder}/${name}.yaml`, "--out", out, ...set);
  expect(stderr).not.toContain("    at ");
  const directory = onlyRun(out);
  return { directory, result: resultIn(directory) };
}

function retriesOf({ retries }: Pick<RunResult, "retries">): RetryCounts {
  if (retries === undefined) throw new Error("the clients ask again");
  return addRetries(retries.old, retries.new);
}

const scheduledIn = ({ totals }: RunResult) => totals.versions.old.scheduled + totals.versions.new.scheduled;

/** Shares of the requests, whatever their number. */
function sharesOf(result: RunResult) {
  const { retried, recovered, exhausted, overBudget } = retriesOf(result);
  const requests = scheduledIn(result);
  return [retried, recovered, exhausted, overBudget].map((count) => count / requests);
}

/** Every first attempt that failed came to one of the ends; the splitter received every attempt. */
function expectWholeBooks(result: RunResult): void {
  const { totals, health, events } = result;
  for (const version of versions) expect(isBalanced(totals.versions[version])).toBe(true);
  expect(scheduledIn(result)).toBe(totals.due);
  const { exhausted, overBudget, gaveUp } = retriesOf(result);
  const failed = totals.versions.old.failed + totals.versions.new.failed;
  const timedOut = totals.versions.old.timedOut + totals.versions.new.timedOut;
  expect(exhausted + overBudget + gaveUp).toBe(failed + timedOut);
  const told = events.find(({ kind }) => kind === "attempts")?.message;
  expect(told).toMatch(/: every one$/);
  const sent = health.reduce((sum, each) => sum + each.sent, 0);
  expect(told).toContain(`drivers sent ${sent.toLocaleString("en-US")} attempts`);
}

test("a real run makes as many attempts as its simulation, and its books hold", async () => {
  const [{ directory, result }, forecast] = await Promise.all([measuredIn(...few), simulated(name, ...few)]);
  expectWholeBooks(result);
  const requests = scheduledIn(result);
  for (const [index, share] of sharesOf(result).entries()) {
    const expected = sharesOf(forecast)[index] ?? Number.NaN;
    // Five standard errors of the measured share and of the simulated one, retries of a request scattering less than 1.
    expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt(1 / requests + 1 / scheduledIn(forecast)));
  }
  const { earlierAttempts, roundTrip } = result.totals.versions.old.partsMs;
  expect(earlierAttempts?.max).toBeGreaterThan(0);
  // Of two attempts of about 50 ms on average, the first is not the network's.
  expect(roundTrip?.mean ?? 0).toBeLessThan(result.totals.versions.old.responseTimeMs.mean ?? 0);
  expect(readFileSync(join(directory, "summary.md"), "utf8")).toMatch(/- Retries: .*stable: [\d,]+ retries/);
  expectRebuilt(directory, result);
}, 60_000);

test("a budget bounds the retries of a real run as it does those of its simulation", async () => {
  const bounded = [...few, "run.warmUp=0s", "workload.retries.budget={share: 10%, burst: 5}"];
  const [{ result }, forecast] = await Promise.all([measuredIn(...bounded), simulated(name, ...bounded)]);
  expectWholeBooks(result);
  const requests = scheduledIn(result);
  const { retried, overBudget } = retriesOf(result);
  expect(retried).toBeLessThanOrEqual(5 + 0.1 * requests);
  expect(retried).toBeGreaterThan(0.9 * 0.1 * requests);
  expect(overBudget).toBeGreaterThan(retried);
  expect(Math.abs(retried / requests - (sharesOf(forecast)[0] ?? 0))).toBeLessThan(0.02);
}, 60_000);

/** A journal that is cut off anywhere holds balanced books of what it holds; the whole one those of the run. */
function expectRebuilt(directory: string, result: RunResult): void {
  const text = readFileSync(join(directory, "journal.ndjson"), "utf8");
  const rebuilt = (length: number) =>
    recordOfJournal(decodeJournal(text.slice(0, length)).entries)?.toResult();
  expect(rebuilt(text.length)?.retries).toEqual(result.retries);
  const half = rebuilt(text.length * 0.6);
  if (half === undefined) throw new Error("the journal's first line is there");
  for (const version of versions) expect(isBalanced(half.totals.versions[version])).toBe(true);
  expect(retriesOf(half).retried).toBeGreaterThan(0);
  expect(retriesOf(half).retried).toBeLessThan(retriesOf(result).retried);
}
