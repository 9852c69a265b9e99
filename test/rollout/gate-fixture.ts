import { isSampleGate, type SampleGate } from "../../src/rollout/gate.ts";
import type { ArmSample } from "../../src/rollout/sample.ts";
import { planScenario } from "../../src/scenario/plan.ts";
import { scenarioSchema } from "../../src/scenario/schema.ts";
import { DurationHistogram } from "../../src/stats/histogram.ts";

/** The gate as a scenario would say it. */
export function gateOf(written: Record<string, unknown>): SampleGate {
  const plan = planScenario(
    scenarioSchema.parse({ name: "gates", workload: { ratePerSecond: 100 }, rollout: { gates: [written] } }),
  );
  const gate = plan.gates[0];
  if (gate === undefined || !isSampleGate(gate)) throw new Error("the scenario has a gate on requests");
  return gate;
}

type Ended = {
  readonly ok?: number;
  readonly failed?: number;
  readonly timedOut?: number;
  readonly notSent?: number;
};

/** Requests that ended so; the i-th of those sent took `msOf(i)`. */
export function armOf(
  { ok = 0, failed = 0, timedOut = 0, notSent = 0 }: Ended,
  msOf: (index: number) => number = () => 10,
): ArmSample {
  const responseTimes = new DurationHistogram();
  for (let index = 0; index < ok + failed + timedOut; index++) responseTimes.record(msOf(index));
  const scheduled = ok + failed + timedOut + notSent;
  return {
    counts: { scheduled, completed: ok, failed, timedOut, notSent, inFlight: 0 },
    responseTimes,
    durationMs: 10_000,
  };
}
