import { formatCount } from "../base/units.ts";
import type { GatePlan } from "../scenario/rollout-plan.ts";
import type { GateVerdict } from "./gate.ts";

/** What is wrong with the data of both versions at one moment. */
export type DivergenceReading = {
  /** Rows that stay different between the databases, and records of a bank that don't add up. */
  readonly rows: number;
  /** What was looked at and found. */
  readonly sentence: string;
};

/** A gate on `divergence.rows`: a count of what is wrong, not an estimate. Data that nobody looked at never passes. */
export function judgeDivergence(gate: GatePlan, reading: DivergenceReading | undefined): GateVerdict {
  const verdict = { samples: {}, limits: [], dependence: {}, ranks: undefined };
  if (reading === undefined)
    return { ...verdict, state: "NO DATA", reason: "the data of both versions has not been looked at yet" };
  const { rows, sentence } = reading;
  const limitValue = gate.max ?? 0;
  const state = rows <= limitValue ? "PASS" : "FAIL";
  const relation = state === "PASS" ? "at or below" : "above";
  return {
    ...verdict,
    state,
    reason: `${sentence}, ${relation} the limit of ${formatCount(limitValue)} rows`,
    limits: [
      {
        limit: "max",
        limitValue,
        state,
        observed: { value: rows, low: rows, high: rows },
        confidence: 0,
      },
    ],
  };
}
