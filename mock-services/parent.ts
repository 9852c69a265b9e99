import type { Server } from "node:net";
import { UserError } from "../src/base/errors.ts";
import type { Address, Listening, StartFailed } from "../src/measure/mock-messages.ts";

/**
 * The life of a forked process: it acts on its parent's messages and ends with it, whatever way the parent ends.
 * Ctrl-C reaches the whole group; it is the parent's to decide what happens then.
 */
export function serveParent<Incoming>(onMessage: (message: Incoming) => void): void {
  if (process.send === undefined) {
    process.stderr.write("This process is started by twinlane; run `twinlane mock --help` instead.\n");
    process.exit(2);
  }
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message) => onMessage(message as Incoming));
  // The parent may have ended while this process was still loading: nobody will say so again.
  if (!process.connected) process.exit(0);
}

/** Sends to the parent, unless it is gone. */
export function tellParent<Outgoing extends object>(message: Outgoing): void {
  // With a callback a broken channel is no event of its own; `disconnect` follows and ends this process.
  if (process.connected) process.send?.(message, () => undefined);
}

/** Listens and tells the parent the port; when it can't, tells the parent why and ends this process. */
export function listenAndTell(server: Server, address: Address): void {
  server.once("error", (error: NodeJS.ErrnoException) => failToStart(listenError(error, address)));
  server.listen({ ...address, backlog: 4096 }, () => {
    const bound = server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : address.port;
    tellParent<Listening>({ type: "listening", port });
  });
}

/** Tells the parent why this process can't start, and ends it once the message is out. */
function failToStart(error: UserError): void {
  const message: StartFailed = { type: "failed", code: error.code, sentence: error.message };
  if (process.connected) process.send?.(message, () => process.exit(error.exitCode));
  else process.exit(error.exitCode);
}

function listenError(error: NodeJS.ErrnoException, { host, port }: Address): UserError {
  if (error.code === "EADDRINUSE")
    return new UserError("port-in-use", `${host}:${port} is in use by another process`);
  return new UserError("port-in-use", `cannot listen on ${host}:${port}: ${error.message}`);
}
