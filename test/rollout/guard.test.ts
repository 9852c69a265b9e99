import { expect, test } from "vitest";
import { freshGuard, stepGuard } from "../../src/rollout/guard.ts";
import { sampleOf } from "../../src/rollout/sample.ts";
import { armOf } from "./gate-fixture.ts";
import { rolloutOf } from "./rollout-fixture.ts";

test("a second in which requests were not sent is told with their number", () => {
  const { guard } = rolloutOf({
    steps: [{ new: "50%", hold: "10s" }],
    guard: { badSeconds: 1, minSamples: 10, errorRate: "5%", responseTimeP99: "200ms" },
  });
  if (guard === undefined) throw new Error("the ramp has a guard");
  const { trip } = stepGuard(guard, freshGuard, {
    sample: sampleOf(armOf({ ok: 450, notSent: 50 })),
    isDoubtful: false,
  });
  expect(trip?.sentence).toContain(
    "10 % of 500 requests failed (limit 5 %), p99 beyond measure as 50 of 500 requests were not sent (limit 200 ms)",
  );
});
