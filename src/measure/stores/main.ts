import { type ErrorCode, UserError } from "../../base/errors.ts";
import { assertNever, invariant } from "../../base/invariant.ts";
import type { DisturbStore, FromStore, StartStore, ToStore } from "./store-messages.ts";
import { StoreServer } from "./store-server.ts";

/**
 * The keeper of one real store, as a process of its own: however the coordinator ends, the channel to it closes, and
 * then the server is ended and its directory removed. The server is no child of the coordinator, so nobody else
 * would do it.
 */
let server: StoreServer | undefined;
let isEnding = false;
/** Commands are carried out one after another. */
let line: Promise<void> = Promise.resolve();

invariant(process.send !== undefined, "a store's keeper is started by twinlane");
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => void end());
process.on("disconnect", () => void end());
process.on("message", (message) => {
  const command = message as ToStore;
  if (command.type === "stop") void end();
  else line = line.then(() => carryOut(command)).catch(fail);
});
if (!process.connected) process.exit(0);

async function carryOut(command: StartStore | DisturbStore): Promise<void> {
  if (isEnding) return;
  if (command.type === "disturb") {
    await disturb(command.what);
    return tell({ type: "disturbed" });
  }
  server = await StoreServer.prepare(command, (lastWords) => tell({ type: "ended", lastWords }));
  await listen(server);
}

async function listen(started: StoreServer): Promise<void> {
  await started.start();
  tell({ type: "listening", url: started.url, pid: started.pid });
}

async function disturb(what: DisturbStore["what"]): Promise<void> {
  if (server === undefined) return;
  switch (what) {
    case "crash":
      return await server.crash();
    case "restart":
      return await listen(server);
    case "hang":
      return await server.freeze();
    case "resume":
      return await server.resume();
    default:
      assertNever(what);
  }
}

/** Whatever is under way when the end comes, it leaves no server and no directory behind. */
async function end(): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await line;
  await server?.stop();
  process.exit(0);
}

function fail(error: unknown): void {
  const code: ErrorCode = error instanceof UserError ? error.code : "process-failed";
  const sentence = error instanceof Error ? error.message : String(error);
  const report: FromStore = { type: "failed", code, sentence };
  if (isEnding || !process.connected) return;
  process.send?.(report, () => void end());
}

function tell(report: FromStore): void {
  if (process.connected) process.send?.(report, () => undefined);
}
