import { expect, test } from "vitest";
import { measured } from "./library.ts";

/** What only a real run can show, and what holds on a busy machine too. */
test("a run of s20-breaker-flap opens, fails its trials, and closes when the trouble is over", async () => {
  const { events, totals } = await measured("s20-breaker-flap");
  const turns = events.map(({ kind }) => kind).filter((kind) => kind.startsWith("breaker-"));
  expect(turns.slice(0, 3)).toEqual(["breaker-open", "breaker-half-open", "breaker-open"]);
  expect(turns.slice(-2)).toEqual(["breaker-half-open", "breaker-closed"]);
  const { old: before, new: after } = totals.versions;
  expect(before.failed + before.timedOut + before.notSent).toBe(0);
  expect(before.rerouted).toBeGreaterThan(100);
  expect(after.failed).toBeLessThan(before.rerouted / 2);
}, 60_000);
