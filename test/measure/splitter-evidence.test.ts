import { expect, test } from "vitest";
import { perVersion } from "../../src/base/version.ts";
import { SplitterEvidence } from "../../src/measure/splitter-evidence.ts";
import { Counters } from "../../src/splitter/counters.ts";
import type { FromSplitter, SplitterEvent } from "../../src/splitter/messages.ts";

const originMs = 5000;

function statsOf(fill: (counters: Counters) => void, isNewHealthy = true): FromSplitter {
  const counters = new Counters();
  fill(counters);
  const stats = counters.take(
    0,
    perVersion((version) => version === "old" || isNewHealthy),
  );
  return {
    type: "stats",
    ...stats,
    atMs: 9000,
    eventLoop: { utilisation: 0, delayP99Ms: 0, delayMaxMs: 0, delayMeanMs: 0 },
  };
}

function eventOf(kind: SplitterEvent["kind"], atMs: number): FromSplitter {
  return { type: "event", kind, atMs, version: "new", reason: "2 health checks in a row failed" };
}

test("copies make a sample of their own, in which answers of 500 and above are failures", () => {
  const evidence = new SplitterEvidence((clockMs) => clockMs - originMs);
  for (let second = 0; second < 2; second++) {
    evidence.take(
      statsOf((counters) => {
        Object.assign(counters.mirror, { copied: 12, answered: 10, failed: 1, timedOut: 1 });
        counters.copyErrors = 3;
        for (let copy = 0; copy < 10; copy++) counters.copyTimes.record(7);
      }),
    );
  }
  const { mirrored } = evidence.window(2000);
  expect(mirrored?.counts).toEqual({
    scheduled: 24,
    completed: 14,
    failed: 8,
    timedOut: 2,
    notSent: 0,
    inFlight: 0,
  });
  expect([mirrored?.responseTimes.total, mirrored?.durationMs]).toEqual([20, 2000]);
  expect(evidence.window(1000).mirrored?.counts.scheduled).toBe(0);
});

test("what old still works on is what the splitter told last", () => {
  const evidence = new SplitterEvidence((clockMs) => clockMs);
  expect(evidence.window(1000).oldInFlight).toBeUndefined();
  evidence.take(
    statsOf(({ versions }) => {
      versions.old.inFlight = 4;
    }),
  );
  expect(evidence.window(1000).oldInFlight).toBe(4);
  expect(evidence.window(1000).oldInFlight).toBe(4);
});

test("new is out from the event on that took its last address, until one is back", () => {
  const evidence = new SplitterEvidence((clockMs) => clockMs - originMs);
  const nothing = () => undefined;
  evidence.take(eventOf("unhealthy", 8200));
  evidence.take(statsOf(nothing, true));
  expect(evidence.window(1000).newOut).toBeUndefined();
  evidence.take(eventOf("ejected", 8700));
  evidence.take(statsOf(nothing, false));
  expect(evidence.window(1000).newOut).toEqual({ sinceMs: 3700, cause: "2 health checks in a row failed" });
  evidence.take(eventOf("unhealthy", 8900));
  evidence.take(statsOf(nothing, false));
  expect(evidence.window(1000).newOut?.sinceMs).toBe(3700);
  evidence.take(statsOf(nothing, true));
  expect(evidence.window(1000).newOut).toBeUndefined();
});
