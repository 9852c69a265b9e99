import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkRampPower, rampPower } from "../../src/analysis/ramp-power.ts";
import type { Version } from "../../src/base/version.ts";
import { modelPlan } from "../../src/model/modelled-result.ts";
import { formatProblem, parseScenario } from "../../src/scenario/parse.ts";
import type { RunPlan } from "../../src/scenario/plan.ts";
import { decideVersion } from "../../src/workload/split.ts";
import { planOf } from "../model/plans.ts";
import { libraryFolder, libraryPlan, scheduledOf, simulated } from "./library.ts";

const files = readdirSync(libraryFolder).filter((name) => name.endsWith(".yaml"));

describe("every scenario of the library", () => {
  test.each(files)("%s is valid, named like its file, and its first comment says what it shows", (file) => {
    const text = readFileSync(`${libraryFolder}/${file}`, "utf8");
    const parsed = parseScenario(text, { file });
    expect(parsed.ok ? [] : parsed.problems.map(formatProblem)).toEqual([]);
    expect(parsed.ok && `${parsed.scenario.name}.yaml`).toBe(file);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/scenario\.schema\.json\n# [A-Z].{30,}\.\n/);
  });

  test("stands in the table of docs/scenarios.md, and the table in it", () => {
    const table = readFileSync("docs/scenarios.md", "utf8");
    const named = [...table.matchAll(/`library\/(s\d\d-[a-z-]+\.yaml)`/g)].map(([, file]) => file);
    expect([...new Set(named)].sort()).toEqual([...files].sort());
    const cases = [...table.matchAll(/^\| (S\d\d) \|/gm)].map(([, id]) => id);
    const all = Array.from({ length: 30 }, (_, index) => `S${String(index + 1).padStart(2, "0")}`);
    expect([...cases].sort()).toEqual(all);
  });
});

