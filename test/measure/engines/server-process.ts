import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type ServerProcess = {
  readonly port: number;
  readonly child: ChildProcess;
  /** Kills it at once, and resolves when it is gone. */
  readonly stop: () => Promise<void>;
};

/** The test server in a process of its own. */
export async function startServerProcess(port = 0): Promise<ServerProcess> {
  const file = fileURLToPath(new URL("./test-server.ts", import.meta.url));
  const child = fork(file, [String(port)], { execArgv: [] });
  const gone = once(child, "exit");
  const [listening] = (await once(child, "message")) as [number];
  const stop = async () => {
    child.kill("SIGKILL");
    await gone;
  };
  return { port: listening, child, stop };
}
