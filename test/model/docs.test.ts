import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { growthState } from "../../src/model/growth-state.ts";
import { modelPlan } from "../../src/model/modelled-result.ts";
import { serviceLaw } from "../../src/model/queueing/service-law.ts";
import { serversForLatency } from "../../src/model/sizing/slots.ts";
import { planOf } from "./plans.ts";

const docs = readFileSync(new URL("../../docs/model.md", import.meta.url), "utf8");

/** Cells of the table row that begins so. */
function rowOf(first: string): readonly string[] {
  const line = docs.split("\n").find((candidate) => candidate.startsWith(`| ${first} `));
  if (line === undefined) throw new Error(`docs/model.md has no row ${first}`);
  return line.split("|").map((cell) => cell.trim());
}

describe("docs/model.md", () => {
  const entry = modelPlan(planOf("growth-parallel-running")).growth.entries.find(
    ({ users }) => users === 1_000_000,
  );
  if (entry === undefined) throw new Error("the scenario has a million users");
  const { point, bottlenecks } = entry;
  const rates = (value: number) => value.toFixed(2);

  test.each([
    ["average rate", `${rates(point.load.averagePerSecond)} requests/s`],
    ["peak rate", `${rates(point.load.peakPerSecond)} requests/s`],
    ["servers for connections, each version", rates(point.servers.needs.old[0]?.servers ?? 0)],
    [
      "servers in total",
      `${point.servers.total}, of them ${point.servers.old} old and ${point.servers.new} new, + ${point.servers.spare} spare`,
    ],
    ["bandwidth", `${rates(point.bandwidthBytesPerSecond / 1e6)} MB/s`],
    ["requests worked on at once", rates(point.concurrentRequests ?? 0)],
    ["reads that reach the database", `${rates(point.stores?.reads ?? 0)}/s`],
    ["writes", `${rates(point.stores?.writes ?? 0)}/s`],
    [
      "the database is full at",
      `${Math.round(bottlenecks.find(({ resource }) => resource === "database")?.fullAtUsers ?? 0).toLocaleString("en-US")} users`,
    ],
    ["cost", `${rates(point.cost?.perHour ?? 0)} per hour`],
    ["of it for the overlap", `${rates(point.cost?.overlapPerHour ?? 0)} per hour`],
  ])("works its example out as the model does: %s", (name, expected) => {
    expect(rowOf(name)[3]).toBe(expected);
  });

  test.each(["pooled", "leastConnections", "roundRobin", "powerOfTwo", "random"] as const)(
    "states the servers that %s needs",
    (balancing) => {
      const service = serviceLaw({ law: "exponential", meanMs: 20 });
      const targets = [{ of: "response", quantile: 0.99, limitMs: 100 } as const];
      const one = serversForLatency({ ratePerMs: 1, service, slots: 1, balancing }, targets);
      expect(rowOf(`\`${balancing}\``)[2]).toBe("servers" in one ? String(one.servers) : "impossible");
      const large = serversForLatency({ ratePerMs: 64, service, slots: 64, balancing }, targets);
      expect(large).toEqual({ servers: 21 });
    },
  );

  test("states the rules of the growth states", () => {
    const states = modelPlan(
      planOf("growth-parallel-running", "growth.users=[100, 70_000, 80_000, 8_000_000]"),
    );
    expect(states.growth.entries.map((each) => growthState(each.point).state)).toEqual([
      "one server carries everybody",
      "a few servers",
      "several instances of both versions",
      "a fleet",
    ]);
    for (const { state } of states.growth.entries)
      expect(docs).toContain(state.state.replace(" versions", ""));
  });
});
