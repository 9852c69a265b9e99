import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** What every test and bench needs that starts somebody else's server. */

const termPatienceMs = 3000;
const listenTries = 400;
const betweenTriesMs = 25;

/** A port that was free a moment ago, for programs that take no 0. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** @throws Error when nothing listens after ten seconds */
export async function untilListening(port: number): Promise<void> {
  for (let tries = 0; tries < listenTries; tries++) {
    const socket = net.connect(port, "127.0.0.1");
    const isUp = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    await wait(betweenTriesMs);
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** Asks a program to end, then insists. */
export async function endProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await Promise.race([exited, wait(termPatienceMs, undefined, { ref: false })]);
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  await exited;
}