describe("simulated,", () => {
  test("dead-canary gives new nothing, and passes nothing", async () => {
    const { totals, verdict } = await simulated("../dead-canary");
    expect(totals.versions.new.scheduled).toBe(0);
    expect(verdict.state).toBe("INCONCLUSIVE");
    expect(verdict.reasons[0]).toMatch(/^new is given 10 %: new was given 0 of /);
  });

  test("s05-heavy-keys gives new four times its share, says that this is off, and passes nothing", async () => {
    const { totals, verdict } = await simulated("s05-heavy-keys");
    expect(totals.split).toMatchObject({ configured: 0.1, state: "off" });
    expect(totals.split.realised).toBeGreaterThan(0.4);
    expect(verdict.state).toBe("INCONCLUSIVE");
  });

  test.each([
    ["0%", 0],
    ["0.01%", 0.0001],
    ["1%", 0.01],
    ["50%", 0.5],
    ["99.99%", 0.9999],
    ["100%", 1],
  ])("s03-weight-edges realises a share of %s over nine servers and two", async (written, share) => {
    const { totals } = await simulated("s03-weight-edges", `split.new=${written}`, "run.duration=20s");
    expect(totals.split).toMatchObject({ configured: share, state: "as configured" });
    expect(Math.abs((totals.split.realised ?? 0) - share)).toBeLessThan(0.0001);
    if (share === 0) expect(totals.versions.new.scheduled).toBe(0);
    if (share === 1) expect(totals.versions.old.scheduled).toBe(0);
  });

  test("s04-sticky-users keeps the share, by user and by request", async () => {
    for (const by of ["user", "request"]) {
      const { totals } = await simulated("s04-sticky-users", `split.by=${by}`);
      expect(totals.split.state).toBe("as configured");
      expect(Math.abs((totals.split.realised ?? 0) - 0.1)).toBeLessThan(0.01);
    }
  });

  test("s06-sticky-old-forever leaves a tenth of the requests on old at 100 % for new", async () => {
    const { totals } = await simulated("s06-sticky-old-forever");
    expect(totals.versions.old.scheduled / totals.due).toBeGreaterThan(0.07);
    expect(totals.versions.old.scheduled / totals.due).toBeLessThan(0.13);
  });

  test("s08-slow-mirror drops and counts what the bound doesn't let through, and users don't wait", async () => {
    const off = await simulated("s08-slow-mirror", "split.mirror.share=0%");
    const bounded = await simulated("s08-slow-mirror");
    const { mirror } = bounded;
    expect((mirror?.copied ?? 0) + (mirror?.dropped ?? 0)).toBe(scheduledOf(bounded));
    expect(mirror?.dropped).toBeGreaterThan(scheduledOf(bounded) / 2);
    expect(bounded.totals.versions.old.responseTimeMs.p99).toBeLessThanOrEqual(
      (off.totals.versions.old.responseTimeMs.p99 ?? 0) * 1.05,
    );
    const unbounded = await simulated("s08-slow-mirror", "split.mirror.maxInFlight=100000");
    expect(unbounded.mirror?.dropped).toBe(0);
    expect(unbounded.mirror?.failed).toBeGreaterThan(unbounded.mirror?.answered ?? 0);
  });

  test("s09-mirror-doubles-database makes old's users wait for the copies, unless new has its own", async () => {
    const p99 = async (...overrides: readonly string[]) => {
      const { totals } = await simulated("s09-mirror-doubles-database", ...overrides);
      return totals.versions.old.responseTimeMs.p99 ?? 0;
    };
    const off = await p99("split.mirror.share=0%");
    expect(await p99()).toBeGreaterThan(20 * off);
    expect(await p99("stores.database.topology=separate")).toBeLessThan(1.1 * off);
    const { simulation, verdict } = await simulated("s09-mirror-doubles-database");
    expect(simulation?.overloads).toMatchObject([{ resource: "database" }]);
    expect(simulation?.overloads[0]?.utilisation).toBeCloseTo(1.2, 6);
    expect(verdict.state).toBe("FAIL");
  });

  test("s10-mirror-writes copies no write by default, and each one once POST is named", async () => {
    const reads = await simulated("s10-mirror-writes");
    expect(reads.mirror?.copied).toBe(scheduledOf(reads, (name) => name === "browse"));
    const all = await simulated("s10-mirror-writes", "split.mirror.methods=[GET,POST]");
    expect((all.mirror?.copied ?? 0) - (reads.mirror?.copied ?? 0)).toBe(
      scheduledOf(all, (name) => name === "pay"),
    );
  });

  test("s11-doubled-metrics shows a doubled rate only to those who count copies as traffic", async () => {
    const result = await simulated("s11-doubled-metrics");
    const { mirror, totals } = result;
    expect(scheduledOf(result) + (mirror?.copied ?? 0)).toBe(2 * scheduledOf(result));
    expect(totals.versions.old.scheduled + totals.versions.new.scheduled).toBe(totals.due);
    expect(totals.versions.new.scheduled).toBe(0);
  });

  test("s12-big-bodies counts every upload that is too large to be copied", async () => {
    const result = await simulated("s12-big-bodies");
    expect(result.mirror?.tooLarge).toBe(scheduledOf(result, (name) => name === "big upload"));
    expect(result.mirror?.copied).toBe(scheduledOf(result, (name) => name === "small upload"));
    expect(result.mirror?.tooLarge).toBeGreaterThan(0);
  });

  test.each([1, 5])(
    "s20-breaker-flap with %i trials closes as often as all of them succeed",
    async (trials) => {
      const share = 0.4;
      const { events } = await simulated(
        "s20-breaker-flap",
        "run.duration=60s",
        "faults.0.for=58s",
        `faults.0.share=${share}`,
        `rollout.breaker.trials=${trials}`,
      );
      const count = (wanted: string) => events.filter(({ kind }) => kind === wanted).length;
      const tries = count("breaker-half-open");
      expect(tries).toBeGreaterThan(50);
      const expected = (1 - share) ** trials;
      // Five standard deviations, and the one that closes it when the trouble is over.
      const room = 5 * Math.sqrt((expected * (1 - expected)) / tries) + 1 / tries;
      expect(Math.abs(count("breaker-closed") / tries - expected)).toBeLessThan(room);
    },
  );

  test("s22-retry-storm: retries save all but 0.4⁴ of the requests, and a budget saves fewer with less load", async () => {
    const played = async (...overrides: readonly string[]) => {
      const few = ["users=10_000", "run.duration=60s"];
      const { retries, totals } = await simulated("s22-retry-storm", ...few, ...overrides);
      const { scheduled, failed } = totals.versions.old;
      const room = (share: number) => 5 * Math.sqrt((share * (1 - share)) / scheduled);
      return {
        failed: failed / scheduled,
        retried: (retries?.old.retried ?? 0) / scheduled,
        room,
      };
    };
    const free = await played();
    expect(Math.abs(free.failed - 0.4 ** 4)).toBeLessThan(free.room(0.4 ** 4));
    expect(Math.abs(free.retried - (0.4 + 0.4 ** 2 + 0.4 ** 3))).toBeLessThan(free.room(0.5) * 2);
    const bounded = await played("workload.retries.budget={share: 20%}");
    expect(bounded.retried).toBeLessThan(0.21);
    expect(bounded.retried).toBeGreaterThan(0.18);
    // Each retry fails as any attempt does: of the 40 % that failed at first, 60 % of the retried are saved.
    expect(Math.abs(bounded.failed - (0.4 - 0.6 * bounded.retried))).toBeLessThan(bounded.room(0.3));
  });

  test("s23-rollback-needs-capacity drowns two servers of old, and not six", async () => {
    const scaledDown = await simulated("s23-rollback-needs-capacity");
    const kept = await simulated("s23-rollback-needs-capacity", "services.old.mock.replicas=6");
    expect(scaledDown.totals.versions.old.timedOut).toBeGreaterThan(
      scaledDown.totals.versions.old.scheduled / 2,
    );
    expect(scaledDown.verdict.state).toBe("FAIL");
    expect(kept.totals.versions.old.completed).toBe(kept.totals.versions.old.scheduled);
    expect(kept.totals.versions.old.rerouted).toBeGreaterThan(0);
    expect(kept.verdict.state).toBe("PASS");
  });
});

