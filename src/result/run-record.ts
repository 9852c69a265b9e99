import { assertNever } from "../base/invariant.ts";
import type { RunPlan, StagePlan } from "../scenario/plan.ts";
import { type Aftermath, aftermathsOf } from "./aftermath.ts";
import type { Chains, Messages } from "./behind-schema.ts";
import type { ComparisonResult } from "./comparison-schema.ts";
import type { RolloutDecision } from "./decision-schema.ts";
import type { Divergence, StoreFigures } from "./divergence-schema.ts";
import type { JournalEntry } from "./journal.ts";
import {
  type Calibration,
  type Environment,
  type GeneratorHealth,
  type MirrorCounts,
  type ProcessResources,
  type ResourceSample,
  type RunEvent,
  type RunResult,
  resultSchemaId,
  type SystemSample,
} from "./schema.ts";
import { beginStages } from "./stages.ts";
import { StoreUseTally } from "./store-use.ts";
import { summariseRun } from "./summarise-run.ts";
import { RunTally } from "./tally.ts";

/**
 * A run as far as its journal tells it. The live run and the reader of a journal cut short apply the same
 * entries to the same record, so that both give the same result.
 */
export class RunRecord {
  readonly plan: RunPlan;
  readonly tally: RunTally;
  readonly #environment: Environment;
  readonly #events: RunEvent[] = [];
  readonly #decisions: RolloutDecision[] = [];
  #stages: readonly StagePlan[];
  #phase = "";
  readonly #health: GeneratorHealth[] = [];
  readonly #processes = new Map<string, { role: ProcessResources["role"]; samples: ResourceSample[] }>();
  readonly #system: SystemSample[] = [];
  #calibration: Calibration | undefined;
  #mirror: MirrorCounts | undefined;
  #divergence: Divergence | undefined;
  #stores: readonly StoreFigures[] | undefined;
  readonly #storeUse: StoreUseTally;
  #chains: Chains | undefined;
  #messages: Messages | undefined;
  #comparison: ComparisonResult | undefined;
  #end: { readonly atMs: number; readonly completeness: RunResult["completeness"] } | undefined;
  #lastWindowMs = 0;
  readonly #aftermaths: readonly Aftermath[];

  constructor(plan: RunPlan, environment: Environment) {
    this.plan = plan;
    this.#environment = environment;
    this.tally = new RunTally();
    this.#stages = plan.timeline.stages;
    this.#storeUse = new StoreUseTally({ hasWarmUp: plan.timeline.warmUpMs > 0 });
    this.#aftermaths = aftermathsOf(plan.faults);
  }

