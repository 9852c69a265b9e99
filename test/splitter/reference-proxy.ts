import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { endProgram, freePort, untilListening } from "./programs.ts";

export type ReferenceName = "nginx" | "haproxy";

const binaries = { nginx: "/usr/sbin/nginx", haproxy: "/usr/sbin/haproxy" } as const;

export type ReferenceProxy = { readonly port: number; stop(): Promise<void> };

/** Why it can't be asked here, or undefined. */
export function missingReference(name: ReferenceName): string | undefined {
  return existsSync(binaries[name]) ? undefined : `${binaries[name]} is not installed`;
}

/** Another proxy before the same upstream, as its package sets it up, with keep-alive on both sides. */
export async function startReference(name: ReferenceName, upstreamPort: number): Promise<ReferenceProxy> {
  const directory = mkdtempSync(path.join(os.tmpdir(), `twinlane-${name}-`));
  const port = await freePort();
  const file = path.join(directory, "conf");
  writeFileSync(file, name === "nginx" ? nginx(directory, port, upstreamPort) : haproxy(port, upstreamPort));
  const args = name === "nginx" ? ["-c", file, "-e", path.join(directory, "error.log")] : ["-q", "-f", file];
  const child = spawn(binaries[name], args, { stdio: "ignore" });
  await untilListening(port);
  return {
    port,
    async stop() {
      await endProgram(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function nginx(directory: string, port: number, upstreamPort: number): string {
  return `worker_processes 1; daemon off; pid ${directory}/pid; error_log ${directory}/error.log crit;
events { worker_connections 64; }
http { access_log off; client_body_temp_path ${directory}/1; proxy_temp_path ${directory}/2;
  fastcgi_temp_path ${directory}/3; uwsgi_temp_path ${directory}/4; scgi_temp_path ${directory}/5;
  client_header_timeout 1s; client_body_timeout 1s; proxy_read_timeout 1s;
  upstream service { server 127.0.0.1:${upstreamPort}; keepalive 4; }
  server { listen 127.0.0.1:${port}; location / {
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; proxy_pass http://service; } } }
`;
}

function haproxy(port: number, upstreamPort: number): string {
  return `global
  maxconn 100
defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
  timeout http-request 1s
frontend all
  bind 127.0.0.1:${port}
  default_backend service
backend service
  server one 127.0.0.1:${upstreamPort}
`;
}
