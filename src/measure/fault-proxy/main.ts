import { systemClock } from "../../base/clock.ts";
import { eventLoopProbe } from "../../base/event-loop.ts";
import { assertNever, invariant } from "../../base/invariant.ts";
import type { FromProxy, StartProxy, ToProxy } from "./messages.ts";
import { FaultProxy } from "./proxy.ts";

/** A fault proxy as a process of its own, so that its CPU is its own figure; it ends with its coordinator. */
const statsEveryMs = 1000;
let proxy: FaultProxy | undefined;
/** Commands are carried out one after another. */
let line: Promise<void> = Promise.resolve();

invariant(process.send !== undefined, "a fault proxy is started by twinlane");
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => {
  line = line.then(() => carryOut(message as ToProxy)).catch(fail);
});
if (!process.connected) process.exit(0);

async function carryOut(command: ToProxy): Promise<void> {
  switch (command.type) {
    case "start":
      return await start(command);
    case "fault":
      await proxy?.setFault(command.fault);
      return tell({ type: "disturbed" });
    case "stop":
      await proxy?.stop();
      return process.exit(0);
    default:
      assertNever(command);
  }
}

async function start(command: StartProxy): Promise<void> {
  invariant(proxy === undefined, "a fault proxy is started once");
  const started = await FaultProxy.start(command);
  proxy = started;
  tell({ type: "listening", port: started.port });
  const probe = eventLoopProbe();
  setInterval(() => {
    const { connections } = started;
    tell({ type: "stats", atMs: systemClock.nowMs(), connections, eventLoop: probe.sample() });
  }, statsEveryMs).unref();
}

function fail(error: unknown): void {
  const words = error instanceof Error ? error.message : String(error);
  const report: FromProxy = {
    type: "failed",
    code: "process-failed",
    sentence: `A fault proxy can't listen: ${words}.`,
  };
  if (process.connected) process.send?.(report, () => process.exit(1));
}

function tell(report: FromProxy): void {
  if (process.connected) process.send?.(report, () => undefined);
}