describe("by formulas,", () => {
  test("s02-low-traffic: the ramp that must see p99 double is refused, with the hours it would take", () => {
    const plan = libraryPlan("s02-low-traffic", "rollout.gates.0.detectRatio=2");
    expect(() => checkRampPower(plan)).toThrow(/would reach 80 %/);
    const hours = rampPower(plan).map(({ neededMs }) => neededMs / 3_600_000);
    expect(hours.map(Math.round)).toEqual([14, 3]);
  });

  test("s14-pool-exhaustion: both versions' pools ask for 90 of the 75 connections, old's alone for 45", () => {
    const modelled = modelPlan(libraryPlan("s14-pool-exhaustion"));
    expect(modelled.ramp?.plain.steps.map(({ pooledConnections }) => pooledConnections)).toEqual([
      90, 90, 90,
    ]);
    const firsts = modelled.growth.entries.map(({ users, bottlenecks }) => {
      const pools = bottlenecks.find(({ resource }) => resource === "database connections");
      return [users, pools?.utilisation];
    });
    expect(firsts).toEqual([
      [1000, 30 / 75],
      [6000, 60 / 75],
      [9000, 90 / 75],
    ]);
    const alone = modelPlan(libraryPlan("s14-pool-exhaustion", "capacity.keepRollback=false"));
    expect(alone.ramp?.plain.steps.at(-1)?.pooledConnections).toBe(45);
  });

  test("s22-retry-storm: 40 % failing attempts, tried again up to three times, take 1.6 times the servers", () => {
    const servers = (...overrides: readonly string[]) =>
      modelPlan(libraryPlan("s22-retry-storm", ...overrides)).growth.entries.at(-1)?.point.servers.total ?? 0;
    const attempts = 1 + 0.4 + 0.4 ** 2 + 0.4 ** 3;
    const once = servers("workload={requestsPerUserPerDay: 200, peakFactor: 5}");
    expect(servers() / once).toBeGreaterThan(attempts * 0.97);
    expect(servers() / once).toBeLessThan(attempts * 1.03);
  });

  test("growth-parallel-running: the overlap of both versions is twice old alone, from 100 to 100,000,000 users", () => {
    const { growth } = modelPlan(planOf("growth-parallel-running"));
    expect(growth.entries.map(({ users }) => users)).toEqual([100, 10_000, 1_000_000, 100_000_000]);
    for (const { point } of growth.entries.slice(2)) {
      expect(point.servers.total / (2 * Math.ceil(point.load.users / 3000))).toBeCloseTo(1, 2);
    }
    expect(growth.entries.every(({ bottlenecks }) => bottlenecks.length > 0)).toBe(true);
  });
});

/** A request of which nothing but its user or its number is known. */
function versionOf({ split }: RunPlan, share: number, asked: { userKey?: string; ordinal: number }): Version {
  const nothing = () => undefined;
  const rest = { header: nothing, cookie: nothing, method: () => "GET", target: () => "/" };
  return decideVersion(split, share * 1e6, { ...rest, userKey: asked.userKey, ordinal: asked.ordinal });
}

test("s04-sticky-users: by user nobody flips, by request nearly everybody, and a ramp moves users one way", () => {
  const byUser = libraryPlan("s04-sticky-users");
  const users = Array.from({ length: byUser.users }, (_, user) => user);
  const onNew = (share: number, ordinal: number) =>
    users.filter((user) => versionOf(byUser, share, { userKey: String(user), ordinal }) === "new");
  expect(onNew(0.1, 1)).toEqual(onNew(0.1, 999));
  expect(onNew(0.1, 1).length).toBeGreaterThan(0);
  const onNewLater = new Set(onNew(0.5, 1));
  expect(onNew(0.1, 1).filter((user) => !onNewLater.has(user))).toEqual([]);

  const byRequest = libraryPlan("s04-sticky-users", "split.by=request");
  const visits = Array.from({ length: 50 }, (_, visit) => visit);
  const flipping = users.slice(0, 500).filter((user) => {
    const met = visits.map((visit) => versionOf(byRequest, 0.1, { ordinal: visit * users.length + user }));
    return new Set(met).size === 2;
  });
  expect(flipping.length).toBeGreaterThan(400);
});
