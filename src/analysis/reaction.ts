import { formatDurationMs, formatNumber, formatShare } from "../base/units.ts";
import type { Reaction } from "../result/reaction-schema.ts";
import type { RunResult } from "../result/schema.ts";
import type { RunPlan } from "../scenario/plan.ts";

type Measured = Pick<RunResult, "reaction" | "events" | "rollout" | "totals" | "simulation">;

/** Where the scenario promises no availability, the usual one. */
const usualAvailability = 0.999;
const detections: ReadonlySet<string> = new Set(["unhealthy", "ejected", "breaker-open"]);
const stopping: ReadonlySet<string> = new Set(["roll back", "pause", "freeze"]);

/**
 * Adds to what the drivers saw of each fault how the splitter and the rollout reacted, and what it cost. Wrong answers
 * end well for a splitter; the comparison's alert is what notices them.
 */
export function judgeReactions(result: Measured, plan: RunPlan): readonly Reaction[] | undefined {
  const { reaction } = result;
  return reaction?.map((measured, index) => {
    const untilMs = reaction[index + 1]?.faultAtMs ?? Number.POSITIVE_INFINITY;
    const faultAtMs = actualStart(result, measured.faultAtMs);
    return {
      ...measured,
      faultAtMs,
      ...detectionOf(result, { ...measured, faultAtMs }, untilMs),
      ...decisionOf(result, faultAtMs, untilMs),
      ...zeroOf(result, faultAtMs, untilMs),
      ...budgetOf(measured, result, plan),
    };
  });
}

/** The plan's moment comes a little before what the journal says was done. */
function actualStart({ events }: Measured, plannedMs: number): number {
  const begun = events.find(
    ({ kind, version, atMs }) => kind === "fault" && version === "new" && atMs >= plannedMs - 1,
  );
  return begun === undefined || begun.atMs > plannedMs + latestBeginMs ? plannedMs : begun.atMs;
}

/** How long after its planned moment a fault may have begun at the latest. */
const latestBeginMs = 1000;

type Found<Key extends keyof Reaction> = Partial<Pick<Reaction, Key>>;

function detectionOf(
  { events }: Measured,
  { fault, faultAtMs }: Reaction,
  untilMs: number,
): Found<"detectedMs" | "detectedBy"> {
  const seen = events.find(
    ({ kind, version, atMs }) =>
      atMs >= faultAtMs &&
      atMs < untilMs &&
      ((detections.has(kind) && version === "new") || (fault === "wrong-answers" && kind === "mismatch")),
  );
  return seen === undefined ? {} : { detectedMs: seen.atMs, detectedBy: seen.kind };
}

function decisionOf(
  { rollout }: Measured,
  fromMs: number,
  untilMs: number,
): Found<"decidedMs" | "decidedBy"> {
  const decided = rollout?.decisions.find(
    ({ kind, atMs }) => stopping.has(kind) && atMs >= fromMs && atMs < untilMs,
  );
  return decided === undefined ? {} : { decidedMs: decided.atMs, decidedBy: decided.loop };
}

function zeroOf({ events }: Measured, fromMs: number, untilMs: number): Found<"zeroMs"> {
  const zero = events.find(
    ({ kind, atMs, message }) =>
      kind === "split" && atMs >= fromMs && atMs < untilMs && isNothingToNew(message),
  );
  return zero === undefined ? {} : { zeroMs: zero.atMs };
}

/** Whether this change of the split left new nothing; a step of copies or of a header's route has a share of 0. */
export function isNothingToNew(message: string): boolean {
  return /(to|stays at) 0 %/.test(message) && !message.includes("all with");
}

/** A reaction is that of one run, a simulation's totals are those of all its replications. */
function budgetOf(
  { harmedRequests }: Reaction,
  { totals, simulation }: Measured,
  plan: RunPlan,
): Found<"budget"> {
  const availability = plan.slo.availability ?? usualAvailability;
  const allowed = (totals.due / (simulation?.replications ?? 1)) * (1 - availability);
  return allowed > 0 ? { budget: { availability, spentShare: harmedRequests / allowed } } : {};
}

/** Whether new was asked again after the split had reached 0; undefined where it never did. */
export function isAskedAfterZero({ zeroMs, lastSentMs }: Reaction): boolean | undefined {
  return zeroMs === undefined ? undefined : lastSentMs !== undefined && lastSentMs > zeroMs;
}

/** `2,313 requests of 1,204 users harmed, 38 % of the error budget for 99.9 %`. */
export function harmSentence({ harmedRequests, harmedUsers, budget }: Reaction): string {
  const users = `${harmedUsers.isExact ? "" : "about "}${formatNumber(harmedUsers.count)}`;
  const harmed = `${counted(formatNumber(harmedRequests), "request")} of ${counted(users, "user")} harmed`;
  if (budget === undefined) return harmed;
  return `${harmed}, ${formatShare(budget.spentShare)} of the error budget for ${formatShare(budget.availability)}`;
}

/** `first failed request after 12 ms, detected after …`: what is known of the course, from the fault on. */
export function courseSentence(reaction: Reaction): string {
  const { faultAtMs, firstFailedMs, detectedMs, detectedBy, decidedMs, decidedBy } = reaction;
  const { zeroMs, lastAnsweredMs } = reaction;
  const after = (what: string, ms: number | undefined) =>
    ms === undefined ? [] : [`${what} after ${formatDurationMs(Math.max(0, ms - faultAtMs))}`];
  return [
    ...after("first failed request", firstFailedMs),
    ...after(`detected (${detectedBy})`, detectedMs),
    ...after(`decided by the ${decidedBy}`, decidedMs),
    ...after("split at 0", zeroMs),
    ...(zeroMs === undefined ? [] : after("last answer of new", lastAnsweredMs)),
  ].join(", ");
}

function counted(count: string, noun: string): string {
  return count === "1" ? `1 ${noun}` : `${count} ${noun}s`;
}
