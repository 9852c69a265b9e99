import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

import { EtcdClient } from "../../src/splitter/etcd-client.ts";
import type { Certificates } from "./certificates.ts";
import { freePort } from "./programs.ts";

const program = "/usr/bin/etcd";

/** Why etcd can't be started here; undefined where it can. */
export const etcdMissing = existsSync(program) ? undefined : `${program} is not installed`;

export type Etcd = {
  readonly url: string;
  put(key: string, value: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Turns authentication on, with a user who may do everything. */
  lockFor(user: EtcdUser): Promise<void>;
  /** Ends the process; its data stay. */
  crash(): Promise<void>;
  startAgain(): Promise<void>;
  stop(): Promise<void>;
};

export type EtcdUser = { readonly name: string; readonly password: string };

/** A private etcd on a free port; with certificates it speaks TLS and wants one of every client. */
export async function startEtcd(certificates?: Certificates): Promise<Etcd> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "twinlane-etcd-"));
  const [port, peerPort] = [await freePort(), await freePort()];
  const url = `${certificates === undefined ? "http" : "https"}://127.0.0.1:${port}`;
  const tls = certificates && {
    authority: certificates.authority.text,
    certificate: certificates.client.certificate.text,
    key: certificates.client.key.text,
  };
  let client = new EtcdClient({ url, tls });
  const call = async (where: string, body: object) => {
    await client.ask(where, body, AbortSignal.timeout(5000));
  };
  let child = await launch();
  const encode = (text: string) => Buffer.from(text).toString("base64");
  return {
    url,
    put: (key, value) => call("/v3/kv/put", { key: encode(key), value: encode(value) }),
    remove: (key) => call("/v3/kv/deleterange", { key: encode(key) }),
    async lockFor(user) {
      await call("/v3/auth/user/add", { name: "root", password: user.password });
      await call("/v3/auth/role/add", { name: "root" });
      await call("/v3/auth/user/grant", { user: "root", role: "root" });
      await call("/v3/auth/user/add", user);
      await call("/v3/auth/user/grant", { user: user.name, role: "root" });
      await call("/v3/auth/enable", {});
      client = new EtcdClient({ url, tls, user });
    },
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
        ...(certificates === undefined ? [] : tlsFlags(certificates)),
      ],
      { stdio: "ignore" },
    );
    const endMs = performance.now() + 20_000;
    for (;;) {
      const isUp = await call("/v3/maintenance/status", {}).then(
        () => true,
        () => false,
      );
      if (isUp) return started;
      if (performance.now() > endMs) throw new Error("etcd doesn't start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function tlsFlags({ authority, server }: Certificates): readonly string[] {
  return [
    ...["--cert-file", server.certificate.file, "--key-file", server.key.file],
    ...["--client-cert-auth", "--trusted-ca-file", authority.file],
  ];
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
