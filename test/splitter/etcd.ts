import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

const program = "/usr/bin/etcd";

/** Why etcd can't be started here; undefined where it can. */
export const etcdMissing = existsSync(program) ? undefined : `${program} is not installed`;

export type Etcd = {
  readonly url: string;
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Ends the process; its data stay. */
  crash(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
};

/** A private etcd on a free port. */
export async function startEtcd(): Promise<Etcd> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "twinlane-etcd-"));
  const [port, peerPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  let child = await launch();

  const call = async (where: string, body: object) => {
    const response = await fetch(`${url}${where}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${where}: ${response.status} ${await response.text()}`);
  };
  const encode = (text: string) => Buffer.from(text).toString("base64");
  return {
    url,
    put: (key, value) => call("/v3/kv/put", { key: encode(key), value: encode(value) }),
    remove: (key) => call("/v3/kv/deleterange", { key: encode(key) }),
    crash: () => end(child),
    async startAgain() {
      child = await launch();
    },
    async stop() {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };

  async function launch(): Promise<ChildProcess> {
    const peer = `http://127.0.0.1:${peerPort}`;
    const started = spawn(
      program,
      [
        ...["--data-dir", directory, "--name", "test", "--log-level", "error"],
        ...["--listen-client-urls", url, "--advertise-client-urls", url],
        ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
        ...["--initial-cluster", `test=${peer}`],
      ],
      { stdio: "ignore" },
    );
    const endMs = performance.now() + 20_000;
    for (;;) {
      const isUp = await fetch(`${url}/health`).then(
        (response) => response.ok,
        () => false,
      );
      if (isUp) return started;
      if (performance.now() > endMs) throw new Error("etcd doesn't start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
