import { perVersion, type Version, versions } from "../base/version.ts";
import type { RetryCounts } from "../result/retry-schema.ts";
import type { CellDelta, EndpointDelta, OutcomeCounts, WindowDelta } from "../result/window.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { compareReadings } from "../splitter/comparing/compare-readings.ts";
import type { CompareReport } from "../splitter/comparing/compare-report.ts";
import type { SplitterStats } from "../splitter/messages.ts";
import { splitterReadings } from "../splitter/readings.ts";
import { DurationHistogram } from "../stats/histogram.ts";
import type { MetricStore } from "../telemetry/metric-store.ts";
import type { Address } from "./mock-messages.ts";

/** Adds what a driver tells of one second; the warm-up is no one's figure here either. */
export function countWindow(
  store: MetricStore,
  window: WindowDelta,
  { plan, target }: { readonly plan: RunPlan; readonly target: Address },
): void {
  const isMeasured = ({ stage }: CellDelta | EndpointDelta) => plan.timeline.stages[stage]?.warmUp !== true;
  for (const cell of window.cells.filter(isMeasured)) countLedger(store, cell);
  for (const delta of window.endpoints.filter(isMeasured)) {
    const method = plan.endpoints[delta.endpoint]?.method ?? "_OTHER";
    addDurations(store, delta, { method, target });
  }
}

/** Adds what the splitter tells of one second. */
export function countSplitter(store: MetricStore, { versions, mirror, split }: SplitterStats): void {
  const healthy = perVersion((version) => versions[version].healthy);
  const counts = { versions, healthy, mirror, newPerMillion: split.newPerMillion };
  for (const reading of splitterReadings(counts)) store.read(reading);
}

/**
 * Counts what a run's splitters have compared up to now.
 *
 * @returns takes the sum over all of them, whose counts only grow
 */
export function comparisonCounter(store: MetricStore): (total: CompareReport) => void {
  const told = new Map<string, number>();
  return (total) => {
    for (const reading of compareReadings(total)) {
      if (reading.key !== "compared") {
        store.read(reading);
        continue;
      }
      const { "twinlane.endpoint": endpoint = "" } = reading.attributes;
      store.read({ ...reading, value: reading.value - (told.get(`${endpoint}`) ?? 0) });
      told.set(`${endpoint}`, reading.value);
    }
  };
}

const synthetic = { "user_agent.synthetic.type": "test" } as const;

const outcomeNames = {
  completed: "completed",
  failed: "failed",
  timedOut: "timed_out",
  notSent: "not_sent",
  inFlight: "in_flight",
} as const satisfies Partial<Record<keyof OutcomeCounts, string>>;

const retryNames = {
  retried: "sent",
  recovered: "recovered",
  exhausted: "exhausted",
  overBudget: "over_budget",
  gaveUp: "gave_up",
} as const satisfies Record<keyof RetryCounts, string>;

function countLedger(store: MetricStore, { arms }: CellDelta): void {
  for (const version of versions) {
    const arm = arms[version];
    if (arm === undefined) continue;
    const { counts, retries } = arm;
    if (retries !== undefined) countRetries(store, version, retries);
    for (const [field, outcome] of Object.entries(outcomeNames)) {
      const attributes = { "twinlane.version": version, "twinlane.outcome": outcome, ...synthetic };
      store.read({ key: "clientRequests", attributes, value: counts[field as keyof typeof outcomeNames] });
    }
  }
}

function countRetries(store: MetricStore, version: Version, retries: RetryCounts): void {
  for (const [field, outcome] of Object.entries(retryNames)) {
    const attributes = { "twinlane.version": version, "twinlane.outcome": outcome, ...synthetic };
    store.read({ key: "clientRetries", attributes, value: retries[field as keyof typeof retryNames] });
  }
}

function addDurations(
  store: MetricStore,
  { version, ending, counts, histogram }: EndpointDelta,
  { method, target }: { readonly method: string; readonly target: Address },
): void {
  if (histogram === undefined) return;
  const attributes = {
    "http.request.method": method,
    ...endAttributes(ending ?? "_OTHER", counts),
    "url.scheme": "http",
    "server.address": target.host,
    "server.port": target.port,
    ...synthetic,
    "twinlane.version": version,
  };
  store.addDurations("clientDuration", attributes, DurationHistogram.decode(histogram).bins());
}

/** An answer that counts as failed has both: its status, and the same as the type of its error. */
function endAttributes(ending: string, counts: OutcomeCounts) {
  if (!/^\d{3}$/.test(ending)) return { "error.type": ending };
  return {
    "http.response.status_code": Number(ending),
    ...(counts.completed === 0 && { "error.type": ending }),
  };
}
