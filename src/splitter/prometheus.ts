import { versions } from "../base/version.ts";
import { bucketBoundsSeconds } from "./duration-buckets.ts";
import { failureClasses, statusClasses } from "./messages.ts";
import type { Splitter } from "./splitter.ts";

type Sample = {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly suffix?: string;
};

/** Everything counted since the start, in Prometheus' text format 0.0.4. Mirrored copies stand apart. */
export function prometheusPage(splitter: Splitter): string {
  const { versions: counts, mirror } = splitter.counters.sums();
  const ofEach = (value: (version: "old" | "new") => number): Sample[] =>
    versions.map((version) => ({ labels: { version }, value: value(version) }));
  return [
    family("twinlane_requests_received_total", "counter", "Requests that the split gave to the version.", [
      ...ofEach((version) => counts[version].received),
    ]),
    family("twinlane_requests_answered_total", "counter", "Answers by the class of their status.", [
      ...versions.flatMap((version) =>
        statusClasses.map((status) => ({
          labels: { version, status },
          value: counts[version].answered[status],
        })),
      ),
    ]),
    family("twinlane_requests_failed_total", "counter", "Requests without a complete answer, by reason.", [
      ...versions.flatMap((version) =>
        failureClasses.map((reason) => ({
          labels: { version, reason },
          value: counts[version].failed[reason],
        })),
      ),
    ]),
    family("twinlane_requests_rerouted_total", "counter", "Requests sent to the other version.", [
      ...ofEach((version) => counts[version].rerouted),
    ]),
    family("twinlane_requests_in_flight", "gauge", "Requests under way.", [
      ...ofEach((version) => counts[version].inFlight),
    ]),
    family(
      "twinlane_request_duration_seconds",
      "histogram",
      "From the request received to its answer complete.",
      [...versions.flatMap((version) => durationSamples(splitter, version))],
    ),
    family("twinlane_version_healthy", "gauge", "1 while the version takes requests.", [
      ...ofEach((version) => (splitter.isHealthy(version) ? 1 : 0)),
    ]),
    family("twinlane_split_weight", "gauge", "Configured share of the version, 0 to 1.", [
      { labels: { version: "old" }, value: (1e6 - splitter.router.newPerMillion) / 1e6 },
      { labels: { version: "new" }, value: splitter.router.newPerMillion / 1e6 },
    ]),
    family(
      "twinlane_mirrored_total",
      "counter",
      "Copies by what became of them; never counted as requests.",
      [
        ...(["answered", "failed", "timedOut", "dropped", "tooLarge"] as const).map((outcome) => ({
          labels: { outcome },
          value: mirror[outcome],
        })),
      ],
    ),
  ].join("");
}

function durationSamples(splitter: Splitter, version: "old" | "new"): readonly Sample[] {
  const { counts, sumSeconds } = splitter.counters.durations[version];
  let total = 0;
  const buckets = Array.from(counts, (count, index) => {
    total += count;
    const bound = bucketBoundsSeconds[index];
    return {
      suffix: "_bucket",
      labels: { version, le: bound === undefined ? "+Inf" : `${bound}` },
      value: total,
    };
  });
  return [
    ...buckets,
    { suffix: "_sum", labels: { version }, value: sumSeconds },
    { suffix: "_count", labels: { version }, value: total },
  ];
}

function family(name: string, type: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value, suffix = "" }) => {
    const list = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    return `${name}${suffix}{${list.join(",")}} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}
