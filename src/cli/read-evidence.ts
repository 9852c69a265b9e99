import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UserError } from "../base/errors.ts";
import { readJson } from "../base/json-text.ts";
import type { Evidence } from "../model/evidence.ts";
import { type MeasuredCapacity, measuredCapacity } from "../model/measured-capacity.ts";
import { type TraceRates, traceRates } from "../model/trace-rates.ts";
import { capacitySearchFile, capacitySearchSchema } from "../result/capacity-search-schema.ts";
import type { RunPlan } from "../scenario/plan.ts";
import { parseTrace } from "../workload/trace.ts";

/** Where a scenario came from, and the directory of a search, or its file. */
export type EvidenceSource = { readonly file: string; readonly measured: string | undefined };

/**
 * Reads what the model can't: the trace that a scenario replays, and what a search has measured.
 *
 * @throws UserError `scenario-invalid` for a trace, `result-unreadable` for a search
 */
export async function readEvidence(plan: RunPlan, source: EvidenceSource): Promise<Evidence> {
  return {
    trace: plan.load.kind === "trace" ? await readTrace(plan.load, source.file) : undefined,
    measured: source.measured === undefined ? undefined : await readMeasured(plan, source.measured),
  };
}

type TraceLoad = Extract<RunPlan["load"], { kind: "trace" }>;

async function readTrace({ file, speed }: TraceLoad, scenarioFile: string): Promise<TraceRates> {
  const path = resolve(dirname(scenarioFile), file);
  const text = await textOf(path, "scenario-invalid", `workload.arrivals.trace: ${file}`);
  return traceRates(parseTrace(file, text, speed).map(({ atMs }) => atMs));
}

async function readMeasured(plan: RunPlan, directory: string): Promise<MeasuredCapacity> {
  const path = directory.endsWith(".json") ? directory : join(directory, capacitySearchFile);
  const text = await textOf(path, "result-unreadable", `--measured ${directory}`);
  const parsed = capacitySearchSchema.safeParse(readJson(text));
  if (parsed.success) return measuredCapacity(parsed.data, plan);
  const [first] = parsed.error.issues;
  throw new UserError(
    "result-unreadable",
    `--measured ${directory}: ${capacitySearchFile} is not what \`twinlane search\` writes: ${first?.path.join(".") || "it"}: ${first?.message ?? "unreadable"}.`,
  );
}

async function textOf(
  path: string,
  code: "scenario-invalid" | "result-unreadable",
  what: string,
): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    const why = isMissing ? "there is no such file" : error instanceof Error ? error.message : String(error);
    throw new UserError(code, `${what} can't be read: ${why} (${path}).`);
  }
}
