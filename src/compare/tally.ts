import type { NoiseThresholds } from "../scenario/compare-plan.ts";
import type { Comparison, Difference, NotComparedReason } from "./answer.ts";
import { isBeyondNoise } from "./noise.ts";
import { redactText } from "./redact.ts";

/** One compared pair of answers. */
export type ComparedPair = {
  readonly endpoint: string;
  readonly comparison: Comparison;
  /** `new`: old against new. `old-again`: old against old, which is noise. */
  readonly against: "new" | "old-again";
  /** Whether a version was overloaded when it answered; such pairs are counted apart. */
  readonly isOverloaded: boolean;
  /** What was asked, for the examples; for example `GET /items/7`. */
  readonly request: string;
};

export type FieldSummary = {
  readonly endpoint: string;
  readonly field: string;
  readonly kind: Difference["kind"];
  /** Pairs of old and new that differ here. */
  readonly raw: number;
  /** Pairs of old and old that differ here. */
  readonly noise: number;
  readonly underOverload: number;
  readonly isBeyondNoise: boolean;
  readonly examples: readonly Example[];
};

export type Example = { readonly request: string; readonly first: string; readonly second: string };

export type EndpointSummary = {
  readonly endpoint: string;
  /** Old against new, at normal load. */
  readonly compared: number;
  readonly different: number;
  /** Of those, pairs with a difference beyond noise. */
  readonly mismatched: number;
  /** Old against old, and of those with any difference. */
  readonly noiseCompared: number;
  readonly noiseDifferent: number;
  readonly overload: { readonly compared: number; readonly different: number };
  readonly notCompared: { readonly [reason in NotComparedReason]?: number };
};

export type ComparisonSummary = {
  readonly compared: number;
  readonly mismatched: number;
  /** 0–1; undefined when nothing was compared. */
  readonly mismatchShare: number | undefined;
  readonly endpoints: readonly EndpointSummary[];
  /** Beyond noise first, then by how often. */
  readonly fields: readonly FieldSummary[];
};

export const tallyLimits = { endpoints: 500, fields: 2000, patterns: 2000, examples: 5 } as const;

const otherEndpoints = "(other endpoints)";
const otherFields = "(other fields)";

/**
 * Counts compared answers by endpoint, field and kind. Memory is bounded by `tallyLimits`, never by the number of
 * answers; what finds no room is counted as other.
 */
export class ComparisonTally {
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #fields = new Map<string, Field>();
  /** Which fields differed together, so that a pair is known to be a mismatch once noise is. */
  readonly #patterns = new Map<string, Pattern>();

  add(pair: ComparedPair): void {
    const endpoint = this.#endpointOf(pair.endpoint);
    const { comparison, isOverloaded, against } = pair;
    if (comparison.state === "not compared") {
      endpoint.notCompared[comparison.reason] = (endpoint.notCompared[comparison.reason] ?? 0) + 1;
      return;
    }
    const fields =
      comparison.state === "same" ? [] : this.#fieldsOf(endpoint.name, comparison.differences, pair);
    const isDifferent = fields.length > 0;
    if (isOverloaded) {
      if (against === "old-again") return;
      endpoint.overload.compared++;
      if (isDifferent) endpoint.overload.different++;
      for (const field of fields) field.underOverload++;
      return;
    }
    if (against === "old-again") {
      endpoint.noiseCompared++;
      if (isDifferent) endpoint.noiseDifferent++;
      for (const field of fields) field.noise++;
      return;
    }
    endpoint.compared++;
    if (!isDifferent) return;
    endpoint.different++;
    for (const field of fields) field.raw++;
    this.#countPattern(endpoint, fields);
  }

