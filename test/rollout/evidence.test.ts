import { describe, expect, test } from "vitest";
import type { Decision } from "../../src/rollout/decision.ts";
import type { ObservedWindow } from "../../src/rollout/gate-progress.ts";
import { startRollout, stepRollout } from "../../src/rollout/rollout.ts";
import { emptySample, type Sample, type SampleCounts } from "../../src/rollout/sample.ts";
import { drawSample, rolloutOf } from "./rollout-fixture.ts";

const steps = [
  { new: "10%", hold: "10s" },
  { new: "100%", hold: "10s" },
];
const late = { distrust: "the load was sent up to 300 ms late" };
const good = drawSample({}, { count: 100, durationMs: 1000, uniform: () => 0.5 });
const nothing: Sample = { ...emptySample, durationMs: 1000 };

function ended(counts: Partial<SampleCounts>): Sample {
  const scheduled = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ...good, counts: { ...emptySample.counts, ...counts, scheduled } };
}

/** Plays these windows, one a second; the last is repeated. */
function play(
  rollout: Record<string, unknown>,
  windows: readonly Partial<Omit<ObservedWindow, "samples"> & { readonly new: Sample }>[],
  untilMs = 30_000,
): readonly Decision[] {
  const started = startRollout(rolloutOf({ steps, ...rollout }), 0);
  const decisions = [...started.decisions];
  let state = started.state;
  for (let atMs = 1000; atMs <= untilMs; atMs += 1000) {
    const { new: young = good, ...more } = windows[Math.min(atMs / 1000, windows.length) - 1] ?? {};
    const window = { atMs, samples: { old: good, new: young }, ...more };
    const stepped = stepRollout(state, { kind: "window", window });
    state = stepped.state;
    decisions.push(...stepped.decisions);
  }
  return decisions;
}

function courseOf(decisions: readonly Decision[]): readonly string[] {
  return decisions.slice(1).map(({ atMs, loop, kind }) => `${atMs / 1000}s ${loop}: ${kind}`);
}

const guard = { errorRate: "20%", responseTimeP99: "1s", badSeconds: 2 };

describe("seconds in which the load was late", () => {
  function check(windows: Parameters<typeof play>[1], expected: readonly string[]): void {
    expect(courseOf(play({ guard }, windows, 9000))).toEqual(expected);
  }

  test("show an error that new answered with: the guard trips", () => {
    check([{ ...late, new: ended({ completed: 50, failed: 50 }) }], ["2s guard: roll back"]);
  });

  test("say nothing by timeouts and requests not sent, which are the load's own", () => {
    check([{ ...late, new: ended({ completed: 50, timedOut: 30, notSent: 20 }) }], []);
  });

  test("say nothing by their response times", () => {
    const slow = { ...good, responseTimes: { ms: [5000], counts: [100], total: 100 } };
    check([{ ...late, new: slow }], []);
    check([{ new: slow }], ["2s guard: roll back"]);
  });

  test("don't make bad seconds good again", () => {
    const bad = { new: ended({ completed: 50, failed: 50 }) };
    check([bad, late, bad, {}], ["3s guard: roll back"]);
    check([bad, {}, bad, {}], []);
  });

  test("can't pass a step, and the pause tells how many they were and what new did in them", () => {
    const [, paused] = play({}, [late], 10_000);
    expect(paused?.kind).toBe("pause");
    expect(paused?.sentence).toContain(
      "none of the 10 windows of step 1 of 2 could be trusted (the load was sent up to 300 ms late); new ended 1,000 requests in them",
    );
    const requests = { newEnded: 1000, windows: 10, distrusted: 10, oldInFlight: undefined };
    expect(paused?.evidence).toEqual({ kind: "requests", requests });
  });

  test("are told beside a version that ended nothing", () => {
    const [, paused] = play({}, [...Array(4).fill({ ...late, new: nothing }), { new: nothing }], 10_000);
    expect(paused?.sentence).toMatch(
      /^new ended no request in step 1 of 2, 4 of whose 10 windows could not be trusted/,
    );
  });

  test("never fail a gate, and never pass it", () => {
    const gates = [{ metric: "errorRate", max: "5%", interval: "1s" }];
    const decisions = play({ gates }, [{ ...late, new: ended({ completed: 50, failed: 50 }) }]);
    expect(courseOf(decisions)).toEqual(["5s judge: pause"]);
    expect(decisions[1]?.sentence).toContain("nothing could be trusted: the load was sent");
  });
});

