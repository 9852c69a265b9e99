import { execFileSync } from "node:child_process";
import { familyOf } from "./process-cost.ts";

/** What makes the load and what answers it; a proxy under test has the other core for itself. */
export const loadCore = 0;
export const proxyCore = 1;

/** Keeps a process, its threads and its children on one core, so that nothing measured waits for what measures it. */
export function keepOnCore(pid: number, core: number): void {
  for (const member of familyOf(pid)) {
    execFileSync("taskset", ["-a", "-c", "-p", String(core), String(member)], { stdio: "ignore" });
  }
}
