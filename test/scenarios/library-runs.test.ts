import { describe, expect, test } from "vitest";
import { measured } from "./library.ts";

/** Library scenarios that only a real run can show, and that hold on a busy machine too. */
describe("run for a few seconds,", () => {
  test("s05-heavy-keys gives new four times its share, says that this is off, and passes nothing", async () => {
    const { totals, verdict } = await measured("s05-heavy-keys");
    expect(totals.split).toMatchObject({ configured: 0.1, state: "off" });
    expect(totals.split.realised).toBeGreaterThan(0.4);
    expect(verdict.state).not.toBe("PASS");
    expect(verdict.checks.find(({ kind }) => kind === "split")?.state).toBe("INCONCLUSIVE");
  }, 60_000);

  test("s20-breaker-flap opens, fails its trials, and closes when the trouble is over", async () => {
    const { events, totals } = await measured("s20-breaker-flap");
    const turns = events.map(({ kind }) => kind).filter((kind) => kind.startsWith("breaker-"));
    expect(turns.slice(0, 3)).toEqual(["breaker-open", "breaker-half-open", "breaker-open"]);
    expect(turns.slice(-2)).toEqual(["breaker-half-open", "breaker-closed"]);
    const { old: before, new: after } = totals.versions;
    expect(before.failed + before.timedOut + before.notSent).toBe(0);
    expect(before.rerouted).toBeGreaterThan(100);
    expect(after.failed).toBeLessThan(before.rerouted / 2);
  }, 60_000);
});
