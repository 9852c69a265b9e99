/**
 * Every metric that leaves the program, under one name for OpenTelemetry and for Prometheus (see
 * `prometheusName`). docs/reference/metrics.md is made from this table.
 *
 * Source: OpenTelemetry semantic conventions for HTTP client metrics; names that they don't have begin with
 * `twinlane.`. Units are UCUM, in braces where they only say what is counted.
 */

const attributeMeanings = {
  "twinlane.version": "`old` or `new`: who answered, or was to answer.",
  "twinlane.outcome": "What became of it; the values stand in the metric's description.",
  "twinlane.status": "Hundreds of the answer's status: `2xx`, `3xx`, `4xx`, `5xx`.",
  "twinlane.endpoint": "Name of the endpoint in the scenario; method and path of what fits none.",
  "twinlane.difference": "How two answers differ: `missing`, `extra`, `type`, `value`, `order`, `length`.",
  "error.type":
    "Status of an error answer as text, else a short class such as `refused`, `reset`, `timeout`; absent when all was well.",
  "http.request.method": "Method of the request.",
  "http.response.status_code": "Status of the answer; absent when there was none.",
  "url.scheme": "`http`.",
  "server.address": "Host that the load was sent to: the splitter.",
  "server.port": "Its port.",
  "user_agent.synthetic.type": "Always `test`: no person waited for these answers.",
} as const;

export type AttributeName = keyof typeof attributeMeanings;

/** `upDownCounter`: a number of things that are there now; it may be summed over versions, unlike a gauge. */
export type MetricKind = "counter" | "upDownCounter" | "gauge" | "histogram";

export type Metric = {
  readonly name: string;
  readonly unit: string;
  readonly kind: MetricKind;
  readonly description: string;
  readonly attributes: readonly AttributeName[];
  /** `otlp`: sent during a run. `page`: on the splitter's Prometheus page. */
  readonly shownBy: readonly ("otlp" | "page")[];
};

export const metricTable = {
  clientDuration: {
    name: "http.client.request.duration",
    unit: "s",
    kind: "histogram",
    description:
      "Response time of each request that was sent, from the moment it was due, to three digits. Without the warm-up.",
    attributes: [
      "http.request.method",
      "http.response.status_code",
      "error.type",
      "url.scheme",
      "server.address",
      "server.port",
      "user_agent.synthetic.type",
      "twinlane.version",
    ],
    shownBy: ["otlp"],
  },
  clientRequests: {
    name: "twinlane.client.requests",
    unit: "{request}",
    kind: "counter",
    description:
      "The ledger of the load: each due request once, as `completed`, `failed`, `timed_out`, `not_sent` or `in_flight` (at the end of the run). Without the warm-up.",
    attributes: ["twinlane.version", "twinlane.outcome", "user_agent.synthetic.type"],
    shownBy: ["otlp"],
  },
  clientRetries: {
    name: "twinlane.client.retries",
    unit: "{request}",
    kind: "counter",
    description:
      "Where clients ask again: attempts after the first that were `sent`, and how that ended for requests: `recovered`, `exhausted` (the last one failed), `over_budget` or `gave_up`. Without the warm-up.",
    attributes: ["twinlane.version", "twinlane.outcome", "user_agent.synthetic.type"],
    shownBy: ["otlp"],
  },
  received: {
    name: "twinlane.requests.received",
    unit: "{request}",
    kind: "counter",
    description:
      "Requests that the split gave to the version, warm-up included, mirrored copies not; each attempt of a client is one.",
    attributes: ["twinlane.version"],
    shownBy: ["otlp", "page"],
  },
  answered: {
    name: "twinlane.requests.answered",
    unit: "{request}",
    kind: "counter",
    description: "Complete answers that the splitter passed on.",
    attributes: ["twinlane.version", "twinlane.status"],
    shownBy: ["otlp", "page"],
  },
  failed: {
    name: "twinlane.requests.failed",
    unit: "{request}",
    kind: "counter",
    description: "Requests that got no complete answer through the splitter.",
    attributes: ["twinlane.version", "error.type"],
    shownBy: ["otlp", "page"],
  },
  rerouted: {
    name: "twinlane.requests.rerouted",
    unit: "{request}",
    kind: "counter",
    description: "Requests of this version that were sent to the other because this one was out.",
    attributes: ["twinlane.version"],
    shownBy: ["otlp", "page"],
  },
  inFlight: {
    name: "twinlane.requests.in_flight",
    unit: "{request}",
    kind: "upDownCounter",
    description: "Requests under way in the splitter.",
    attributes: ["twinlane.version"],
    shownBy: ["otlp", "page"],
  },
  splitterDuration: {
    name: "twinlane.request.duration",
    unit: "s",
    kind: "histogram",
    description: "From the request received by the splitter to its answer complete.",
    attributes: ["twinlane.version"],
    shownBy: ["page"],
  },
  healthy: {
    name: "twinlane.version.healthy",
    unit: "{version}",
    kind: "gauge",
    description: "1 while the version takes requests, else 0.",
    attributes: ["twinlane.version"],
    shownBy: ["otlp", "page"],
  },
  splitWeight: {
    name: "twinlane.split.weight",
    unit: "1",
    kind: "gauge",
    description: "Configured share of the version, 0 to 1.",
    attributes: ["twinlane.version"],
    shownBy: ["otlp", "page"],
  },
  mirrored: {
    name: "twinlane.mirrored",
    unit: "{request}",
    kind: "counter",
    description:
      "Mirrored copies, which no other metric contains: `answered`, `failed`, `timed_out`, `dropped` (too many under way) or `too_large`.",
    attributes: ["twinlane.outcome"],
    shownBy: ["otlp", "page"],
  },
  compared: {
    name: "twinlane.compared",
    unit: "{request}",
    kind: "counter",
    description:
      "Requests whose answers of old and new were compared, at normal load. At most 100 endpoints; with a comparison only.",
    attributes: ["twinlane.endpoint"],
    shownBy: ["otlp", "page"],
  },
  mismatched: {
    name: "twinlane.mismatched",
    unit: "{request}",
    kind: "upDownCounter",
    description:
      "Of those, the ones whose answers differ beyond noise, by what is known of the noise now: it may fall.",
    attributes: ["twinlane.endpoint"],
    shownBy: ["otlp", "page"],
  },
  mismatches: {
    name: "twinlane.mismatches",
    unit: "{difference}",
    kind: "upDownCounter",
    description:
      "Differences beyond noise by kind, summed over the 60 fields that differ most; an answer may have several.",
    attributes: ["twinlane.endpoint", "twinlane.difference"],
    shownBy: ["otlp", "page"],
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricKey = keyof typeof metricTable;

/** The attributes that a metric may carry; which of them it needs is for the caller to know. */
export type AttributesOf<Key extends MetricKey> = {
  readonly [name in (typeof metricTable)[Key]["attributes"][number]]?: string | number;
};

/** One number as it was read: what a counter grew by, what anything else is now. */
export type Reading = {
  readonly [Key in MetricKey]: {
    readonly key: Key;
    readonly attributes: AttributesOf<Key>;
    readonly value: number;
  };
}[MetricKey];

export const metricKeys = Object.keys(metricTable) as readonly MetricKey[];

export function metricOf(key: MetricKey): Metric {
  return metricTable[key];
}

export function attributeMeaning(name: AttributeName): string {
  return attributeMeanings[name];
}
