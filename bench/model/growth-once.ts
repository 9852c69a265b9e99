import { readFileSync } from "node:fs";

/**
 * One growth table in a fresh process: how long loading the code took, and how long the table. CPU time counts
 * all threads of the process, the compiler's and the collector's among them, and holds on a busy machine too.
 */
const cpuMs = () =>
  Object.values(process.cpuUsage()).reduce((sum, microseconds) => sum + microseconds / 1000, 0);
const startCpuMs = cpuMs();
const startMs = performance.now();
const { parseScenario } = await import("../../src/scenario/parse.ts");
const { planScenario } = await import("../../src/scenario/plan.ts");
const readerMs = performance.now();
const readerCpuMs = cpuMs();
const { modelPlan } = await import("../../src/model/modelled-result.ts");
const { modelText } = await import("../../src/model/text/model.ts");
const loadedMs = performance.now();
const loadedCpuMs = cpuMs();
const file = new URL("../../scenarios/growth-parallel-running.yaml", import.meta.url);
const parsed = parseScenario(readFileSync(file, "utf8"), { file: file.pathname });
if (!parsed.ok) throw new Error("the scenario is valid");
const plan = planScenario(parsed.scenario);
const plannedMs = performance.now();
const plannedCpuMs = cpuMs();
const text = modelText(modelPlan(plan), undefined);
const doneMs = performance.now();
const doneCpuMs = cpuMs();
process.stdout.write(
  JSON.stringify({
    readerLoadMs: readerMs - startMs,
    modelLoadMs: loadedMs - readerMs,
    planMs: plannedMs - loadedMs,
    tableMs: doneMs - plannedMs,
    modelMs: loadedMs - readerMs + (doneMs - plannedMs),
    totalMs: doneMs - startMs,
    modelCpuMs: loadedCpuMs - readerCpuMs + (doneCpuMs - plannedCpuMs),
    tableCpuMs: doneCpuMs - plannedCpuMs,
    totalCpuMs: doneCpuMs - startCpuMs,
    characters: text.length,
  }),
);
