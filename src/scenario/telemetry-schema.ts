import { z } from "zod";

/** `telemetry` of the scenario: where the metrics of a run go besides its own directory. */
export const telemetrySection = z
  .strictObject({
    otlp: z
      .string()
      .refine(isCollector, "must be an http:// or https:// address without user name and password")
      .optional()
      .describe(
        "Address of an OpenTelemetry collector, such as `http://127.0.0.1:4318`; `/v1/metrics` is appended. The standard variables `OTEL_EXPORTER_OTLP_…` come first, and hold its credentials.",
      ),
  })
  .describe("Where the metrics of a run are sent besides being written to its directory.");

function isCollector(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return false;
  const { username, password, search, hash } = new URL(text);
  return username === "" && password === "" && search === "" && hash === "";
}
