import { connect } from "node:net";
import { UserError } from "../../../base/errors.ts";
import type { Target } from "../../driver/messages.ts";
import { failureClass } from "../http/failure-class.ts";

/**
 * Opens a connection and closes it again.
 *
 * @throws UserError target-unreachable
 */
export async function checkReachable({ host, port }: Target, timeoutMs: number): Promise<void> {
  const socket = connect({ host, port, timeout: timeoutMs });
  const failure = await new Promise<string>((resolve) => {
    socket.once("connect", () => resolve(""));
    socket.once("timeout", () => resolve("connect-timeout"));
    socket.once("error", (error) => resolve(failureClass(error)));
  });
  socket.destroy();
  if (failure !== "")
    throw new UserError("target-unreachable", `no connection to ${host}:${port}: ${failure}`);
}
