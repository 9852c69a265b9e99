import { describe, expect, test } from "vitest";
import { countError, countObservation, endingOf, outcomeClass } from "../../src/result/count-observation.ts";
import type { Observation } from "../../src/result/observation.ts";
import { type OutcomeCounts, zeroCounts } from "../../src/result/window.ts";
import { observation } from "./observations.ts";

describe("an observation", () => {
  test.each<[Partial<Observation>, Partial<OutcomeCounts>]>([
    [{ outcome: "ok" }, { completed: 1 }],
    [
      { outcome: "ok", rerouted: true },
      { completed: 1, rerouted: 1 },
    ],
    [{ outcome: "http-error" }, { failed: 1 }],
    [{ outcome: "connection-error" }, { failed: 1 }],
    [{ outcome: "timeout" }, { timedOut: 1 }],
    [{ outcome: "not-sent" }, { notSent: 1 }],
    [{ outcome: "unfinished" }, { inFlight: 1 }],
  ])("of %j is counted once, in its own column", (ended, expected) => {
    const counts = { ...zeroCounts };
    countObservation(counts, observation({ scheduledMs: 0, ...ended }));
    expect(counts).toEqual({ ...zeroCounts, scheduled: 1, ...expected });
  });

  test.each<[Partial<Observation>, string]>([
    [{ outcome: "ok", status: 201 }, "201"],
    [{ outcome: "http-error", status: 503, errorClass: "http-503" }, "503"],
    [{ outcome: "connection-error", errorClass: "refused" }, "refused"],
    [{ outcome: "timeout", errorClass: "" }, "timeout"],
  ])("of %j ends with its status or its class of failure", (ended, expected) => {
    expect(endingOf(observation({ scheduledMs: 0, ...ended }))).toBe(expected);
  });

  test("that gave up waiting is censored: nobody knows how long its answer would have taken", () => {
    expect((["timeout", "unfinished"] as const).map(outcomeClass)).toEqual(["censored", "censored"]);
    expect((["http-error", "connection-error"] as const).map(outcomeClass)).toEqual(["failed", "failed"]);
    expect(outcomeClass("ok")).toBe("ok");
  });
});

test("error classes beyond the 32nd are counted as other, and those known go on", () => {
  const errors: Record<string, number> = {};
  for (let index = 0; index < 40; index++) countError(errors, `class-${index}`);
  countError(errors, "class-0");
  expect(Object.keys(errors)).toHaveLength(33);
  expect(errors).toMatchObject({ "class-0": 2, "class-31": 1, other: 8 });
});
