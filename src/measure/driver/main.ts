import { invariant } from "../../base/invariant.ts";
import { Driver } from "./driver.ts";
import type { DriverCommand, DriverReport } from "./messages.ts";

/**
 * The driver's process. It lives as long as its coordinator: signals that a terminal sends to the whole group
 * are the coordinator's to answer, and when the channel closes, whatever the reason, the process exits.
 */
invariant(process.send !== undefined, "the driver is forked with an IPC channel");

const driver = new Driver(send);

process.on("message", (command: DriverCommand) => {
  void driver.handle(command).then(() => {
    if (command.type === "start") process.disconnect?.();
  });
});
process.on("disconnect", () => process.exit());
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

function send(report: DriverReport): void {
  process.send?.(report);
}
