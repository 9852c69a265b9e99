import { expect, test } from "vitest";
import type { RunResult } from "../../../src/result/schema.ts";
import { onlyRun, resultIn, temporaryDirectory, twinlane } from "../../cli/twinlane.ts";
import { describeWithServers } from "../stores/servers.ts";

async function run(scenario: string, ...settings: readonly string[]): Promise<RunResult> {
  const out = temporaryDirectory();
  const always = ["run.calibrate=false", "run.warmUp=1s", "slo.responseTimeP99=20s", "slo.availability=1%"];
  const set = [...always, ...settings].flatMap((setting) => ["--set", setting]);
  await twinlane("run", `scenarios/${scenario}.yaml`, "--out", out, ...set);
  return resultIn(onlyRun(out));
}

function requirement({ requirements }: RunResult, beginning: string) {
  return requirements.find(({ name }) => name.startsWith(beginning));
}

function divergenceState({ verdict }: RunResult): string | undefined {
  return verdict.checks.find(({ kind }) => kind === "divergence")?.state;
}

describeWithServers("a run with two databases", () => {
  const quick = ["run.duration=6s", "faults.0.at=1s", "faults.0.for=3s"];

  test("finds every write that the second writer lost, and says that the data differs", async () => {
    const result = await run("separate-databases", ...quick, "faults.0.share=20%");
    const databases = result.divergence?.databases;
    expect(databases?.made?.made).toBeGreaterThan(0);
    expect(databases?.made?.recall).toBe(1);
    expect(databases?.secondWrites.lost).toBe(databases?.made?.made);
    expect(databases?.convergence.state).toBe("diverged");
    const { atEnd } = databases ?? {};
    expect(atEnd?.stale).toBeGreaterThan(0);
    expect(atEnd).toMatchObject({ missing: 0, extra: 0, different: 0 });
    expect(divergenceState(result)).toBe("FAIL");
    expect(requirement(result, "Data of both")?.state).toBe("not met");
    expect(requirement(result, "Divergence of data")?.state).toBe("met");
  }, 120_000);

  test("finds rows that came out of order", async () => {
    const more = ["faults.0.kind=reordering", "faults.0.share=50%", "stores.database.rows=60"];
    const result = await run("separate-databases", ...quick, ...more);
    const made = result.divergence?.databases?.made;
    expect(made?.made).toBeGreaterThan(0);
    expect((made?.found ?? 0) + (made?.healed ?? 0)).toBe(made?.made);
  }, 120_000);

  test("sees second writes that are held back as drift, and comes together after them", async () => {
    const fault = '[{"service":"database","kind":"replica-lag","by":"3s","at":"1s","for":"3s"}]';
    const result = await run("separate-databases", "run.duration=6s", `faults=${fault}`);
    const databases = result.divergence?.databases;
    expect(databases?.confirmed).toBeGreaterThan(0);
    expect(databases?.secondWrites.lagMs.max).toBeGreaterThan(2000);
    expect(databases?.convergence.state).toBe("converged");
    expect(databases?.atEnd).toEqual({ missing: 0, extra: 0, stale: 0, different: 0 });
    expect(divergenceState(result)).toBe("PASS");
    expect(requirement(result, "Data of both")?.state).toBe("met");
  }, 120_000);

  test("sees rows that a clock ahead of time has stamped", async () => {
    const fault = '[{"service":"database","kind":"clock-skew","by":"5s","at":"1s","for":"3s"}]';
    const result = await run("separate-databases", "run.duration=6s", `faults=${fault}`);
    expect(result.divergence?.databases?.aheadOfTime).toBeGreaterThan(0);
    expect(result.divergence?.databases?.convergence.state).toBe("converged");
  }, 120_000);

  test("finds nothing where there is nothing, once the last second write has arrived", async () => {
    const result = await run("separate-databases", "run.duration=4s", "faults=[]");
    const databases = result.divergence?.databases;
    expect(databases?.convergence.state).toBe("converged");
    expect(databases?.made).toBeUndefined();
    expect(databases?.secondWrites.applied).toBeGreaterThan(0);
    expect(databases?.secondWrites.lost).toBe(0);
    expect(requirement(result, "Divergence of data")?.state).toBe("not tested");
  }, 120_000);
});

describeWithServers("a bank's run", () => {
  test("accounts for every cent, and every confirmed booking is there", async () => {
    const result = await run("bank-transactions", "run.duration=5s", "workload.ratePerSecond=120/s");
    const ledger = result.divergence?.ledger;
    const { acknowledged, bookings, uncertain } = ledger ?? {};
    expect(ledger).toMatchObject({ wrongBookings: 0, wrongAccounts: 0, sumsWrong: 0, accounts: 1000 });
    expect(ledger?.balanceCents).toBe(ledger?.openingCents);
    expect(ledger?.sumChecks).toBeGreaterThan(3);
    expect(bookings?.old).toBeGreaterThan(0);
    expect(bookings?.new).toBeGreaterThan(0);
    const booked = (bookings?.old ?? 0) + (bookings?.new ?? 0);
    const confirmed = (acknowledged?.old ?? 0) + (acknowledged?.new ?? 0);
    expect(booked).toBeGreaterThanOrEqual(confirmed);
    expect(booked).toBeLessThanOrEqual(confirmed + (uncertain ?? 0));
    expect(divergenceState(result)).toBe("PASS");
    const stores = result.stores?.map(({ store }) => store);
    expect(stores).toEqual(["database", "cache"]);
    // Counted by the mocks over the measured part; the books hold the warm-up as well.
    for (const version of ["old", "new"] as const) {
      const { requests = 0, cache, database: asked } = result.storeUse?.versions[version] ?? {};
      expect(asked?.writes).toBeGreaterThan(0);
      expect(asked?.writes).toBeLessThanOrEqual((bookings?.[version] ?? 0) + (uncertain ?? 0));
      expect(cache?.lookups).toBeGreaterThan(0);
      expect(asked?.reads).toBe((cache?.lookups ?? 0) - (cache?.hits ?? 0));
      expect(requests).toBeGreaterThanOrEqual(asked?.writes ?? 0);
    }
    const database = result.resources.find(({ process }) => process === "database");
    expect(database?.role).toBe("store");
    expect(database?.summary.cpuShareMax).toBeGreaterThan(0);
  }, 120_000);

  test("loses no cent when the database crashes under it and comes back", async () => {
    const crash = '[{"service":"database","kind":"crash","at":"2s","for":"1s"}]';
    const result = await run(
      "bank-transactions",
      "run.duration=7s",
      "workload.ratePerSecond=120/s",
      `faults=${crash}`,
    );
    const ledger = result.divergence?.ledger;
    const { acknowledged, bookings } = ledger ?? {};
    expect(ledger).toMatchObject({ wrongBookings: 0, wrongAccounts: 0 });
    expect(ledger?.balanceCents).toBe(ledger?.openingCents);
    expect(bookings?.old).toBeGreaterThanOrEqual(acknowledged?.old ?? Number.NaN);
    expect(bookings?.new).toBeGreaterThanOrEqual(acknowledged?.new ?? Number.NaN);
    expect(result.totals.versions.old.failed + result.totals.versions.new.failed).toBeGreaterThan(0);
    expect(divergenceState(result)).toBe("PASS");
  }, 120_000);
});
