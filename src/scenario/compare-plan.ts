import { invariant } from "../base/invariant.ts";
import type { CompareSection } from "./compare-schema.ts";
import { type JsonPath, parseJsonPath } from "./json-path.ts";

export type ComparePlan = {
  /** Share of the requests that are compared, per million. */
  readonly perMillion: number;
  readonly methods: readonly string[];
  readonly writes: CompareSection["writes"];
  /** Of one copy. */
  readonly deadlineMs: number;
  readonly maxInFlight: number;
  /** Of a request and of each answer, as it comes over the wire. */
  readonly maxBodyBytes: number;
  readonly rules: CompareRules;
  readonly noise: "none" | "old-twice";
  readonly thresholds: NoiseThresholds;
  /** Share of differing answers above which the run fails, 0–1. */
  readonly maxMismatch: number | undefined;
  /** Where an alert is posted to. */
  readonly webhook: string | undefined;
};

/** What counts as a difference between two answers. */
export type CompareRules = {
  /** Not compared, with all that lies beneath. */
  readonly ignore: readonly JsonPath[];
  /** Arrays whose order doesn't matter. */
  readonly unordered: readonly JsonPath[];
  /** Numbers that may differ by this share of the larger one; the first path that fits counts. */
  readonly tolerances: readonly { readonly path: JsonPath; readonly share: number }[];
  /** In lower case. */
  readonly headers: readonly string[];
};

/** By how much a field must differ more often than noise; shares 0–1, both strict. */
export type NoiseThresholds = { readonly relative: number; readonly absolute: number };

export function planCompare(compare: CompareSection | undefined): ComparePlan | undefined {
  return (
    compare && {
      perMillion: Math.round(compare.share * 1e6),
      methods: compare.methods.map((method) => method.toUpperCase()),
      writes: compare.writes,
      deadlineMs: compare.deadline,
      maxInFlight: compare.maxInFlight,
      maxBodyBytes: compare.maxBody,
      rules: {
        ignore: compare.ignore.map(knownPath),
        unordered: compare.unordered.map(knownPath),
        tolerances: Object.entries(compare.tolerance).map(([path, share]) => ({
          path: knownPath(path),
          share,
        })),
        headers: compare.headers.map((name) => name.toLowerCase()),
      },
      noise: compare.noise,
      thresholds: { relative: compare.relativeThreshold, absolute: compare.absoluteThreshold },
      maxMismatch: compare.maxMismatch,
      webhook: compare.webhook,
    }
  );
}

function knownPath(text: string): JsonPath {
  const path = parseJsonPath(text);
  invariant(path !== undefined, "a checked JSON path can be read");
  return path;
}
