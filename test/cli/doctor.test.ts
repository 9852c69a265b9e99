import { expect, test } from "vitest";
import { twinlane } from "./twinlane.ts";

test("the doctor measures this machine and says what it found in one JSON document", {
  timeout: 120_000,
}, async () => {
  const { exitCode, stdout } = await twinlane("doctor", "--json");
  expect(exitCode).toBe(0);
  const { schema, checks, reaches, calibration } = JSON.parse(stdout);
  expect(schema).toBe("twinlane/doctor@1");
  const names = checks.map(({ name }: { name: string }) => name);
  expect(names).toEqual([
    ...[
      "Node",
      "cores",
      "CPU quota",
      "other work",
      "steal",
      "memory",
      "descriptors",
      "ports",
      "clock",
      "timers",
    ],
    ...["floor", "rate, directly", "rate, through the splitter"],
  ]);
  for (const { state, finding, remedy } of checks) {
    expect(["ok", "warn", "unknown"]).toContain(state);
    expect(finding).not.toBe("");
    expect(typeof remedy).toBe(state === "warn" ? "string" : "undefined");
  }
  expect(reaches.direct.steps[0].requests).toBeGreaterThan(0);
  expect(calibration.direct.requests).toBeGreaterThan(0);
});
