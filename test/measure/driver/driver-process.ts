import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type {
  DriverCommand,
  DriverHealth,
  DriverPlan,
  DriverReport,
  DriverTotals,
} from "../../../src/measure/driver/messages.ts";
import type { WindowDelta } from "../../../src/result/window.ts";

const file = fileURLToPath(new URL("../../../src/measure/driver/main.ts", import.meta.url));

/** A driver process, and all that it has reported. */
export class DriverProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  readonly windows: WindowDelta[] = [];
  readonly healths: DriverHealth[] = [];
  totals: DriverTotals | undefined;
  failure: Extract<DriverReport, { type: "failed" }> | undefined;

  /** @param openFiles - most file descriptors that the process may have */
  constructor(openFiles?: number) {
    const command = `${openFiles === undefined ? "" : `ulimit -n ${openFiles}; `}exec "$0" "$1"`;
    this.child = spawn("sh", ["-c", command, process.execPath, file], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.exited = once(this.child, "exit");
    this.child.on("message", (report: DriverReport) => this.#take(report));
  }

  /** Resolves when it is ready, or has failed. */
  async prepare(plan: DriverPlan, port: number, { driver = 0, of = 1, directory = "." } = {}): Promise<void> {
    const answered = once(this.child, "message");
    this.send({ type: "prepare", plan, target: { host: "127.0.0.1", port }, driver, of, directory });
    await answered;
  }

  send(command: DriverCommand): void {
    this.child.send(command);
  }

  #take(report: DriverReport): void {
    if (report.type === "window") this.windows.push(report.window);
    else if (report.type === "health") this.healths.push(report.health);
    else if (report.type === "done") this.totals = report.totals;
    else if (report.type === "failed") this.failure = report;
  }
}
