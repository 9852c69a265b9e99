import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type ServerProcess = {
  readonly port: number;
  readonly child: ChildProcess;
  readonly stop: () => void;
};

/** The test server in a process of its own. */
export async function startServerProcess(port = 0): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL("./test-server.ts", import.meta.url)), [String(port)], {
    execArgv: [],
  });
  const [listening] = (await once(child, "message")) as [number];
  return { port: listening, child, stop: () => child.kill("SIGKILL") };
}
