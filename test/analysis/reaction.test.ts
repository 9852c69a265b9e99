import { describe, expect, test } from "vitest";
import {
  courseSentence,
  harmSentence,
  isAskedAfterZero,
  judgeReactions,
} from "../../src/analysis/reaction.ts";
import { judgeRequirements } from "../../src/analysis/requirements.ts";
import { renderReport } from "../../src/report/html.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { renderRunSummary } from "../../src/report/text/run-summary.ts";
import type { Reaction } from "../../src/result/reaction-schema.ts";
import type { RunResult } from "../../src/result/schema.ts";
import { planText } from "../scenario/scenario-text.ts";
import { syntheticResult } from "./synthetic-result.ts";

const plan = planText(`name: reaction
workload: { ratePerSecond: 1000/s }
rollout: { steps: [ { new: 50%, hold: 20s } ] }
faults: [ { at: 3s, service: new, kind: errors } ]
`);
const seen: Reaction = {
  faultAtMs: 3000,
  fault: "errors",
  firstFailedMs: 3012,
  lastSentMs: 4800,
  lastAnsweredMs: 4812,
  harmedRequests: 95,
  harmedUsers: { count: 88, isExact: true },
};
const events: RunResult["events"] = [
  { atMs: 1000, kind: "unhealthy", version: "new", message: "long before" },
  { atMs: 3000.7, kind: "fault", version: "new", message: "new began to answer 50 % with errors" },
  { atMs: 3500, kind: "unhealthy", version: "old", message: "the other version" },
  { atMs: 4000, kind: "breaker-open", version: "new", message: "5 calls of new failed in a row" },
  { atMs: 4803, kind: "split", message: "share of new from 50 % to 0 %, asked by guard" },
];
const decision = { newShare: 0, mirrorShare: 0, sentence: "2 bad seconds; everything goes to old" };
const rollout: RunResult["rollout"] = {
  phase: "rolled back",
  decisions: [
    { ...decision, atMs: 0, loop: "ramp", kind: "set split", newShare: 0.5 },
    { ...decision, atMs: 4801, loop: "guard", kind: "roll back" },
  ],
};

function judged(more: Partial<Reaction> = {}): RunResult {
  const result = syntheticResult({ result: { events, rollout, reaction: [{ ...seen, ...more }] } });
  const reaction = judgeReactions(result, plan);
  return { ...result, ...(reaction !== undefined && { reaction: [...reaction] }) };
}

describe("the reaction to a fault", () => {
  const [reaction] = judged().reaction ?? [];

  test("begins with what the journal says was done, and counts nothing of before", () => {
    expect(reaction).toMatchObject({
      faultAtMs: 3000.7,
      detectedMs: 4000,
      detectedBy: "breaker-open",
      decidedMs: 4801,
      decidedBy: "guard",
      zeroMs: 4803,
    });
  });

  test("costs of the error budget what the promised availability allows", () => {
    // 10,000 requests at 99.9 % allow ten.
    expect(reaction?.budget).toEqual({ availability: 0.999, spentShare: expect.closeTo(9.5, 9) });
  });

  test("is told in the order in which it happened", () => {
    expect(reaction && courseSentence(reaction)).toBe(
      "first failed request after 11.3 ms, detected (breaker-open) after 999 ms, decided by the guard after 1.8 s, split at 0 after 1.8 s, last answer of new after 1.81 s",
    );
    expect(reaction && harmSentence(reaction)).toBe(
      "95 requests of 88 users harmed, 950 % of the error budget for 99.9 %",
    );
  });

  test("says of a number of users that it is an estimate", () => {
    const estimated = { ...seen, harmedUsers: { count: 25_000, isExact: false } };
    expect(harmSentence(estimated)).toBe("95 requests of about 25,000 users harmed");
  });

  test("knows whether new was asked after the split had reached 0", () => {
    expect(reaction && isAskedAfterZero(reaction)).toBe(false);
    expect(isAskedAfterZero({ ...seen, zeroMs: 4000 })).toBe(true);
    expect(isAskedAfterZero(seen)).toBeUndefined();
  });

  test("that nobody had is no reaction", () => {
    const bare = { ...syntheticResult({ result: { reaction: [seen] } }), events: [] };
    expect(judgeReactions(bare, plan)?.[0]).not.toHaveProperty("decidedMs");
    expect(judgeReactions(syntheticResult(), plan)).toBeUndefined();
  });
});

