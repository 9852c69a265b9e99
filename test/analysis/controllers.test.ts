import { describe, expect, test } from "vitest";
import { compareControllers } from "../../src/analysis/controllers.ts";
import type { JournalEntry } from "../../src/result/journal.ts";
import { WindowRecorder } from "../../src/result/recorder.ts";
import { planText } from "../scenario/scenario-text.ts";

const ramp = `name: compared
workload: { ratePerSecond: 200/s }
rollout:
  steps: [ { new: 10%, hold: 10s }, { new: 50%, hold: 70s } ]
  gates: [ { metric: errorRate, of: new, max: 2%, interval: 10s } ]
  guard: { errorRate: 20%, badSeconds: 2 }
  onFail: freeze
run: { warmUp: 0s, duration: 90s }
`;
const fault = "faults: [ { at: 20s, service: new, kind: errors, share: 40% } ]\n";

/** Two hundred requests a second, half of them to new, of which so many fail from a second on. */
function journalOf(fromSecond: number, failedPerSecond: number): readonly JournalEntry[] {
  const recorder = new WindowRecorder({ stages: planText(ramp).timeline.stages, originMs: 0, driver: 0 });
  return Array.from({ length: 90 }, (_, second): JournalEntry => {
    for (let request = 0; request < 200; request++) {
      const isNew = request % 2 === 0;
      const isBad = isNew && second >= fromSecond && request < failedPerSecond * 2;
      const scheduledMs = second * 1000 + request * 5;
      recorder.record({
        scheduledMs,
        seenMs: scheduledMs,
        sentMs: scheduledMs,
        firstByteMs: scheduledMs + 3,
        completedMs: scheduledMs + 3 + ((request >> 1) % 7) / 10,
        version: isNew ? "new" : "old",
        endpoint: 0,
        outcome: isBad ? "http-error" : "ok",
        status: isBad ? 500 : 200,
        errorClass: isBad ? "status-500" : "",
        splitterMs: Number.NaN,
        serverQueueMs: Number.NaN,
        serviceMs: Number.NaN,
        rerouted: false,
      });
    }
    return { type: "window", window: recorder.take((second + 1) * 1000) };
  });
}

function verdicts(entries: readonly JournalEntry[], text: string) {
  const rows = compareControllers(entries, planText(text))?.rows ?? [];
  return Object.fromEntries(rows.map(({ controller, verdict }) => [controller, verdict]));
}

describe("the rules of other controllers, fed with a run", () => {
  test("catch a fault of which the scenario says when it began", () => {
    const found = compareControllers(journalOf(20, 40), planText(ramp + fault));
    expect(verdicts(journalOf(20, 40), ramp + fault)).toMatchObject({
      Twinlane: "caught",
      "like Argo Rollouts": "caught",
      "like Flagger": "caught",
    });
    // Two bad seconds for the guard; four failed measurements of ten seconds, three failed checks of ten.
    const reactionMs = Object.fromEntries(found?.rows.map((row) => [row.controller, row.reactionMs]) ?? []);
    expect(reactionMs["Twinlane"]).toBe(2000);
    expect(reactionMs["like Flagger"]).toBe(30_000);
    expect(found?.rows.find(({ controller }) => controller === "Twinlane")?.harmed).toBe(80);
  });

  test("raise a false alarm where the same failures were no fault of the scenario's", () => {
    expect(verdicts(journalOf(20, 40), ramp)).toMatchObject({
      Twinlane: "false alarm",
      "like Argo Rollouts": "false alarm",
      "like Flagger": "false alarm",
    });
  });

  test("are right to be silent when nothing is wrong, and miss a fault that shows nowhere", () => {
    const calm = journalOf(90, 0);
    expect(new Set(Object.values(verdicts(calm, ramp)))).toEqual(new Set(["right"]));
    expect(new Set(Object.values(verdicts(calm, ramp + fault)))).toEqual(new Set(["missed"]));
  });

  test("judge no further than the moment at which the run itself took new back", () => {
    const split = { newShare: 0, mirrorShare: 0 };
    const decision = { atMs: 22_004, loop: "guard", kind: "roll back", ...split, sentence: "" };
    const entries: readonly JournalEntry[] = [
      ...journalOf(20, 40),
      { type: "decision", phase: "rolled back", decision },
    ];
    const found = compareControllers(entries, planText(ramp + fault));
    expect(found?.untilMs).toBe(23_000);
    expect(verdicts(entries, ramp + fault)).toMatchObject({ Twinlane: "caught", "like Flagger": "missed" });
  });

  test("have nothing to say of a run without a ramp", () => {
    expect(compareControllers([], planText("name: a\nworkload: { ratePerSecond: 1/s }\n"))).toBeUndefined();
  });
});
