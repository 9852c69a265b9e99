import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export type Nginx = { readonly port: number; readonly pid: number; readonly stop: () => Promise<void> };

const binary = "/usr/sbin/nginx";

export function hasNginx(): boolean {
  return existsSync(binary);
}

/** The target of every contestant: one NGINX worker that returns a short JSON body. */
export async function startNginx(): Promise<Nginx> {
  const directory = mkdtempSync(join(tmpdir(), "twinlane-bench-load-"));
  const port = await freePort();
  const file = join(directory, "nginx.conf");
  writeFileSync(file, configuration(directory, port));
  const child = spawn(binary, ["-p", directory, "-c", file], { stdio: "ignore" });
  await reachable(port, child);
  return {
    port,
    pid: child.pid ?? 0,
    stop: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configuration(directory: string, port: number): string {
  const bodies = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `daemon off; master_process off; worker_processes 1; worker_rlimit_nofile 20000;
pid ${directory}/pid; error_log ${directory}/error.log;
events { worker_connections 15000; }
http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 300s;
  ${bodies.map((body) => `${body}_temp_path ${directory}/${body};`).join(" ")}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { default_type application/json; return 200 '{"id":12345,"name":"item","ok":true}'; }
  }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function reachable(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100 && child.exitCode === null; attempt++) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await sleep(50);
  }
  throw new Error("NGINX did not start");
}
