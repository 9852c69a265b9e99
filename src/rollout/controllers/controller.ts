import type { ObservedWindow } from "../gate-progress.ts";
import { addSamples, emptySample, type Sample } from "../sample.ts";

/**
 * A rule that moves traffic to new, fed window by window. Every step gives a fresh controller, so that several
 * can be fed with the same run and compared.
 */
export type Controller = {
  readonly name: string;
  /** Share of new that it asks for now, 0–1. */
  readonly newShare: number;
  readonly phase: ControllerPhase;
  readonly step: (window: ObservedWindow) => ControllerStep;
};

export type ControllerPhase = "running" | "paused" | "promoted" | "rolled back";

export type ControllerStep = {
  readonly controller: Controller;
  /** What it decided in this window, in sentences; mostly nothing. */
  readonly decisions: readonly string[];
};

/** A step of a ramp as all controllers know it. */
export type RampStep = { readonly newShare: number; readonly holdMs: number };

/** One version's windows of the last stretch of time, as a monitoring system keeps them. */
export type Range = readonly { readonly atMs: number; readonly sample: Sample }[];

/** The range with the next window, without what lies before `atMs - rangeMs`. */
export function extendRange(range: Range, next: Range[number], rangeMs: number): Range {
  return [...range.filter(({ atMs }) => atMs > next.atMs - rangeMs + 1e-6), next];
}

/** Everything in it. */
export function sumOfRange(range: Range): Sample {
  return range.reduce((sum, { sample }) => addSamples(sum, sample), emptySample);
}
