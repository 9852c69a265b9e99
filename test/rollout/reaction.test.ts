import { describe, expect, test } from "vitest";
import { reactionTo } from "../../src/rollout/reaction.ts";
import { rehearse, rolloutOf, worldWindows } from "./rollout-fixture.ts";

const faultAtMs = 20_000;
const world = {
  ratePerSecond: 200,
  windowMs: 1000,
  new: (atMs: number) => (atMs > faultAtMs ? { errorShare: 1 } : {}),
  seed: 4,
};

function reactionOf(rollout: Record<string, unknown>) {
  const plan = rolloutOf({ steps: [{ new: "20%", hold: "60s" }], ...rollout });
  const { decisions } = rehearse(plan, world, 60_000);
  const rolledBackAtMs = decisions.find(({ kind }) => kind === "roll back")?.atMs ?? Number.POSITIVE_INFINITY;
  const windowsAt = worldWindows(world);
  const windows = Array.from({ length: 60 }, (_, index) => (index + 1) * 1000).map((atMs) =>
    windowsAt(atMs, { newShare: atMs > rolledBackAtMs ? 0 : 0.2, mirrorShare: 0, headerRoute: undefined }),
  );
  return reactionTo(faultAtMs, { decisions, windows });
}

describe("the reaction to a fault", () => {
  test("of the guard, at 200 requests a second: within two windows and a second", () => {
    expect(reactionOf({ guard: {} })).toEqual({
      faultAtMs,
      seenAtMs: 21_000,
      decidedAtMs: 22_000,
      decidedBy: "guard",
      zeroAtMs: 22_000,
      lastAnswerAtMs: 22_000,
      harmed: 80,
      exposed: 80,
    });
  });

  test("of a pause leaves users with the fault", () => {
    const reaction = reactionOf({ guard: {}, onFail: "pause" });
    expect(reaction).toMatchObject({ decidedAtMs: 22_000, zeroAtMs: undefined, harmed: 1600 });
  });

  test("is none without a loop that looks", () => {
    expect(reactionOf({})).toMatchObject({ seenAtMs: 21_000, decidedAtMs: undefined, zeroAtMs: undefined });
  });
});
