import { assertNever } from "../base/invariant.ts";
import { metricUnit } from "../scenario/rollout-plan.ts";
import type { Decision, Evidence, Measurement } from "./decision.ts";

/** A decision as journals and results keep it: plain data, in which a number without bound is null. */
export function decisionRecord({ split, evidence, ...decision }: Decision) {
  const { newShare, mirrorShare, headerRoute } = split;
  return {
    ...decision,
    newShare,
    mirrorShare,
    ...(headerRoute !== undefined && { headerRoute: { ...headerRoute } }),
    evidence: evidenceRecord(evidence),
  };
}

function evidenceRecord(evidence: Evidence) {
  const { kind } = evidence;
  switch (kind) {
    case "plan":
      return { kind };
    case "gates":
      return { kind, measurements: evidence.measurements.map(measuredGate) };
    case "guard": {
      const { responseTimeP99Ms, ...guard } = evidence.guard;
      return {
        kind,
        ...guard,
        ...(responseTimeP99Ms !== undefined && { responseTimeP99Ms: bounded(responseTimeP99Ms) }),
      };
    }
    case "outage":
      return { kind, ...evidence.outage };
    case "breaker":
      return { kind, ...evidence.breaker };
    case "requests": {
      const { oldInFlight, ...requests } = evidence.requests;
      return { kind, ...requests, ...(oldInFlight !== undefined && { oldInFlight }) };
    }
    case "person":
      return { kind, by: evidence.by };
    default:
      return assertNever(kind);
  }
}

function measuredGate({ gate, metric, atMs, state, reason, verdict }: Measurement) {
  const { samples = {}, limits = [], dependence = {} } = verdict ?? {};
  return {
    ...{ gate, unit: metricUnit(metric), atMs, state, reason, samples },
    limits: limits.map(({ observed, ...limit }) => ({
      ...limit,
      value: bounded(observed.value),
      low: bounded(observed.low),
      high: bounded(observed.high),
    })),
    dependence: Object.fromEntries(
      Object.entries(dependence).map(([version, { factor }]) => [version, factor]),
    ),
  };
}

function bounded(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