describe("new that is out for the splitter, so that old answers for it", () => {
  const out = { newOut: { sinceMs: 500, cause: "2 health checks in a row failed" } };

  function check(
    rollout: Record<string, unknown>,
    windows: Parameters<typeof play>[1],
    expected: readonly string[],
  ) {
    expect(courseOf(play(rollout, windows, 9000))).toEqual(expected);
  }

  test("fails the step when it was out for longer than the guard's bad seconds", () => {
    check({}, [out], ["3s guard: roll back"]);
    check({ guard: { badSeconds: 5 } }, [out], ["6s guard: roll back"]);
    check({ maxOutage: "4s" }, [out], ["5s guard: roll back"]);
  });

  test("fails nothing when it comes back before, or may be out for ever", () => {
    check({}, [out, out, {}], []);
    check({ maxOutage: "unlimited" }, [out], []);
  });

  test("does what the plan says about failures, once", () => {
    check({ onFail: "pause" }, [out], ["3s guard: pause", "4s guard: note"]);
    check({ onFail: "freeze" }, [out], ["3s guard: freeze", "4s guard: note"]);
  });

  test("is told with its numbers", () => {
    const [, failed] = play({}, [out]);
    expect(failed?.sentence).toBe(
      "new has been out for 2.5 s (limit 2 s): 2 health checks in a row failed; everything goes to old",
    );
    const outage = { sinceMs: 500, outMs: 2500, limitMs: 2000, cause: out.newOut.cause };
    expect(failed?.evidence).toEqual({ kind: "outage", outage });
  });
});

describe("a gate on the data of both versions", () => {
  const gates = [{ metric: "divergence.rows", max: 0 }];
  const stores = (rows: number) => ({ divergence: { rows, sentence: `${rows} rows stay different` } });
  const ramp = { gates, bake: "5s", drain: "2s" };

  function check(windows: Parameters<typeof play>[1], expected: readonly string[], untilMs = 40_000): void {
    expect(courseOf(play(ramp, windows, untilMs))).toEqual(expected);
  }

  test("lets a ramp through to the end whose data agrees", () => {
    check(
      [stores(0)],
      ["10s judge: set split", "20s judge: promote", "25s judge: drain old", "27s ramp: release old"],
    );
  });

  test("fails a step with a single row that differs, with the count as evidence", () => {
    check([stores(1)], ["10s judge: roll back"]);
    const [, failed] = play(ramp, [stores(1)], 10_000);
    expect(failed?.sentence).toContain("1 rows stay different, above the limit of 0 rows");
    const evidence = failed?.evidence;
    const limits = evidence?.kind === "gates" ? evidence.measurements[0]?.verdict?.limits : undefined;
    expect(limits).toMatchObject([{ limit: "max", limitValue: 0, state: "FAIL", observed: { value: 1 } }]);
  });

  test("never passes where nobody has looked", () => {
    check([{}], ["10s judge: pause"]);
  });

  test("keeps old until what differs after the bake has been put right", () => {
    const windows = [...Array(25).fill(stores(0)), ...Array(4).fill(stores(2)), stores(0)];
    check(windows, [
      "10s judge: set split",
      "20s judge: promote",
      "25s judge: drain old",
      "27s judge: hold longer",
      "29s judge: hold longer",
      "31s ramp: release old",
    ]);
  });
});