  apply(entry: JournalEntry): void {
    switch (entry.type) {
      case "run":
        return;
      case "window":
        this.tally.add(entry.window);
        for (const end of entry.window.ends ?? []) for (const after of this.#aftermaths) after.add(end);
        this.#lastWindowMs = Math.max(this.#lastWindowMs, entry.window.atMs);
        return;
      case "resource":
        this.#samplesOf(entry.process, entry.role).push(entry.sample);
        return;
      case "event":
        this.#events.push(entry.event);
        return;
      case "stage":
        this.#stages = beginStages(this.#stages, [entry.stage]);
        return;
      case "decision":
        this.#decisions.push(entry.decision);
        this.#phase = entry.phase;
        return;
      case "mirror":
        this.#mirror = addMirror(this.#mirror, entry.counts);
        return;
      case "compare":
        this.#comparison = entry.comparison;
        return;
      case "health":
        this.#health.push(entry.health);
        return;
      case "system":
        this.#system.push(entry.sample);
        return;
      case "calibration":
        this.#calibration = entry.calibration;
        return;
      case "divergence":
        this.#divergence = entry.divergence;
        return;
      case "stores":
        this.#stores = entry.stores;
        return;
      case "store-use":
        this.#storeUse.add(entry.delta);
        return;
      case "chains":
        this.#chains = entry.chains;
        return;
      case "messages":
        this.#messages = entry.messages;
        return;
      case "end":
        this.#end = entry;
        return;
      default:
        assertNever(entry);
    }
  }

  /** The figures; whether they are good ones is for the analysis to say. */
  toResult(): RunResult {
    const { plan } = this;
    const storeUse = this.#storeUse.toSection();
    const cutOff: RunResult["completeness"] = { state: "partial", reason: "the journal has no end" };
    return {
      schema: resultSchemaId,
      method: "measured",
      scenario: {
        name: plan.name,
        hash: plan.hash,
        ...(plan.description !== undefined && { description: plan.description }),
        labels: { old: plan.services.old.label, new: plan.services.new.label },
        users: plan.users,
      },
      seed: plan.seed,
      environment: this.#environment,
      completeness: this.#end?.completeness ?? cutOff,
      validity: { state: "VALID", reasons: [] },
      verdict: { state: "NO DATA", sentence: "Not judged yet.", reasons: [], checks: [] },
      ...summariseRun(plan, this.tally, {
        stages: this.#stages,
        endMs: this.#end?.atMs ?? this.#lastWindowMs,
      }),
      resources: [...this.#processes].map(([process, { role, samples }]) => ({
        process,
        role,
        samples,
        summary: summariseSamples(samples),
      })),
      health: this.#health,
      ...(this.#system.length > 0 && { system: this.#system }),
      ...(this.#calibration !== undefined && { calibration: this.#calibration }),
      events: this.#events.toSorted((left, right) => left.atMs - right.atMs),
      ...(this.#mirror !== undefined && { mirror: this.#mirror }),
      ...(this.#comparison !== undefined && { comparison: this.#comparison }),
      ...(plan.rollout !== undefined && { rollout: { phase: this.#phase, decisions: this.#decisions } }),
      ...(this.#aftermaths.length > 0 && {
        reaction: this.#aftermaths.map((after) => after.toReaction()),
      }),
      ...(this.#divergence !== undefined && { divergence: this.#divergence }),
      ...(this.#stores !== undefined && { stores: [...this.#stores] }),
      ...(storeUse !== undefined && { storeUse }),
      ...(this.#chains !== undefined && { chains: this.#chains }),
      ...(this.#messages !== undefined && { messages: this.#messages }),
      growth: [],
      bottlenecks: [],
      assumptions: [],
      requirements: [],
    };
  }

  #samplesOf(process: string, role: ProcessResources["role"]): ResourceSample[] {
    let known = this.#processes.get(process);
    if (known === undefined) {
      known = { role, samples: [] };
      this.#processes.set(process, known);
    }
    return known.samples;
  }
}

/**
 * The record of a journal, up to where it can be read.
 *
 * @returns undefined when not even the run's first line is there
 */
export function recordOfJournal(entries: readonly JournalEntry[]): RunRecord | undefined {
  const first = entries[0];
  if (first?.type !== "run") return undefined;
  const record = new RunRecord(first.plan, first.environment);
  for (const entry of entries) record.apply(entry);
  return record;
}

/** Over the measured part alone: the warm-up is no one's figure. */
function summariseSamples(samples: readonly ResourceSample[]): ProcessResources["summary"] {
  const measured = samples.filter((sample) => sample.atMs >= 0);
  const cpu = measured.flatMap((sample) => sample.cpuShare ?? []);
  const memory = measured.flatMap((sample) => sample.rssBytes ?? []);
  const files = measured.flatMap((sample) => sample.openFiles ?? []);
  return {
    ...(cpu.length > 0 && {
      cpuShareMean: cpu.reduce((sum, share) => sum + share, 0) / cpu.length,
      cpuShareMax: Math.max(...cpu),
    }),
    ...(memory.length > 0 && { rssBytesMax: Math.max(...memory) }),
    ...(files.length > 0 && { openFilesMax: Math.max(...files) }),
  };
}

function addMirror(sum: MirrorCounts | undefined, more: MirrorCounts): MirrorCounts {
  if (sum === undefined) return more;
  return {
    to: more.to,
    copied: sum.copied + more.copied,
    answered: sum.answered + more.answered,
    failed: sum.failed + more.failed,
    timedOut: sum.timedOut + more.timedOut,
    dropped: sum.dropped + more.dropped,
    tooLarge: sum.tooLarge + more.tooLarge,
  };
}
