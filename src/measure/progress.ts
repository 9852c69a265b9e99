import type { PerVersion } from "../base/version.ts";

/** What a person watching a run is told. */
export type Progress =
  | { readonly phase: "starting"; readonly what: string }
  | {
      readonly phase: "warm-up" | "measuring" | "draining";
      /** ms from the start of the measured part, and where it ends. */
      readonly atMs: number;
      readonly durationMs: number;
      /** Over the last second that all drivers have told. */
      readonly offeredPerSecond: number;
      readonly versions: PerVersion<VersionProgress>;
    }
  | { readonly phase: "event"; readonly atMs: number; readonly message: string };

export type VersionProgress = {
  readonly completedPerSecond: number;
  /** Failed, timed out or not sent since the start of the measured part. */
  readonly lost: number;
  /** Median response time of that second; absent without requests. */
  readonly p50Ms?: number;
  readonly maxMs?: number;
};

export type OnProgress = (progress: Progress) => void;
