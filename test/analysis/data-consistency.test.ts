import { describe, expect, test } from "vitest";
import {
  dataStaysConsistent,
  divergenceChecks,
  divergenceIsDetected,
} from "../../src/analysis/data-consistency.ts";
import type { DatabaseDivergence, Divergence, Ledger } from "../../src/result/divergence-schema.ts";
import { measuredResult } from "../report/fixture-result.ts";

const books: Ledger = {
  accounts: 10,
  openingCents: 1_000_000,
  balanceCents: 1_000_000,
  sumChecks: 20,
  sumsWrong: 0,
  bookings: { old: 60, new: 40 },
  acknowledged: { old: 60, new: 40 },
  uncertain: 0,
  wrongBookings: 0,
  wrongAccounts: 0,
};

const inStep: DatabaseDivergence = {
  checks: 20,
  rows: 20_000,
  chunks: 40,
  chunksRead: 0,
  atEnd: { missing: 0, extra: 0, stale: 0, different: 0 },
  confirmed: 0,
  oldestMs: 0,
  aheadOfTime: 0,
  convergence: { state: "converged", afterMs: 400 },
  secondWrites: { queued: 9, applied: 9, superseded: 0, retried: 0, lost: 0, lagMs: { p50: 1, max: 2 } },
  examples: [],
};

function resultWith(divergence: Divergence | undefined) {
  return { ...measuredResult({ seconds: 2 }), ...(divergence !== undefined && { divergence }) };
}

function bank(change: Partial<Ledger>) {
  return resultWith({ topology: "shared", content: "bank", ledger: { ...books, ...change } });
}

function separate(change: Partial<DatabaseDivergence>) {
  return resultWith({ topology: "separate", content: "items", databases: { ...inStep, ...change } });
}

describe("the consistency of data", () => {
  test("is not tested, and no check, where the stores are modelled", () => {
    expect(divergenceChecks(resultWith(undefined))).toEqual([]);
    expect(dataStaysConsistent(resultWith(undefined)).state).toBe("not tested");
  });

  test("is no data where the run ended before anybody looked", () => {
    const result = resultWith({ topology: "shared", content: "bank" });
    expect(divergenceChecks(result)).toMatchObject([{ state: "NO DATA" }]);
    expect(dataStaysConsistent(result).state).toBe("not tested");
  });

  test("is met by books that balance, and says how many bookings were there", () => {
    expect(divergenceChecks(bank({}))).toMatchObject([{ kind: "divergence", state: "PASS" }]);
    const { state, evidence } = dataStaysConsistent(bank({}));
    expect(state).toBe("met");
    expect(evidence).toContain("60 bookings by old and 40 by new");
  });

  test.each([
    [{ balanceCents: 999_999 }, "1 cents off"],
    [{ sumsWrong: 2 }, "the sum was wrong 2 times"],
    [{ wrongBookings: 3 }, "3 bookings lack an entry"],
    [{ wrongAccounts: 1 }, "1 accounts don't match"],
    [{ acknowledged: { old: 61, new: 40 } }, "1 confirmed bookings are gone"],
    [{ acknowledged: { old: 61, new: 30 } }, "1 confirmed bookings are gone"],
  ])("is not met with %o", (change, evidence) => {
    expect(divergenceChecks(bank(change))).toMatchObject([{ state: "FAIL" }]);
    expect(dataStaysConsistent(bank(change))).toMatchObject({ state: "not met" });
    expect(dataStaysConsistent(bank(change)).evidence).toContain(evidence);
  });

  test("allows for bookings that were broken off and booked all the same", () => {
    expect(dataStaysConsistent(bank({ acknowledged: { old: 58, new: 40 }, uncertain: 2 })).state).toBe("met");
  });

  test("is met by databases that came together, also late", () => {
    const { state, evidence } = dataStaysConsistent(separate({ confirmed: 4, oldestMs: 3100 }));
    expect(state).toBe("met");
    expect(evidence).toContain("4 rows differed for up to 3.1 s");
  });

  test("is not met by databases that stay apart", () => {
    const apart = separate({
      atEnd: { missing: 1, extra: 0, stale: 7, different: 0 },
      convergence: { state: "diverged" },
      oldestMs: 9000,
    });
    expect(dataStaysConsistent(apart).state).toBe("not met");
    expect(dataStaysConsistent(apart).evidence).toBe(
      "1 missing, 7 stale rows at the end, the oldest for 9 s",
    );
  });
});

describe("the detection of divergence", () => {
  const made = { made: 10, healed: 2, found: 8, recall: 1, detectionMs: { p50: 1200, max: 1900 } };

  test("is met when every difference that was made, and could be seen, was found", () => {
    const { state, evidence } = divergenceIsDetected(separate({ made }));
    expect(state).toBe("met");
    expect(evidence).toContain("8 of 8 differences were found (100 %), after 1.9 s at the latest");
    expect(evidence).toContain("2 more were mended");
  });

  test("is not met when one was missed", () => {
    const missed = { ...made, found: 7, recall: 7 / 8 };
    expect(divergenceIsDetected(separate({ made: missed })).state).toBe("not met");
  });

  test("is not tested where nothing was made", () => {
    expect(divergenceIsDetected(separate({})).state).toBe("not tested");
    expect(divergenceIsDetected(bank({})).state).toBe("not tested");
  });
});
