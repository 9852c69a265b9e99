import { differenceKinds } from "../../compare/answer.ts";
import type { Reading } from "../../telemetry/metric-table.ts";
import type { CompareReport } from "./compare-report.ts";

/**
 * How old and new compare, under the names by which the world outside knows it. A report holds at most 100 endpoints,
 * so there are at most 800 series. Every kind of every endpoint is told, for what was held to be a mismatch may turn
 * out to be noise.
 */
export function compareReadings({ endpoints, fields }: CompareReport): readonly Reading[] {
  return endpoints.flatMap(({ endpoint, compared, mismatched }): Reading[] => {
    const attributes = { "twinlane.endpoint": endpoint };
    const ofKinds = differenceKinds.map((kind): Reading => {
      const beyondNoise = fields.filter(
        (field) => field.endpoint === endpoint && field.kind === kind && field.isBeyondNoise,
      );
      const value = beyondNoise.reduce((sum, { raw }) => sum + raw, 0);
      return { key: "mismatches", attributes: { ...attributes, "twinlane.difference": kind }, value };
    });
    return [
      { key: "compared", attributes, value: compared },
      { key: "mismatched", attributes, value: mismatched },
      ...ofKinds,
    ];
  });
}
