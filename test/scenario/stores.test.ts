import { describe, expect, test } from "vitest";
import { planText, problemsOf } from "./scenario-text.ts";

const start = "name: stores\nworkload: { ratePerSecond: 10/s }\n";

function problemsIn(yaml: string): readonly string[] {
  return problemsOf(start + yaml);
}

function check(yaml: string, expected: string): void {
  expect(problemsIn(yaml).join("\n")).toContain(expected);
}

describe("real stores in a scenario", () => {
  test.each([
    ["stores: { database: { kind: postgres } }", "give spawn: true or a url"],
    ["stores: { database: { kind: postgres, spawn: true, url: 'postgresql://h/d' } }", "one or the other"],
    ["stores: { database: { spawn: true } }", "set kind: postgres"],
    ["stores: { database: { kind: postgres, url: 'mysql://h/d' } }", "must start with postgresql://"],
    ["stores: { database: { kind: postgres, url: 'postgresql://u:p@h/d' } }", "set PGPASSWORD"],
    ["stores: { database: { kind: postgres, topology: separate, url: 'postgresql://h/d' } }", "for two"],
    ["stores: { database: { kind: postgres, spawn: true, content: bank, rows: 1 } }", "two accounts"],
    ["stores: { database: { kind: postgres, spawn: true, rows: 5_000_000 } }", "at most 1000000 rows"],
    ["stores: { database: { kind: postgres, spawn: true }, cache: {} }", "take redis"],
    ["stores: { cache: { kind: redis, spawn: true } }", "set it to postgres"],
    [
      "stores: { database: { kind: postgres, spawn: true }, cache: { kind: redis, url: 'http://h' } }",
      "must start with redis://",
    ],
    [
      "stores: { database: { kind: postgres, spawn: true } }\nfaults: [ { at: 1s, service: database, kind: lost-writes } ]",
      "topology: separate",
    ],
  ])("%s is refused", (yaml, expected) => check(yaml, expected));

  test.each([
    "stores: { database: { kind: postgres, spawn: true }, cache: { kind: redis, spawn: true } }",
    "stores: { database: { kind: postgres, url: 'postgresql://u@127.0.0.1:5432/d' } }",
    "stores: { database: { kind: postgres, spawn: true, topology: separate } }\nfaults: [ { at: 1s, service: database, kind: replica-lag, by: 3s } ]",
  ])("%s is accepted", (yaml) => expect(problemsIn(yaml)).toEqual([]));

  test("are planned with all choices made, and modelled ones as before", () => {
    const planned = (yaml: string) => planText(start + yaml).stores;
    expect(planned("stores: { database: {} }").database).not.toHaveProperty("real");
    const real = planned(
      "stores: { database: { kind: postgres, spawn: true }, cache: { kind: redis, spawn: true, ttl: 5s } }",
    );
    expect(real.database?.real).toEqual({
      source: { kind: "spawn", maxConnections: 100 },
      content: "items",
      rows: 1000,
      poolSize: 10,
    });
    expect(real.cache?.real?.ttlMs).toBe(5000);
  });
});
