import { hostname } from "node:os";
import { OTLPMetricExporter as JsonExporter } from "@opentelemetry/exporter-metrics-otlp-http";
import { OTLPMetricExporter as ProtobufExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import {
  defaultResource,
  envDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from "@opentelemetry/resources";
import {
  AggregationTemporality,
  InstrumentType,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { metricProducer } from "./metric-producer.ts";
import type { MetricStore } from "./metric-store.ts";
import type { OtlpSettings } from "./otlp-settings.ts";

/**
 * This file and what it imports load OpenTelemetry, some 150 ms: import it only when an export is asked for.
 */

export type OtlpExport = {
  /** Sends what is there once more and ends, after `longestShutdownMs` at the latest. Never fails. */
  stop(): Promise<void>;
};

export type OtlpExportOptions = {
  readonly settings: Extract<OtlpSettings, { kind: "on" }>;
  readonly store: MetricStore;
  readonly twinlaneVersion: string;
  /** Of the run; the standard variables may say otherwise, and more. */
  readonly resourceAttributes: Readonly<Record<string, string>>;
  /** Told of every export, with the reason when it failed. */
  readonly onExport: (failure: string | undefined) => void;
};

const longestShutdownMs = 5000;

/**
 * Sends a store's metrics to an OpenTelemetry collector, at once when stopped and periodically before.
 *
 * @throws Error when the SDK refuses its configuration
 */
export function startOtlpExport(options: OtlpExportOptions): OtlpExport {
  const { settings, store, twinlaneVersion, onExport } = options;
  const resource = defaultResource().merge(
    resourceFromAttributes({
      "service.name": "twinlane",
      "service.version": twinlaneVersion,
      "host.name": hostname(),
      ...options.resourceAttributes,
    }),
  );
  const exporter = makeExporter(settings);
  const reader = new PeriodicExportingMetricReader({
    exporter: watched(exporter, onExport),
    exportIntervalMillis: settings.intervalMs,
    exportTimeoutMillis: Math.min(settings.timeoutMs, settings.intervalMs),
    metricProducers: [
      metricProducer({
        store,
        resource,
        scope: { name: "twinlane", version: twinlaneVersion },
        temporality:
          exporter.selectAggregationTemporality?.(InstrumentType.HISTOGRAM) ??
          AggregationTemporality.CUMULATIVE,
        nowMs: Date.now,
      }),
    ],
  });
  const sdk = new NodeSDK({
    resource,
    // No more of them: command lines, user names and machine ids are nobody's metric.
    resourceDetectors: [envDetector, serviceInstanceIdDetector],
    metricReaders: [reader],
    spanProcessors: [],
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  return { stop: () => stopWithin(longestShutdownMs, sdk, onExport) };
}

function makeExporter({ protocol, url, timeoutMs }: OtlpExportOptions["settings"]): PushMetricExporter {
  const config = { url, timeoutMillis: timeoutMs };
  return protocol === "http/json" ? new JsonExporter(config) : new ProtobufExporter(config);
}

function watched(exporter: PushMetricExporter, onExport: OtlpExportOptions["onExport"]): PushMetricExporter {
  return {
    export: (metrics, done) =>
      exporter.export(metrics, (result) => {
        onExport(result.code === 0 ? undefined : reasonOf(result.error));
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
    selectAggregationTemporality: (type) =>
      exporter.selectAggregationTemporality?.(type) ?? AggregationTemporality.CUMULATIVE,
  };
}

async function stopWithin(ms: number, sdk: NodeSDK, onExport: OtlpExportOptions["onExport"]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), ms);
  });
  try {
    const first = await Promise.race([sdk.shutdown(), late]);
    if (first === "late") onExport(`the collector took longer than ${ms} ms to take the last metrics`);
  } catch (error) {
    onExport(reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}

/** An error that gathers several attempts has no message of its own. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no reason given";
  const code = "code" in error ? String(error.code) : error.name;
  return error.message === "" ? code : error.message;
}