describe("wrong answers, which only the comparison sees,", () => {
  const wrong: Reaction = {
    faultAtMs: 3000,
    fault: "wrong-answers",
    harmedRequests: 0,
    harmedUsers: seen.harmedUsers,
  };
  const mismatch = { atMs: 5200, kind: "mismatch", message: "new answers otherwise than old: 40 of 400" };
  const reactionTo = (fault: Reaction, ...told: RunResult["events"]) =>
    judgeReactions(syntheticResult({ result: { reaction: [fault], events: told } }), plan)?.[0];

  test("are noticed when its alert is raised", () => {
    expect(reactionTo(wrong, mismatch)).toMatchObject({ detectedMs: 5200, detectedBy: "mismatch" });
  });

  test("are noticed by whatever came first", () => {
    const ejected = { atMs: 5000, kind: "ejected", version: "new" as const, message: "an address of new" };
    expect(reactionTo(wrong, ejected, mismatch)?.detectedBy).toBe("ejected");
    expect(reactionTo(wrong, mismatch, { ...ejected, atMs: 5300 })?.detectedBy).toBe("mismatch");
  });

  test("are not noticed by an alert of before", () => {
    expect(reactionTo(wrong, { ...mismatch, atMs: 2900 })).not.toHaveProperty("detectedMs");
  });

  test("are told so in the terminal, in Markdown and on the page", async () => {
    const base = syntheticResult({ result: { reaction: [wrong], events: [mismatch] } });
    const result = { ...base, reaction: [...(judgeReactions(base, plan) ?? [])] };
    const terminal = renderRunSummary(result, { colour: false, widthColumns: 120 });
    expect(terminal).toContain("wrong-answers: detected (mismatch) after 2.2 s");
    expect(terminal).not.toContain("nobody noticed");
    expect(renderMarkdown(result)).toContain("detected: mismatch");
    expect(await renderReport(result)).toContain("detected: mismatch");
  });

  test("and no other fault, are what a mismatch is the notice of", () => {
    expect(reactionTo({ ...wrong, fault: "slow" }, mismatch)).not.toHaveProperty("detectedMs");
  });
});

describe("the requirement of a quick rollback", () => {
  const quick = (result: RunResult) =>
    judgeRequirements(result, plan).find(({ name }) => name === "Rollback is quick");

  test("is met with the whole course as its evidence", () => {
    expect(quick(judged())?.state).toBe("met");
    expect(quick(judged())?.evidence).toMatch(
      /^1\.8 s from the fault until new was given nothing: first failed/,
    );
  });

  test("is not met where new was still asked afterwards", () => {
    expect(quick(judged({ lastSentMs: 4900 }))?.state).toBe("not met");
  });

  test("is not tested by a simulation, whose split follows a decision at once", () => {
    const { reaction, ...unwatched } = judged();
    expect(reaction).toBeDefined();
    expect(quick({ ...unwatched, method: "simulated" })?.state).toBe("not tested");
    expect(quick({ ...unwatched, method: "measured" })?.state).not.toBe("not tested");
  });
});

describe("every report", () => {
  const result = judged();

  test("lists the decisions and the course, with whom it harmed", async () => {
    const page = await renderReport(result);
    const markdown = renderMarkdown(result);
    for (const text of [page, markdown]) {
      expect(text).toContain("Rollout");
      expect(text).toContain("2 bad seconds; everything goes to old");
      expect(text).toContain("first failed request");
      expect(text).toContain("New was not asked after the split had reached 0.");
    }
    const terminal = renderRunSummary(result, { colour: false, widthColumns: 120 });
    expect(terminal).toContain("reaction  errors: first failed request after 11.3 ms");
    expect(terminal).toContain("95 requests of 88 users harmed");
  });

  test("has no such section without a ramp and without a fault of new", async () => {
    expect(await renderReport(syntheticResult())).not.toContain("<h2>Rollout</h2>");
    expect(renderMarkdown(syntheticResult())).not.toContain("## Rollout");
  });
});