  summary(thresholds: NoiseThresholds): ComparisonSummary {
    const isReal = (field: Field) => {
      const endpoint = this.#endpointOf(field.endpoint);
      return isBeyondNoise({ ...field, ...endpoint }, thresholds);
    };
    const mismatched = new Map<Endpoint, number>();
    for (const { endpoint, fields, count } of this.#patterns.values()) {
      if (fields.some(isReal)) mismatched.set(endpoint, (mismatched.get(endpoint) ?? 0) + count);
    }
    const endpoints = [...this.#endpoints.values()].map(
      ({ name, ...counts }): EndpointSummary => ({
        endpoint: name,
        ...counts,
        mismatched: mismatched.get(this.#endpointOf(name)) ?? 0,
      }),
    );
    const sum = (key: "compared" | "mismatched") =>
      endpoints.reduce((total, endpoint) => total + endpoint[key], 0);
    const compared = sum("compared");
    return {
      compared,
      mismatched: sum("mismatched"),
      mismatchShare: compared === 0 ? undefined : sum("mismatched") / compared,
      endpoints,
      fields: [...this.#fields.values()]
        .map((field): FieldSummary => ({ ...field, isBeyondNoise: isReal(field) }))
        .toSorted(
          (left, right) => Number(right.isBeyondNoise) - Number(left.isBeyondNoise) || right.raw - left.raw,
        ),
    };
  }

  #endpointOf(wanted: string): Endpoint {
    const name =
      this.#endpoints.has(wanted) || this.#endpoints.size < tallyLimits.endpoints ? wanted : otherEndpoints;
    let endpoint = this.#endpoints.get(name);
    if (endpoint === undefined) {
      const overload = { compared: 0, different: 0 };
      endpoint = {
        name,
        compared: 0,
        different: 0,
        noiseCompared: 0,
        noiseDifferent: 0,
        overload,
        notCompared: {},
      };
      this.#endpoints.set(name, endpoint);
    }
    return endpoint;
  }

  /** The counters of all fields that differ in this pair, each once, with an example where there is room. */
  #fieldsOf(endpoint: string, differences: readonly Difference[], pair: ComparedPair): readonly Field[] {
    const found = new Set<Field>();
    for (const difference of differences) {
      const field = this.#fieldOf(endpoint, difference);
      if (found.has(field)) continue;
      found.add(field);
      if (pair.against === "old-again" || field.examples.length >= tallyLimits.examples) continue;
      const request = redactText(pair.request).slice(0, longestRequest);
      field.examples.push({ request, first: difference.first, second: difference.second });
    }
    return [...found];
  }

  #fieldOf(endpoint: string, difference: Difference): Field {
    const wanted = keyOf(endpoint, difference.field, difference.kind);
    const hasRoom = this.#fields.has(wanted) || this.#fields.size < tallyLimits.fields;
    const name = hasRoom ? difference.field : otherFields;
    const key = hasRoom ? wanted : keyOf(endpoint, name, "value");
    let field = this.#fields.get(key);
    if (field === undefined) {
      const kind = hasRoom ? difference.kind : "value";
      field = { endpoint, field: name, kind, raw: 0, noise: 0, underOverload: 0, examples: [] };
      this.#fields.set(key, field);
    }
    return field;
  }

  /** A pattern without room is counted under its rarest field alone, the least likely to be noise. */
  #countPattern(endpoint: Endpoint, fields: readonly Field[]): void {
    const whole = fields.map(keyOfField).toSorted().join("\n");
    const hasRoom = this.#patterns.has(whole) || this.#patterns.size < tallyLimits.patterns;
    const kept = hasRoom ? fields : fields.toSorted((left, right) => left.raw - right.raw).slice(0, 1);
    const key = hasRoom ? whole : `among others\n${kept.map(keyOfField).join("")}`;
    let pattern = this.#patterns.get(key);
    if (pattern === undefined) {
      pattern = { endpoint, fields: kept, count: 0 };
      this.#patterns.set(key, pattern);
    }
    pattern.count++;
  }
}

const longestRequest = 200;

type Field = {
  readonly endpoint: string;
  readonly field: string;
  readonly kind: Difference["kind"];
  raw: number;
  noise: number;
  underOverload: number;
  readonly examples: Example[];
};

type Endpoint = {
  readonly name: string;
  compared: number;
  different: number;
  noiseCompared: number;
  noiseDifferent: number;
  readonly overload: { compared: number; different: number };
  readonly notCompared: { [reason in NotComparedReason]?: number };
};

type Pattern = { readonly endpoint: Endpoint; readonly fields: readonly Field[]; count: number };

function keyOfField({ endpoint, field, kind }: Field): string {
  return keyOf(endpoint, field, kind);
}

function keyOf(endpoint: string, field: string, kind: string): string {
  return `${endpoint}\t${field}\t${kind}`;
}
