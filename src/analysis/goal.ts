import { UserError } from "../base/errors.ts";
import { formatDurationMs, formatShare, parseDurationMs, parseShare } from "../base/units.ts";
import type { Arm } from "../result/schema.ts";
import { type PercentileName, percentileQuantiles, samplesNeeded } from "../stats/percentiles.ts";

/** What a search for capacity can hold a rate to. */
const percentileMetrics = {
  "responseTime.p50": "p50",
  "responseTime.p90": "p90",
  "responseTime.p95": "p95",
  "responseTime.p99": "p99",
  "responseTime.p999": "p999",
} as const satisfies Record<string, PercentileName>;

type PercentileMetric = keyof typeof percentileMetrics;
type GoalMetric = PercentileMetric | "errorRate";

const metrics: readonly string[] = [...Object.keys(percentileMetrics), "errorRate"];

/** For example `responseTime.p99 < 200ms`: a limit in ms, or a share 0–1. */
export type Goal = {
  readonly text: string;
  readonly metric: GoalMetric;
  readonly mayEqual: boolean;
  readonly limit: number;
};

/** How a goal came out for one version in one trial. */
export type GoalOutcome = {
  readonly goal: string;
  readonly state: "met" | "missed" | "unknown";
  /** In the metric's unit; absent when it is not known, null when it is infinite: never answered. */
  readonly value?: number | null | undefined;
};

/** A value this near to its limit may have been put on its side by chance. */
const closeShare = 0.1;

/** @throws UserError `usage`, with what was expected */
export function parseGoal(text: string): Goal {
  const match = /^\s*([\w.]+)\s*(<=|≤|<)\s*(\S.*?)\s*$/.exec(text);
  const [, metric = "", relation, amount = ""] = match ?? [];
  if (!isGoalMetric(metric)) {
    throw new UserError(
      "usage",
      `The goal ${JSON.stringify(text)} is not of the form METRIC < LIMIT, for example "responseTime.p99 < 200ms"; the metrics are ${metrics.join(", ")}.`,
    );
  }
  const limit = metric === "errorRate" ? parseShare(amount) : parseDurationMs(amount);
  if (limit === undefined || !(limit > 0)) {
    const wanted = metric === "errorRate" ? "a share such as 1%" : "a time such as 200ms";
    throw new UserError("usage", `The goal ${JSON.stringify(text)} needs ${wanted} after ${relation}.`);
  }
  return { text: `${metric} ${relation} ${amount}`, metric, mayEqual: relation !== "<", limit };
}

/** Requests without which the goal can't be judged. */
export function requestsNeededFor({ metric, limit }: Goal): number {
  // Below 3 ÷ limit requests, none failing proves nothing (rule of three, 95 %).
  if (metric === "errorRate") return Math.ceil(3 / limit);
  return samplesNeeded(percentileQuantiles[percentileMetrics[metric]]);
}

export function judgeGoal(goal: Goal, arm: Arm): GoalOutcome {
  const value = measuredValue(goal.metric, arm);
  if (value === undefined) return { goal: goal.text, state: "unknown" };
  return { goal: goal.text, state: holds(goal, value) ? "met" : "missed", value };
}

/**
 * Whether a goal that was missed would have been with a generator that is on time.
 *
 * @param lateMs - how late the instrument was at the worst; a request meets it on its way there and back
 */
export function isMissedByService({ metric, mayEqual, limit }: Goal, arm: Arm, lateMs: number): boolean {
  if (metric === "errorRate") return true;
  const name = percentileMetrics[metric];
  const parts = [arm.partsMs.roundTrip?.[name], arm.partsMs.slotWait?.[name]];
  const onceSentMs = parts.reduce<number>((sum, part) => sum + (part ?? 0), 0) - 2 * lateMs;
  return arm.responseTimeMs[name] === null || (mayEqual ? onceSentMs > limit : onceSentMs >= limit);
}

export function isClose({ limit }: Goal, { value }: GoalOutcome): boolean {
  return typeof value === "number" && Math.abs(value / limit - 1) <= closeShare;
}

/** For a table; an infinite value was never answered. */
export function formatGoalValue({ metric }: Goal, { value }: GoalOutcome): string {
  if (value === undefined) return "–";
  if (value === null) return "never";
  return metric === "errorRate" ? formatShare(value) : formatDurationMs(value);
}

function measuredValue(metric: GoalMetric, arm: Arm): number | null | undefined {
  if (metric !== "errorRate") return arm.responseTimeMs[percentileMetrics[metric]];
  const { scheduled, inFlight, failed, timedOut, notSent } = arm;
  const ended = scheduled - inFlight;
  return ended === 0 ? undefined : (failed + timedOut + notSent) / ended;
}

function holds({ mayEqual, limit }: Goal, value: number | null): boolean {
  if (value === null) return false;
  return mayEqual ? value <= limit : value < limit;
}

function isGoalMetric(name: string): name is GoalMetric {
  return metrics.includes(name);
}
